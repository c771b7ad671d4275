"""What a typed line says, as frozen values. Symbols are full names (``BTCUSDT``), rows are resolved to ids."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_trader.domain.expression import OffsetUnit, PriceExpression, Reference, RiskPrice, SizeExpression, SizeKind
from tui_trader.domain.order import OrderType, Side, TimeInForce

ONE_TICK_INSIDE = PriceExpression(reference=Reference.OWN, offset=Decimal(-1), unit=OffsetUnit.TICKS)
"""Where a close rests when no price is given: one tick inside the spread."""


WHOLE = SizeExpression(SizeKind.ALL)
"""All of a holding."""


@dataclass(frozen=True, slots=True)
class Style:
    """How an order is sent. A market order is always immediate; ``capped`` only matters for it."""

    type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.GTC
    capped: bool = True
    reduce_only: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """``buy`` or ``sell``."""

    side: Side
    symbol: str
    size: SizeExpression
    price: PriceExpression
    style: Style = Style()
    risk_to: RiskPrice | None = None
    """What a size by risk counts to; only the size comes from it, nothing is placed there."""


@dataclass(frozen=True, slots=True)
class Close:
    """``close``: sell a holding, or a part of it. Always reduce-only."""

    symbol: str
    size: SizeExpression = WHOLE
    price: PriceExpression = ONE_TICK_INSIDE
    style: Style = Style(reduce_only=True)


@dataclass(frozen=True, slots=True)
class Cancel:
    """``cancel``: the orders named by ``ids``, or the ``last`` one, or every working one that matches the filters.

    Without ids, ``last`` and filters it means all of them.
    """

    ids: tuple[str, ...] = ()
    last: bool = False
    symbol: str | None = None
    side: Side | None = None

    @property
    def everything(self) -> bool:
        """Whether no order is spared."""
        return not (self.ids or self.last or self.symbol or self.side)


class View(StrEnum):
    """Panels that a line can open."""

    POSITIONS = "positions"
    ORDERS = "orders"
    HISTORY = "history"
    BALANCES = "balances"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Look:
    """Open a panel, of one pair or of all."""

    view: View
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Focus:
    """A lone symbol: show this pair, nothing else."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Help:
    """Explain a verb, or all of them when ``topic`` is empty."""

    topic: str = ""


Command = Place | Close | Cancel | Look | Focus | Help


class Join(StrEnum):
    """How a statement follows the one before it."""

    THEN = ";"
    """After it was acknowledged, whatever came of it."""
    IF_DONE = "&&"
    """Only if it succeeded."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement. ``preview`` sends nothing; ``force`` asks for no confirmation where the policy allows that."""

    command: Command
    preview: bool = False
    force: bool = False
    join: Join = Join.THEN


@dataclass(frozen=True, slots=True)
class Script:
    """A whole line."""

    steps: tuple[Step, ...]
