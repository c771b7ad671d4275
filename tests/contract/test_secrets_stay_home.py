"""Nothing that signs or opens a private stream reaches a log, whatever the level."""

import asyncio
import logging

import pytest

from tests.contract.test_exchange_port import an_order
from tests.simulator import Simulator
from tui_trader.clock import SystemClock
from tui_trader.credentials import Credentials
from tui_trader.errors import VenueRejected
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.client import MexcExchange


async def test_a_whole_session_at_debug_level_names_no_secret(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(enabled=True)
    exchange = MexcExchange(
        MexcEndpoints(simulator.rest_url, simulator.ws_url),
        Credentials(simulator.key, simulator.secret),
        SystemClock(),
    )
    await exchange.open()
    order = await an_order(exchange)
    await exchange.place(order)
    await exchange.cancel("BTCUSDT", client_order_id=order.client_order_id)
    with pytest.raises(VenueRejected):
        await exchange.cancel("BTCUSDT", client_order_id=order.client_order_id)
    await exchange.balances()
    assert exchange.core.user is not None
    listen_key = await exchange.core.user._key.get()
    texts = [caplog.text, repr(exchange.core.signer._credentials), repr(exchange.core.user._key)]
    texts += [repr(task) for task in asyncio.all_tasks()]
    await exchange.close()
    texts.append(caplog.text)
    for secret in (simulator.secret, listen_key, "signature="):
        assert not [text for text in texts if secret in text]
