"""How a figure above its limits is told: ``HARD`` above the hard one, else ``SOFT`` above the soft one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.money import EXACT, canonical
from tui_trader.domain.risk import Breach, Level

HUNDRED = Decimal(100)
_SHOWN = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class Told:
    """A limit's words: its stable ``code``, a sentence that ends with the ``figure``, its unit, and what to do."""

    code: str
    sentence: str
    unit: str = ""
    advice: str = ""

    def breach(self, level: Level, figure: Decimal, limit: Decimal) -> Breach:
        """Tell a breach."""
        shown, allowed = self._text(figure), self._text(limit)
        end = f"the limit is {allowed}" if level is Level.HARD else f"above {allowed} it asks first"
        return Breach(self.code, level, f"{self.sentence.format(figure=shown)}; {end}.", shown, allowed, self.advice)

    def _text(self, value: Decimal) -> str:
        number = canonical(value.quantize(_SHOWN, context=EXACT)) if self.unit != "%" else f"{value:.2f}"
        return f"{number} {self.unit}".strip()


def over(told: Told, figure: Decimal, soft: Decimal | None, hard: Decimal | None) -> Iterator[Breach]:
    """Yield the breach of a figure above its limits; ``None`` is no limit."""
    if hard is not None and figure > hard:
        yield told.breach(Level.HARD, figure, hard)
    elif soft is not None and figure > soft:
        yield told.breach(Level.SOFT, figure, soft)


def unknown(code: str, what: str, level: Level = Level.HARD) -> Breach:
    """Tell that a limit cannot be checked, which counts as a breach."""
    message = f"{what} is not known, so its limit cannot be checked."
    return Breach(code, level, message, "unknown", suggestion="wait for it")


def known(value: Decimal | None) -> bool:
    """Tell whether a figure is a number."""
    return value is not None and value.is_finite()


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Return a part in percent of a whole."""
    return EXACT.divide(EXACT.multiply(part, HUNDRED), whole)


def times(value: Decimal, factor: str) -> Decimal:
    """Return a limit times a factor."""
    return EXACT.multiply(value, Decimal(factor))
