from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.twins.services import ServicesTwin
from tui_trader.api.server import ApiServer
from tui_trader.client.desk import DeskClient

TOKEN = "t" * 40


@pytest.fixture
def services() -> ServicesTwin:
    return ServicesTwin()


@pytest.fixture
async def server(services: ServicesTwin) -> AsyncIterator[ApiServer]:
    # a Unix socket's path is short; pytest's own folders are not
    with TemporaryDirectory(prefix="tt") as folder:
        running = ApiServer(services.all, socket_path=Path(folder) / "s", tcp_port=0, token=TOKEN)
        await running.start()
        yield running
        await running.close()


@pytest.fixture
async def desk(server: ApiServer) -> AsyncIterator[DeskClient]:
    client = DeskClient(server.socket_path)
    yield client
    await client.close()
