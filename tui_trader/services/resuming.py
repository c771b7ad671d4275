"""The way back to trading: a person's word, a reason, and a clean comparison with the venue (reliability.md §1.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tui_trader.clock import Clock
from tui_trader.domain.risk import GateState
from tui_trader.errors import Conflict, UsageError
from tui_trader.services.gate import Gate
from tui_trader.services.ledger_words import all_unexplained
from tui_trader.services.ports import HaltMark
from tui_trader.services.reconcile import Reconciler

PATIENCE_S = 20.0
"""How long a person waits for the comparison before being told to try again."""


class Resumption:
    """Opens the gate again. ``mark`` halts from outside the store: it goes before the gate opens."""

    def __init__(self, gate: Gate, reconciler: Reconciler, clock: Clock, mark: HaltMark | None = None) -> None:
        self._gate = gate
        self._reconciler = reconciler
        self._clock = clock
        self._mark = mark
        self.bar: Callable[[], str] = lambda: ""
        """Says why trading may not go on yet, in a sentence; empty where nothing bars it."""

    async def resume(self, reason: str, by: str = "person") -> str:
        """Compare everything, then set the gate to ACTIVE; returns the place of a mark that was removed for it.

        What the ledger did not explain before, and does not now, is adjusted by this word.

        Raises:
            UsageError: there is no reason, or the mark cannot be removed.
            Conflict: the comparison did not come to a clean end or found what nobody was told of yet, or something
                called for the gate to close meanwhile, so the gate stays where it is.
            StoreError: it could not be written down, so it does not apply.

        """
        if not reason.strip():
            raise UsageError("Say why trading may go on; type: resume REASON")
        heard, marked = self._gate.heard, self._marked()
        self._unless_barred(heard)
        told = {(each.asset, each.difference) for each in self._reconciler.breaks}
        self._reconciler.request("before trading is resumed")
        if not await self._clean_in_time():
            raise Conflict(
                f"The gate stays at {self._gate.latched.value}: the comparison with the exchange has not ended "
                f"cleanly within {PATIENCE_S:g} s. {self._gate.comparing} Try again later."
            )
        news = [each for each in self._reconciler.breaks if (each.asset, each.difference) not in told]
        if news:
            raise Conflict(f"The gate stays at {self._gate.latched.value}: {all_unexplained(news)}")
        self._unless_barred(heard)
        await self._reconciler.accept_breaks(by, reason.strip())
        removed = await self._unmark(heard, marked)
        # Nothing is awaited between the last look and the change, so that nothing can come in between.
        await self._gate.change(GateState.ACTIVE, reason.strip(), by)
        return removed

    def _unless_barred(self, heard: tuple[int, str]) -> None:
        """Raise where something bars trading, or has called for the gate to close since ``heard``."""
        bar = self.bar()
        if bar:
            raise Conflict(bar)
        if self._gate.heard != heard:
            raise Conflict(f"The gate stays at {self._gate.latched.value}; this came meanwhile: {self._gate.heard[1]}")

    def _marked(self) -> str | None:
        return None if self._mark is None else self._mark.reason()

    async def _unmark(self, heard: tuple[int, str], marked: str | None) -> str:
        """Remove the mark that was there when trading was to go on; returns its place, empty where there was none.

        Where something came meanwhile, the mark is made again.
        """
        self._unless_barred(heard)
        if self._mark is None:
            return ""
        if self._marked() != marked:
            raise Conflict(f"The gate stays at {self._gate.latched.value}; meanwhile {self._mark.place} was made.")
        removed = await self._mark.remove()
        try:
            self._unless_barred(heard)
        except Conflict:
            if removed:
                await self._mark.make(marked or "")
            raise
        return self._mark.place if removed else ""

    async def _clean_in_time(self) -> bool:
        clean = asyncio.ensure_future(self._reconciler.clean())
        patience = asyncio.ensure_future(self._clock.sleep(PATIENCE_S))
        try:
            await asyncio.wait({clean, patience}, return_when=asyncio.FIRST_COMPLETED)
            return clean.done()
        finally:
            clean.cancel()
            patience.cancel()
