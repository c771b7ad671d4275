"""The journal's newest lines by time, found without reading the others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from tui_trader.services.ports import JournalEntry, Store

MOST = 20_000
"""So many lines are given at most, the newest."""
PAGE = 500


async def tail(store: Store, since: int, most: int = MOST) -> AsyncIterator[JournalEntry]:
    """Give the lines from UTC ms ``since`` on, oldest first, ``most`` of the newest at most.

    Lines come in the order of time but for a clock set back, so a few single lines tell where to begin.

    Raises:
        StoreError: the journal cannot be read.

    """
    end = await _first(store, lambda line: line is None)
    after = max(await _first(store, lambda line: line is None or line.at >= since), end - most)
    while True:
        page = await store.journal(after=after, limit=PAGE)
        for line in page:
            yield line
        if len(page) < PAGE:
            return
        after = page[-1].sequence


async def _first(store: Store, wanted: Callable[[JournalEntry | None], bool]) -> int:
    """Return the least number after which the next line (``None`` past the end) is wanted, as are all that follow."""

    async def holds(after: int) -> bool:
        lines = await store.journal(after=after, limit=1)
        return wanted(lines[0] if lines else None)

    low, high = -1, 1
    while not await holds(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if await holds(middle) else (middle, high)
    return high
