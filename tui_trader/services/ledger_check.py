"""The ledger against an exact picture of the account, asset by asset, without tolerance (reliability.md §3.4, R28).

A difference counts when two pictures, some seconds apart, show the same one: executions and readings may be late.
Assets of orders whose executions may be missing are not judged until those are known.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import Notice
from tui_trader.domain.ledger import LedgerAccount, LedgerBreak
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Order
from tui_trader.domain.risk import GateState
from tui_trader.domain.timing import Timing
from tui_trader.rules.asset_ledger import FEE_COIN, lock_bounds
from tui_trader.rules.order_table import AT_VENUE
from tui_trader.services import ledger_words
from tui_trader.services.account_ledger import AccountLedger
from tui_trader.services.gate import Gate
from tui_trader.services.intake import Intake
from tui_trader.services.recorder import Draft
from tui_trader.services.snapshot import Snapshot
from tui_trader.services.working import WorkingOrders


class _Doubts:
    """Differences seen once, with the monotonic second of it; they count when they last."""

    def __init__(self, clock: Clock, patience_s: float) -> None:
        self._clock = clock
        self._patience_s = patience_s
        self._seen: dict[str, tuple[Decimal, float]] = {}

    def __bool__(self) -> bool:
        return bool(self._seen)

    def lasting(self, asset: str, difference: Decimal) -> bool:
        """Note a difference; tell whether the very same was seen long enough ago."""
        now = self._clock.monotonic()
        before, at = self._seen.get(asset, (None, now))
        if before != difference:
            self._seen[asset] = (difference, now)
        return before == difference and now - at >= self._patience_s

    def forget(self, asset: str) -> None:
        """Note that there is none."""
        self._seen.pop(asset, None)


class LedgerCheck:
    """Judges. ``timing.guard_ms`` is how long a difference must last before it counts."""

    def __init__(
        self,
        ledger: AccountLedger,
        working: WorkingOrders,
        intake: Intake,
        gate: Gate,
        clock: Clock,
        timing: Timing,
    ) -> None:
        self.ledger = ledger
        self._working = working
        self._intake = intake
        self._gate = gate
        self._clock = clock
        self._doubts = _Doubts(clock, timing.guard_ms / 1000)
        self._locks = _Doubts(clock, timing.guard_ms / 1000)
        self._told_locks: dict[str, Decimal] = {}
        self.unjudged = False
        """Whether assets differ that could not be judged, for orders that wait for executions."""

    @property
    def doubts(self) -> bool:
        """Whether there are differences that count once they have lasted for ``timing.guard_ms``."""
        return bool(self._doubts)

    def compare(self, draft: Draft, picture: Snapshot, strange: Iterable[str] = ()) -> None:
        """Judge an exact picture that nothing has overtaken; without a ledger yet, begin it.

        ``strange`` are pairs with executions whose orders are not known.
        """
        ledger = self.ledger
        if ledger.since is None:
            ledger.begin(draft, picture.balances, picture.middle)
            return
        found = {each.asset: each for each in picture.balances}
        waiting = self._waiting(picture, strange)
        self.unjudged = False
        new: list[LedgerBreak] = []
        for asset in sorted(ledger.accounts.assets() | found.keys()):
            total = found[asset].total if asset in found else ZERO
            difference = EXACT.subtract(total, ledger.accounts.holding(asset))
            if asset in waiting:
                self.unjudged |= bool(difference)
                self._doubts.forget(asset)
            elif not difference or self._typed(draft, asset, difference):
                self._even(draft, asset)
            elif self._lasting(asset, difference):
                new.append(LedgerBreak(asset, ledger.accounts.holding(asset), total, self._clock.wall_ms()))
        self._establish(draft, new)
        self._witness(draft, found, waiting)

    def accepted(self, asset: str) -> None:
        """Forget a difference that a person accepted."""
        self.ledger.breaks.pop(asset, None)
        self._doubts.forget(asset)

    # -- inside

    def _waiting(self, picture: Snapshot, strange: Iterable[str]) -> frozenset[str]:
        """List the assets of orders whose executions are not all known, those that pay fees included."""
        resting = {each.venue_order_id: each.executed for each in picture.open_orders}
        symbols = {*strange, *(each.symbol for each in self.ledger.stand_ins.values())}
        symbols.update(fill.symbol for fills in self._intake.orphans.values() for fill in fills)
        symbols.update(each.symbol for each in self._working.working() if not _shown(each, resting))
        if not symbols:
            return frozenset()
        accounts = self.ledger.accounts
        paying = (each for each in accounts.assets() if accounts.given(each, LedgerAccount.FEES))
        return frozenset({FEE_COIN, *paying, *(asset for each in symbols for asset in self.ledger.assets_of(each))})

    def _typed(self, draft: Draft, asset: str, difference: Decimal) -> bool:
        """Book pushed moves of unclear cause where they are exactly what is not explained."""
        changes = self.ledger.unclear.get(asset, [])
        total = ZERO
        for change in changes:
            total = EXACT.add(total, change.amount)
        if not changes or total != difference:
            return False
        for change in changes:
            self.ledger.external(draft, change)
        return True

    def _even(self, draft: Draft, asset: str) -> None:
        """Note that an asset is explained."""
        self.ledger.unclear.pop(asset, None)
        self._doubts.forget(asset)
        gone = self.ledger.breaks.pop(asset, None)
        if gone is not None:
            draft.say(Notice("info", ledger_words.explained(gone), "ledger_explained"), self._clock.wall_ms())

    def _lasting(self, asset: str, difference: Decimal) -> bool:
        """Tell whether a difference lasts that is not told yet."""
        known = self.ledger.breaks.get(asset)
        if known is not None and known.difference == difference:
            self._doubts.forget(asset)
            return False
        return self._doubts.lasting(asset, difference)

    def _establish(self, draft: Draft, new: list[LedgerBreak]) -> None:
        """Tell what is not explained, and close the gate (R28)."""
        for each in new:
            self.ledger.breaks[each.asset] = each
            self._doubts.forget(each.asset)
            draft.say(Notice("error", ledger_words.unexplained(each), "ledger_break"), self._clock.wall_ms())
        if new:
            self._gate.latch(GateState.CANCEL_ONLY, ledger_words.all_unexplained(new))

    def _witness(self, draft: Draft, found: dict[str, Balance], waiting: frozenset[str]) -> None:
        """Say where what is locked is not what open orders lock: no coin is missing, so the gate stays as it is."""
        bounds = lock_bounds(self._working.working(), self.ledger.find)
        for asset in found.keys() | bounds.keys():
            low, high = bounds.get(asset, (ZERO, ZERO))
            locked = found[asset].locked if asset in found else ZERO
            if asset in waiting or low <= locked <= high:
                self._locks.forget(asset)
                self._told_locks.pop(asset, None)
            elif self._locks.lasting(asset, locked) and self._told_locks.get(asset) != locked:
                self._told_locks[asset] = locked
                text = ledger_words.locked(asset, locked, low, high)
                draft.say(Notice("warning", text, "locked_unexplained"), self._clock.wall_ms())


def _shown(order: Order, resting: dict[str, Decimal]) -> bool:
    """Tell whether the venue shows an order with exactly the executions that are known of it."""
    return order.status in AT_VENUE and resting.get(order.venue_order_id or "") == order.executed
