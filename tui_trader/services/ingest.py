"""The private stream: what happens to our orders and coins, committed in batches of what is waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from tui_trader.domain.fill import Fill
from tui_trader.exchange.port import BalanceChange, Exchange, StreamGap, UserEvent, VenueOrder, VenueTrouble
from tui_trader.services.account_ledger import AccountLedger
from tui_trader.services.intake import Intake, News
from tui_trader.services.recorder import Draft, Recorder

BATCH = 200
COMPANY_SECONDS = 0.02
"""Balances alone wait this long for news of orders, so that a burst of them needs few commits."""


class Ingest:
    """Reads the stream. ``on_gap`` hears of interruptions, ``on_strangers`` of executions without a known order."""

    def __init__(
        self,
        exchange: Exchange,
        intake: Intake,
        recorder: Recorder,
        ledger: AccountLedger,
        on_gap: Callable[[str], None],
        on_strangers: Callable[[Fill], None],
    ) -> None:
        self._exchange = exchange
        self._intake = intake
        self._recorder = recorder
        self._ledger = ledger
        self._on_gap = on_gap
        self._on_strangers = on_strangers
        self.on_trouble: Callable[[VenueTrouble], None] = lambda _trouble: None
        """Hears at once that the way to the venue is not what it should be."""
        self._waiting: deque[UserEvent] = deque()
        self._wake = asyncio.Event()
        self._begun = False
        self._at_work = False
        self.count = 0
        """Events received, so that a snapshot can tell whether the stream was quiet."""
        self.balance_counts: dict[str, int] = {}
        """Per asset, the count at its newest balance, so that an older reading does not replace it."""

    async def read(self) -> None:
        """Receive for ever; run it under supervision."""
        if self._begun:
            self._on_gap("The private stream was started again.")
        self._begun = True
        async for event in self._exchange.user_events():
            if isinstance(event, VenueTrouble):
                self.on_trouble(event)
                continue
            self.count += 1
            if isinstance(event, BalanceChange):
                self.balance_counts[event.balance.asset] = self.count
            self._waiting.append(event)
            self._wake.set()

    async def work(self) -> None:
        """Process what is received, for ever; run it under supervision."""
        while True:
            while self._waiting:
                if self._only_balances():
                    await self._company()
                await self._batch([self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))])
            self._wake.clear()
            await self._wake.wait()

    def _only_balances(self) -> bool:
        return all(isinstance(event, BalanceChange) for event in self._waiting)

    async def _company(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(COMPANY_SECONDS):
                while self._only_balances():
                    self._wake.clear()
                    await self._wake.wait()

    @property
    def settled(self) -> bool:
        """Whether everything received of orders and executions is taken in."""
        return not self._at_work and self._only_balances()

    def balances_overtaken(self) -> list[BalanceChange]:
        """Drop balances still waiting, because newer ones were read; returns them, for what moved them counts."""
        dropped = [event for event in self._waiting if isinstance(event, BalanceChange)]
        others = [event for event in self._waiting if not isinstance(event, BalanceChange)]
        self._waiting.clear()
        self._waiting.extend(others)
        return dropped

    async def _batch(self, events: list[UserEvent]) -> None:
        """Commit a batch; where it cannot be worked on, what it said has to be read over REST."""
        try:
            await self._work_on(events)
        except Exception:
            self._on_gap("News of orders could not be worked on.")
            raise

    async def _work_on(self, events: list[UserEvent]) -> None:
        """Commit order states, executions, positions and balances together."""
        items: list[News] = [event for event in events if isinstance(event, VenueOrder | Fill)]
        self._at_work = bool(items)
        try:
            await self._intake.acquaint(items)
        finally:
            self._at_work = False
        draft = Draft()
        strangers = self._intake.take(draft, items, "push")
        for event in events:
            if isinstance(event, BalanceChange):
                draft.balances[event.balance.asset] = event.balance
                self._ledger.moved(draft, event)
            elif isinstance(event, StreamGap):
                self._on_gap(event.reason)
        await self._recorder.commit(draft)
        for fill in strangers:
            self._on_strangers(fill)
