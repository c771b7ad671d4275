"""When a loss is one too many: money and percent both count, and the stricter one decides (features.md §4, R19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.money import EXACT, canonical
from tui_trader.domain.risk import RiskProfile

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Losses:
    """Equity now and how far it stands below the highest of the UTC day and week, and ever; ``None`` is not known."""

    equity: Decimal | None
    day: Decimal | None
    week: Decimal | None
    peak: Decimal | None = None

    @property
    def known(self) -> bool:
        """Whether all three are numbers that make sense together."""
        return all(each is not None and each.is_finite() and each >= 0 for each in (self.equity, self.day, self.week))

    @property
    def day_percent(self) -> Decimal:
        """The day's loss in percent of its highest equity; only of known ones."""
        equity, day = self.equity or Decimal(0), self.day or Decimal(0)
        high = EXACT.add(equity, day)
        return EXACT.divide(EXACT.multiply(day, Decimal(100)), high) if high else Decimal(0)


@dataclass(frozen=True, slots=True)
class Reason:
    """A limit that a loss reached: a sentence, the figure and the limit."""

    sentence: str
    figure: str
    limit: str


def exceeded(losses: Losses, profile: RiskProfile, currency: str) -> Reason | None:
    """Return the first limit reached that locks entries; an unknown loss is one."""
    if not losses.known:
        return Reason("The loss of the day is not known, which counts as too much.", "unknown", "")
    for period, loss, limit in (
        ("day", losses.day, profile.daily_loss_limit),
        ("week", losses.week, profile.weekly_loss_limit),
    ):
        if loss is not None and loss >= limit:
            figure, allowed = f"{canonical(loss.quantize(_CENT))} {currency}", f"{canonical(limit)} {currency}"
            return Reason(f"The {period}'s loss is {figure}; the limit is {allowed}.", figure, allowed)
    return next(_reached(losses, profile.daily_loss_percent, "the limit is"), None)


def warned(losses: Losses, profile: RiskProfile) -> Reason | None:
    """Return the limit reached that only warns."""
    return next(_reached(losses, profile.daily_loss_warn_percent, "the warning stands at"), None)


def cancels(losses: Losses, profile: RiskProfile) -> bool:
    """Tell whether resting entries are to be cancelled; an unknown loss alone cancels nothing."""
    return losses.known and losses.day_percent >= profile.daily_loss_cancel_percent


def _reached(losses: Losses, limit: Decimal, words: str) -> Iterator[Reason]:
    share = losses.day_percent
    if share >= limit:
        figure, allowed = f"{share:.2f} %", f"{canonical(limit)} %"
        yield Reason(f"The day's loss is {figure} of the account; {words} {allowed}.", figure, allowed)
