"""What executions have paid while the balance known is still from before them.

An execution may arrive before the balance that contains it. Its order locks nothing any more, so what it paid keeps
counting until the venue's own figure is there; the balances themselves stay as the venue reported them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance
from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT
from tui_trader.domain.order import Side
from tui_trader.rules.reservation import Reservation

SLACK_MS = 100
"""The venue stamps an execution and its balance apart; a balance this little older contains it."""
LIFE_S = 5.0
"""No payment counts longer: the balance surely came, and a lost one is read by the periodic comparison."""


@dataclass(frozen=True, slots=True)
class _Payment:
    """A payment, the venue's time of it in UTC ms, and the monotonic second after which it counts no more."""

    kept: Reservation
    at: int
    until: float


def paid(fill: Fill, pair: Instrument) -> Reservation:
    """Return the asset that an execution paid with and how much of it, a fee in the same asset included."""
    asset, amount = (pair.quote, fill.quote) if fill.side is Side.BUY else (pair.base, fill.quantity)
    if fill.fee_asset == asset:
        amount = EXACT.add(amount, fill.fee)
    return Reservation(fill.order_id, asset, amount, seen=True)


class Unsettled:
    """Payments that no balance contains yet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._payments: list[_Payment] = []

    def note(self, kept: Reservation, at: int, known: Balance | None) -> None:
        """Have a payment count, unless the balance known contains it."""
        if known is not None and not _contains(known, at):
            self._payments.append(_Payment(kept, at, self._clock.monotonic() + LIFE_S))

    def settle(self, balances: Iterable[Balance]) -> None:
        """Take back what newer balances contain."""
        given = {each.asset: each for each in balances}
        self._payments = [
            each
            for each in self._payments
            if each.kept.asset not in given or not _contains(given[each.kept.asset], each.at)
        ]

    def reservations(self) -> list[Reservation]:
        """List what still counts."""
        now = self._clock.monotonic()
        self._payments = [each for each in self._payments if now < each.until]
        return [each.kept for each in self._payments]


def _contains(balance: Balance, at: int) -> bool:
    return balance.at + SLACK_MS >= at
