"""A process that dies with secrets in its hands: ``python -m tests.process.canary.crash REST_URL LOG KEY_FILE``.

The real client signs with the real key; a background task, a thread and the main program fail with what was signed in
their messages, as a bug somewhere between would.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from pathlib import Path

from tui_trader.clock import SystemClock
from tui_trader.credentials import Credentials
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.logs import register_secret, start_logging
from tui_trader.services.bus import EventBus
from tui_trader.services.tasks import Tasks
from tui_trader.store.sqlite_store import SqliteStore


async def main(rest_url: str, log: Path, credentials: Credentials) -> None:
    """Fail in every way."""
    exchange = MexcExchange(MexcEndpoints(rest_url, rest_url.replace("http", "ws") + "/ws"), credentials, SystemClock())
    await exchange.open()
    await exchange.balances()
    signed = exchange.core.signer.query({"symbol": "BTCUSDT"})
    store = await SqliteStore.open(log.with_suffix(".db"), SystemClock())
    tasks = Tasks(EventBus(store), SystemClock())

    async def fails() -> None:
        raise RuntimeError(f"GET /api/v3/order?{signed} with {credentials.secret} of {credentials!r}")

    logging.getLogger("tests").debug("signing %s with %s", signed, {"secret": credentials.secret})
    tasks.run("doomed", fails)
    errand = tasks.spawn("doomed errand", fails())
    await asyncio.gather(errand, return_exceptions=True)
    thread = threading.Thread(target=lambda: asyncio.run(fails()))
    thread.start()
    await asyncio.to_thread(thread.join)
    await tasks.close()
    await store.close()
    await exchange.close()
    await fails()


if __name__ == "__main__":
    key, secret = Path(sys.argv[3]).read_text().split()
    register_secret(key)
    register_secret(secret)
    start_logging(Path(sys.argv[2]), "debug")
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Credentials(key, secret)), debug=True)
