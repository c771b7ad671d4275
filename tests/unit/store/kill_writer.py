"""A process that writes orders and says, after each durable commit, which one it was. Started by a test, and killed."""

import asyncio
import os
import sys
from pathlib import Path

from tests.unit.store.samples import fill, line, order
from tui_trader.clock import SystemClock
from tui_trader.services.ports import Change
from tui_trader.store import SqliteStore

WRITERS = 4


async def _write_on(store: SqliteStore, number: int) -> None:
    while True:
        await store.write(Change(journal=[line(number)], orders=[order(number)], fills=[fill(number)]))
        os.write(1, f"{number}\n".encode())
        number += WRITERS


async def _main(path: Path) -> None:
    store = await SqliteStore.open(path, SystemClock())
    first = await store.verify() + 1
    os.write(1, b"ready\n")
    await asyncio.gather(*(_write_on(store, 10 * first + index) for index in range(WRITERS)))


asyncio.run(_main(Path(sys.argv[1])))
