"""Walking the journal's chain from its first line, a chunk at a time."""

from __future__ import annotations

from functools import partial

from tui_trader.errors import StoreError
from tui_trader.store import queries
from tui_trader.store.chain import GENESIS, fits
from tui_trader.store.writer import Writer

CHUNK = 500


async def verify(writer: Writer) -> int:
    """Check every line of the journal and return how many there are.

    Raises:
        StoreError: names the first line that does not fit, or that is missing.

    """
    before, expected = GENESIS, 1
    while True:
        rows = await writer.run(partial(queries.journal, after=expected - 1, limit=CHUNK))
        for *line, found in rows:
            if line[0] != expected:
                raise StoreError(f"The journal has no line {expected}; put a backup in its place.")
            if not fits(before, line, found):
                raise StoreError(f"The journal does not fit at line {expected}; put a backup in its place.")
            before = found
            expected += 1
        if len(rows) < CHUNK:
            return expected - 1
