"""Sizes as the API sees them: what is asked, what is answered, and who answers; ``sizing`` fulfils it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from tui_trader.domain.expression import SizeMethod
from tui_trader.domain.order import Side
from tui_trader.domain.risk import Breach


@dataclass(frozen=True, slots=True)
class SizeWish:
    """A size that is asked for; fields as in ``contract.risk_state.SizeQuestion``."""

    symbol: str
    side: Side
    method: SizeMethod
    value: Decimal
    price: Decimal | None = None
    stop: Decimal | None = None
    win_percent: Decimal | None = None
    payoff: Decimal | None = None
    multiple: Decimal | None = None
    rests: bool = False
    """Whether the order takes nothing from the book (post-only)."""


@dataclass(frozen=True, slots=True)
class SizeFound:
    """A size and why; fields as in ``contract.risk_state.SizeAnswer``. ``what`` and ``why`` make its sentence."""

    symbol: str
    side: Side
    method: SizeMethod
    quantity: Decimal
    price: Decimal
    stop: Decimal | None
    stop_distance: Decimal | None
    notional: Decimal
    fees: Decimal
    slippage: Decimal
    loss_at_stop: Decimal | None
    breaches: Sequence[Breach] = ()
    what: str = ""
    why: str = ""

    @property
    def sentence(self) -> str:
        """Say what the size is, and why."""
        return f"{self.what}: {self.why}"


class Sizing(Protocol):
    """Works sizes out."""

    async def size(self, wish: SizeWish) -> SizeFound:
        """Say how large an order may be; nothing is reserved or sent.

        Raises:
            NotFound: there is no such pair.
            Refused: a field makes no sense (``details["field"]`` names it), or no size does.
            VenueUnavailable: no price, or no candles, are known.

        """
        ...
