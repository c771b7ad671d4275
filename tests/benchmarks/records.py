"""``python -m tests.benchmarks.records --orders N``: how long a large journal takes to open, audit, compare and copy.

Each order has an intent, an answer, a push and an execution: four lines. Prints seconds and the largest memory of the
process, which is the interpreter's own to begin with.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.unit.store.samples import fill, order
from tui_trader.clock import SystemClock
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import Order, OrderStatus
from tui_trader.services.journal_lines import fill_line, order_line
from tui_trader.services.order_record import terms
from tui_trader.services.ports import CHECKPOINT, Change
from tui_trader.store import SqliteStore

BATCH = 500


def life(number: int) -> Change:
    """Make everything that the desk writes of one order in its life, as one change."""
    sent = order(number)
    live = replace(sent, status=OrderStatus.LIVE, venue_order_id=f"C02__{number}", sent_at=sent.created_at, version=1)
    sums = {"executed": live.quantity, "venue_executed": live.quantity}
    done: Order = replace(live, status=OrderStatus.FILLED, version=2, **sums)
    part: Fill = replace(
        fill(number), venue_order_id=f"C02__{number}", order_id=sent.id, client_order_id=sent.client_order_id
    )
    lines = [
        order_line("intent", sent, sent.created_at, extra=terms(sent)),
        order_line("answer", live, sent.created_at + 1, "acknowledged"),
        order_line("push", done, sent.created_at + 2),
        fill_line(part, sent.created_at + 2),
    ]
    return Change(journal=lines, orders=[done], fills=[part])


def together(numbers: range) -> Change:
    """Put the lives of several orders into one change."""
    lives = [life(number) for number in numbers]
    return Change(
        journal=[line for each in lives for line in each.journal],
        orders=[one for each in lives for one in each.orders],
        fills=[one for each in lives for one in each.fills],
    )


def said(what: str, began: float) -> None:
    """Print how long something took, and the most memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<34}{time.monotonic() - began:8.2f} s   {peak:6.0f} MB", flush=True)


async def run(folder: Path, orders: int) -> None:
    """Write, then time each thing that is done with all of it."""
    path = folder / "desk.db"
    began = time.monotonic()
    store = await SqliteStore.open(path, SystemClock())
    for first in range(1, orders + 1, BATCH):
        await store.write(together(range(first, min(first + BATCH, orders + 1))))
    await store.close()
    said(f"written, {path.stat().st_size / 2**20:.0f} MiB", began)
    began = time.monotonic()
    store = await SqliteStore.open(path, SystemClock())
    said("opened, every line checked", began)
    began = time.monotonic()
    head = await store.verified()
    said(f"chain of {head.sequence} lines verified", began)
    began = time.monotonic()
    found = await store.rebuilt()
    said(f"{found.orders} orders, {found.fills} fills compared", began)
    assert (found.orders, found.fills, found.differing) == (orders, orders, 0), found
    began = time.monotonic()
    made = await store.backup()
    said("backed up and tried", began)
    kept = json.dumps({"sequence": made.head.sequence, "hash": made.head.hash})
    await store.write(Change(settings={CHECKPOINT: kept}))
    await store.close()
    began = time.monotonic()
    store = await SqliteStore.open(path, SystemClock())
    said("opened, from the checkpoint", began)
    await store.close()


def main() -> None:
    """Run in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tt") as folder:
        asyncio.run(run(Path(folder), options.orders))


if __name__ == "__main__":
    main()
