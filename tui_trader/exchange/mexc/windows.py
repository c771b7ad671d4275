"""Listings by time that are cut off at a fixed number of rows: read in halves until nothing is cut off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

_T = TypeVar("_T")


async def every_row(read: Callable[[int, int], Awaitable[list[_T]]], start: int, end: int, full: int) -> list[_T]:
    """Return all rows from ``start`` to ``end`` (UTC ms, both included).

    A window that answers with ``full`` rows or more may have lost some and is split; a single millisecond cannot be.
    """
    pending = [(start, end)]
    found: list[_T] = []
    while pending:
        first, last = pending.pop()
        rows = await read(first, last)
        if len(rows) >= full and first < last:
            middle = (first + last) // 2
            pending += [(first, middle), (middle + 1, last)]
        else:
            found += rows
    return found
