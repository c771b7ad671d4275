"""The care of what was written down: audits and backups when asked for, and by itself once a day.

Once a day a backup is made and tried: opened as a file, every page, index and line of its journal checked. Where the
chain ends then is remembered, so that the next start need only look at the lines after it. Little space on the disk is
said before there is none.
"""

from __future__ import annotations

import json
from typing import Protocol

from tui_trader.clock import Clock
from tui_trader.domain.events import Notice
from tui_trader.errors import StoreError, StoreTrouble
from tui_trader.services.inner import Publisher
from tui_trader.services.notices import tell
from tui_trader.services.ports import CHECKPOINT, Backup, ChainHead, Change, JournalEntry, Rebuilt, Store

LINE = "audit"
LOOK_EVERY_S = 10.0
FIRST_MS = 60 * 1000
"""A start is not followed by a backup at once."""
DAY_MS = 24 * 60 * 60 * 1000
AGAIN_MS = 60 * 60 * 1000
"""How long a daily backup that failed waits before it is tried again."""
MEBI = 1 << 20


class Owing(Protocol):
    """What the upkeep needs of the order path."""

    def distrust(self, error: StoreError) -> None:
        """Close the gate for trouble with the journal."""

    async def catch_up(self) -> None:
        """Write down what could not be written when it happened."""


class Upkeep:
    """Fulfils ``faces.Upkeep``; ``keep`` is run in the background.

    ``path`` hears that the disk failed, and writes down what is owed. ``low_space`` is in bytes.
    """

    def __init__(
        self,
        store: Store,
        bus: Publisher,
        clock: Clock,
        path: Owing,
        low_space: int = 500 * MEBI,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._low_space = low_space
        self._path = path
        self._reopened = 0
        self._warned = False
        self._due_at: int | None = None

    async def verified(self) -> ChainHead:
        """Check the journal's chain from its first line."""
        return await self._store.verified()

    async def rebuilt(self) -> Rebuilt:
        """Compare the tables with what follows from the journal."""
        return await self._store.rebuilt()

    async def backup(self) -> Backup:
        """Make a backup, check it, and remember how far the journal was found whole."""
        return await self._remember(await self._store.backup())

    async def keep(self) -> None:
        """Look at the disk and at the age of the last daily backup, now and then, for ever."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            await self._look_at_health()
            await self._path.catch_up()
            await self._look_at_space()
            if await self._due():
                await self._daily()

    async def _due(self) -> bool:
        """Tell whether a daily backup is due; the first look finds when the last one was."""
        if self._due_at is None:
            text = await self._store.setting(CHECKPOINT)
            kept = json.loads(text) if text else {}
            self._due_at = max(int(kept.get("daily_at", 0)) + DAY_MS, self._clock.wall_ms() + FIRST_MS)
        return self._clock.wall_ms() >= self._due_at

    async def _daily(self) -> None:
        """Make the day's backup and try it; what fails is said, and tried again later."""
        now = self._clock.wall_ms()
        try:
            await self._remember(await self._store.backup(daily=True), daily_at=now)
        except StoreError as error:
            self._due_at = now + AGAIN_MS
            await self._say("error", f"The daily backup failed: {error}", "backup_failed")
            return
        self._due_at = now + DAY_MS

    async def _remember(self, made: Backup, daily_at: int | None = None) -> Backup:
        """Write down how far the journal was found whole."""
        now, text = self._clock.wall_ms(), await self._store.setting(CHECKPOINT)
        known = json.loads(text) if text else {}
        found = {"sequence": made.head.sequence, "hash": made.head.hash}
        kept = {"daily_at": known.get("daily_at", 0) if daily_at is None else daily_at, **found}
        line = JournalEntry(LINE, now, {**found, "backup": made.path})
        await self._store.write(Change(journal=(line,), settings={CHECKPOINT: json.dumps(kept)}))
        return made

    async def _look_at_health(self) -> None:
        """Say that the disk failed and that the database was opened again; a person decides what comes of it."""
        reopened = self._store.health().reopened
        if reopened != self._reopened:
            self._reopened = reopened
            text = "the disk failed; the database was opened again and is whole. Check the disk and restart the desk."
            self._path.distrust(StoreError(text, StoreTrouble.DISK))
            await self._say("error", f"The journal: {text}", "journal_reopened")

    async def _look_at_space(self) -> None:
        """Say once that space runs out, and once that there is enough again."""
        free = await self._store.free_bytes()
        low = free < self._low_space
        if low and not self._warned:
            text = f"Only {free // MEBI} MiB are free on the disk of the journal; once it is full no order is placed."
            await self._say("warning", text, "disk_space_low")
        elif self._warned and not low:
            await self._say("info", f"{free // MEBI} MiB are free on the disk of the journal again.", "disk_space_back")
        self._warned = low

    async def _say(self, level: str, text: str, code: str) -> None:
        await tell(self._store, self._bus, self._clock, Notice(level, text, code))
