"""The controls of features.md §4 as rows: what is measured, from where on it is how bad, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.assessment import Finding, RiskLevel, RiskType
from tui_trader.domain.money import EXACT, canonical
from tui_trader.rules.gate_limit import times

_SHOWN = Decimal("0.01")
MONEY, PERCENT = "", "%"
UNKNOWN_ADVICE = "Wait until it is known, and open nothing that depends on it."


@dataclass(frozen=True, slots=True)
class About:
    """What a figure is of: a pair, a name for sentences, and the currency that its money is in."""

    symbol: str | None
    name: str
    currency: str = ""
    position_id: str | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A limit on a figure.

    ``what`` begins a sentence that the figure ends. A figure above the limit has level ``lowest``, from ``high`` times
    the limit on it is HIGH, from ``critical`` times on CRITICAL; ``beyond`` means that it must be more than that.
    ``least`` turns it around: the figure must not be below. In ``advice``, ``excess`` is what is too much.
    """

    type: RiskType
    what: str
    unit: str
    advice: str
    high: str = ""
    critical: str = ""
    lowest: RiskLevel = RiskLevel.MEDIUM
    beyond: bool = False
    least: bool = False

    def look(self, figure: Decimal | None, limit: Decimal, about: About) -> tuple[Finding, ...]:
        """Return the finding of a figure beyond its limit, or not known; nothing for one inside."""
        what, allowed = self.what.format(name=about.name), self._text(limit, about)
        if figure is None or not figure.is_finite():
            message = f"{what} is not known, so its limit of {allowed} cannot be checked."
            return (self._finding(RiskLevel.MEDIUM, message, UNKNOWN_ADVICE, about),)
        level = self.level(figure, limit)
        if level is None:
            return ()
        bound = f"at least {allowed} is wanted" if self.least else f"the limit is {allowed}"
        excess = self._text(abs(EXACT.subtract(figure, limit)), about)
        advice = self.advice.format(name=about.name, limit=allowed, excess=excess)
        return (self._finding(level, f"{what} is {self._text(figure, about)}; {bound}.", advice, about),)

    def level(self, figure: Decimal, limit: Decimal) -> RiskLevel | None:
        """Return how bad a figure is; ``None`` inside its limit."""
        if figure >= limit if self.least else figure <= limit:
            return None
        for factor, level in ((self.critical, RiskLevel.CRITICAL), (self.high, RiskLevel.HIGH)):
            bound = times(limit, factor) if factor else None
            if bound is not None and (figure > bound or (figure == bound and not self.beyond)):
                return level
        return self.lowest

    def _finding(self, level: RiskLevel, message: str, advice: str, about: About) -> Finding:
        return Finding(self.type, level, message, advice, about.symbol, about.position_id)

    def _text(self, value: Decimal, about: About) -> str:
        return f"{canonical(value.quantize(_SHOWN, context=EXACT))} {self.unit or about.currency}".strip()


ORDER_VALUE = Control(
    RiskType.POSITION,
    "The value of the order",
    MONEY,
    "Make it smaller by {excess}, or raise max_order_value.",
    lowest=RiskLevel.HIGH,
)
POSITION_VALUE = Control(
    RiskType.POSITION,
    "The value of {name}",
    MONEY,
    "Hold {excess} less of it, or raise max_position_value.",
    lowest=RiskLevel.HIGH,
)
EXPOSURE = Control(
    RiskType.EXPOSURE,
    "The value of all coins and of entries under way",
    MONEY,
    "Sell coins or cancel entries worth {excess}.",
    high="1.25",
    critical="1.5",
)
CONCENTRATION = Control(
    RiskType.CONCENTRATION,
    "The share of {name} in the account",
    PERCENT,
    "Sell {name} until it is no more than {limit} of the account.",
    high="1.5",
    beyond=True,
)
LIQUIDITY = Control(
    RiskType.LIQUIDITY,
    "What is traded of {name} in a day",
    MONEY,
    "Do not add to it, and leave it by limit orders in small parts.",
    least=True,
)
VOLATILITY = Control(
    RiskType.VOLATILITY,
    "The daily move of {name}",
    PERCENT,
    "Hold less of it, or wait until it is calmer.",
    high="1.5",
    critical="2",
)
POSITION_LOSS = Control(
    RiskType.DRAWDOWN,
    "The loss of the position in {name}",
    PERCENT,
    "Close it or make it smaller; do not add to it.",
    high="1.5",
    critical="2",
)
DRAWDOWN = Control(
    RiskType.DRAWDOWN,
    "The account's loss from its peak",
    PERCENT,
    "Open nothing more, and look at the positions that lose.",
    high="1.5",
    critical="2",
)
