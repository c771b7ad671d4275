from __future__ import annotations

import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from tests.api.conftest import TOKEN
from tests.twins.services import ServicesTwin
from tui_trader.api.guard import peer_uid, same_user
from tui_trader.api.server import ApiServer
from tui_trader.errors import UsageError

AUTH = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def tcp(server: ApiServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.tcp_port}/api/v1", trust_env=False) as client:
        yield client


async def test_the_token_opens_tcp(tcp: httpx.AsyncClient) -> None:
    assert (await tcp.get("/status", headers=AUTH)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401),
        (AUTH | {"origin": "http://evil.example"}, 403),
        (AUTH | {"host": "evil.example"}, 403),
        (AUTH | {"host": "evil.example:80"}, 403),
        (AUTH | {"sec-fetch-site": "cross-site"}, 403),
        (AUTH | {"host": "localhost:1"}, 200),
        (AUTH | {"host": "[::1]:1"}, 200),
    ],
)
async def test_strangers_and_web_pages_are_refused(
    tcp: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await tcp.get("/status", headers=headers)).status_code == status


async def test_health_needs_no_token(tcp: httpx.AsyncClient) -> None:
    assert (await tcp.get("/health")).json()["data"]["ok"] is True


async def test_the_socket_is_for_its_owner_only(server: ApiServer) -> None:
    assert stat.S_IMODE(server.socket_path.lstat().st_mode) == 0o600


async def test_the_socket_goes_with_the_server(server: ApiServer) -> None:
    await server.close()
    assert not server.socket_path.exists()


def test_the_peer_of_a_socket_pair_is_us() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert peer_uid(one) == os.getuid()
        assert same_user(other)


def test_a_short_token_is_refused(services: ServicesTwin) -> None:
    with TemporaryDirectory(prefix="tt") as folder, pytest.raises(UsageError, match="32 characters"):
        ApiServer(services.all, socket_path=Path(folder) / "s", tcp_port=0, token="short")


def test_a_port_in_use_is_one_sentence(services: ServicesTwin) -> None:
    with socket.socket() as taken, TemporaryDirectory(prefix="tt") as folder:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="choose another"):
            ApiServer(
                services.all,
                socket_path=Path(folder) / "s",
                tcp_port=taken.getsockname()[1],
                token=TOKEN,
            )
