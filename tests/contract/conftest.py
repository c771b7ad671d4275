"""The venues that the Exchange port's contract is checked on."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx

from tests.contract.canned_venue import KEY, SECRET, CannedVenue
from tests.simulator import Simulator, running
from tui_trader.clock import SystemClock
from tui_trader.credentials import Credentials
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.client import MexcExchange


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running("--control", "--no-limits") as process:
        yield process


def on(simulator: Simulator) -> MexcExchange:
    endpoints = MexcEndpoints(simulator.rest_url, simulator.ws_url)
    return MexcExchange(endpoints, Credentials(simulator.key, simulator.secret), SystemClock())


@pytest.fixture(params=["respx", "simulator"])
async def exchange(request: pytest.FixtureRequest) -> AsyncIterator[MexcExchange]:
    """An open client of MEXC's wire: over respx, and on the simulator's process."""
    if request.param == "simulator":
        client = on(request.getfixturevalue("simulator"))
        await client.open()
        yield client
        await client.close()
        return
    with respx.mock(assert_all_called=False) as router:
        CannedVenue().mount(router)
        client = MexcExchange(
            MexcEndpoints("https://canned.test", "wss://canned.test/ws"),
            Credentials(KEY, SECRET),
            SystemClock(),
            transport=httpx.AsyncHTTPTransport(),
        )
        await client.core.server_clock.ensure()
        yield client
        await client.core.client.aclose()


@pytest.fixture
async def live(simulator: Simulator) -> AsyncIterator[MexcExchange]:
    """An open client on the simulator's process."""
    client = on(simulator)
    await client.open()
    yield client
    await client.close()
