"""Long walks through the database in short steps: a generator that yields wherever somebody else may go first."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Generator
from typing import TypeVar

from tui_trader.store.writer import Writer

T = TypeVar("T")
Walk = Callable[[sqlite3.Connection], Generator[None, None, T]]
"""Walks over a connection and returns what it found; a step takes a few milliseconds."""


async def on_writer(writer: Writer, walk: Walk[T]) -> T:
    """Walk over the owner's connection; commits pass between two steps.

    Raises:
        StoreError: what the walk found, or the database cannot be read.

    """
    steps = await writer.run(lambda session: walk(session.connection))

    while not (found := await writer.run(lambda _: _step(steps))):
        pass
    return found[0]


def at_once(connection: sqlite3.Connection, walk: Walk[T], pause_s: float = 0.0) -> T:
    """Walk over a connection of the calling thread, with a pause after each step for whoever wants the interpreter."""
    steps = walk(connection)
    while not (found := _step(steps)):
        time.sleep(pause_s)
    return found[0]


def _step(steps: Generator[None, None, T]) -> tuple[T] | None:
    """Go one step; the last one gives what was found."""
    try:
        next(steps)
    except StopIteration as end:
        return (end.value,)
    return None
