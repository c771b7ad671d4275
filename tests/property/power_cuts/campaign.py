"""Lives of a database: write, cut, look with the real store, go on from what survived."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.property.power_cuts.connection import ApswDatabase, Connection
from tests.property.power_cuts.disk import Disk, Files
from tests.property.power_cuts.traffic import Tables, Traffic, held
from tui_trader.clock import SystemClock
from tui_trader.errors import StoreError
from tui_trader.store import SqliteStore
from tui_trader.store.changes import START, Head, prepare
from tui_trader.store.opening import configure
from tui_trader.store.session import Session

NAME = "desk.db"
LOG = f"{NAME}-wal"
CUTS_PER_LIFE = 12
COMMITS = (5, 9)
"""At least and at most so many commits between two cuts."""
OPERATIONS = 90
"""A cut is within so many writes and syncs, about three commits or a checkpoint."""
UNREADABLE = (sqlite3.Error, ValueError, TypeError, ArithmeticError, LookupError)
"""What reading a row of a damaged file may raise."""
Weaken = Callable[[Connection], object]
_names = itertools.count()


@dataclass
class Figures:
    """What a run did, and how many cuts did which harm.

    ``lost``: something acknowledged was gone; ``halves``: a change was there in part, or nothing that was written
    looks like it; ``corrupt``: the file could not be opened, or SQLite's own check failed.
    """

    cuts: int = 0
    commits: int = 0
    lost: int = 0
    corrupt: int = 0
    halves: int = 0
    broken_chains: int = 0

    @property
    def harm(self) -> int:
        """How often anything went wrong."""
        return self.lost + self.corrupt + self.halves + self.broken_chains


def keep(_connection: Connection) -> None:
    """Leave the store's settings as they are."""


def normal(connection: Connection) -> None:
    """Weaken the settings as many programs do: the control, which must lose something."""
    connection.execute("PRAGMA synchronous = NORMAL")


def off(connection: Connection) -> None:
    """Sync nothing: the control that must destroy a file."""
    connection.execute("PRAGMA synchronous = OFF")


def apart(connection: Connection) -> None:
    """Do without transactions: the control that must leave half a change."""
    connection.apart = True


class Life:
    """One database from its making to its end."""

    def __init__(self, folder: Path, template: Files, random: Random, weaken: Weaken) -> None:
        self._path = folder / NAME
        self._random = random
        self._weaken = weaken
        self._files = template
        self._traffic = Traffic(random)
        self._tables = Tables()
        self._head = START
        self.figures = Figures()

    async def cut(self) -> bool:
        """Write until the power goes, and look; ``False`` when the life cannot go on."""
        disk = Disk(f"cut-{next(_names)}", self._files, self._random)
        states = self._write(disk)
        disk.unregister()
        self._files = disk.image or {}
        return await self._look(states)

    def _write(self, disk: Disk) -> list[Tables]:
        """Commit until the cut; returns what was held after the last commit acknowledged, and after the next."""
        database = ApswDatabase(NAME, disk.name)
        database.connect()
        session = Session(database, self._path, self._head)
        configure(session.connection, self._path)
        self._weaken(session.connection)  # type: ignore[arg-type]  # it is ours
        left = self._random.randint(*COMMITS)
        states = [self._tables]
        while disk.image is None:
            if left == 0:
                disk.cut_in = self._random.randint(1, OPERATIONS)
            states = [states[-1], self._commit(session, states[-1])]
            if disk.image is None:
                left -= 1
                self.figures.commits += 1
                states = states[-1:]
                if self._random.random() < 0.15:
                    session.checkpoint()
        database.close()
        return states

    def _commit(self, session: Session, tables: Tables) -> Tables:
        """Write one to three changes in one commit, as the writer thread does with what waits."""
        after = tables.copy()
        batches = []
        for _ in range(self._random.choice((1, 1, 2, 3))):
            change = self._traffic.change(after)
            after.take(change)
            batches.append(prepare(change))
        results = session.commit(batches)
        assert results[-1] == after.lines, results
        return after

    async def _look(self, states: list[Tables]) -> bool:
        """Open what survived with the real store and hold it against what was acknowledged."""
        self.figures.cuts += 1
        try:
            found = await self._read()
        except StoreError as error:
            self.figures.broken_chains += "journal" in str(error)
            self.figures.corrupt += "journal" not in str(error)
            return False
        except UNREADABLE:
            self.figures.corrupt += 1
            return False
        if found not in states:
            self.figures.lost += found.lines < states[0].lines
            self.figures.halves += found.lines >= states[0].lines
            return False
        self._tables = found
        return True

    async def _read(self) -> Tables:
        """Put the image on a disk, open it with the real store, read it, and note the end of its chain.

        Raises:
            StoreError: it is no good.

        """
        for name in (NAME, LOG):
            self._path.with_name(name).unlink(missing_ok=True)
        for name, content in self._files.items():
            self._path.with_name(name).touch(mode=0o600)
            self._path.with_name(name).write_bytes(content)
        store = await SqliteStore.open(self._path, SystemClock())
        try:
            found = await held(store)
            ends = await store.journal(after=max(0, found.lines - 1))
        finally:
            await store.close()
        self._head = Head(found.lines, bytes.fromhex(ends[-1].hash)) if ends else START
        with closing(sqlite3.connect(self._path)) as stock:
            (said,) = stock.execute("PRAGMA integrity_check").fetchone()
        if said != "ok":
            raise StoreError(f"damaged: {said}")
        return found


async def _template(folder: Path) -> Files:
    """Let the real store make an empty database."""
    store = await SqliteStore.open(folder / NAME, SystemClock())
    await store.close()
    return {NAME: (folder / NAME).read_bytes()}


async def _live(cuts: int, start: int, weaken: Weaken) -> Figures:
    total = Figures()
    random = Random(start)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = await _template(folder)
        while total.cuts < cuts:
            life = Life(folder, template, random, weaken)
            while life.figures.cuts < min(CUTS_PER_LIFE, cuts - total.cuts) and await life.cut():
                pass
            for figure in vars(total):
                setattr(total, figure, getattr(total, figure) + getattr(life.figures, figure))
    return total


def campaign(cuts: int, start: int, weaken: Weaken = keep) -> Figures:
    """Cut the power so many times; ``start`` is the seed."""
    return asyncio.run(_live(cuts, start, weaken))
