"""The sentences that say why a size is what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from tui_trader.domain.expression import SizeMethod
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, canonical
from tui_trader.domain.order import Side
from tui_trader.rules.risk.position_size import Bound
from tui_trader.services.sizing_face import SizeFound

UNARMED = "Only the size comes from it; no stop is placed."
_SHOWN = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Said:
    """What a size was worked out from: percentages in percent, money and prices in the quote asset.

    ``beyond`` is what the profile risks on a trade, where the loss at the stop is more.
    """

    share: Decimal
    money: Decimal
    bound: Bound
    equity: Decimal | None
    kelly: Decimal | None
    range_: Decimal | None
    multiple: Decimal
    beyond: Decimal | None


HELD = {
    Bound.WISH: "",
    Bound.FREE: "No more is free.",
    Bound.BOOK: "The book shown would take no more back at the stop.",
}


def amount(value: Decimal) -> Decimal:
    """Round an estimate to eight decimals; quantities are exact and never pass here."""
    return EXACT.plus(value.quantize(_SHOWN, context=EXACT).normalize(EXACT))


def explain(found: SizeFound, pair: Instrument, said: Said) -> SizeFound:
    """Add what a size is, and why: what it counts from, what held it back, and what it may cost."""
    verb = "Buy" if found.side is Side.BUY else "Sell"
    what = f"{verb} {canonical(found.quantity)} {pair.base} at {canonical(found.price)}"
    parts = (f"{_sum(found.method, pair, said)}.", HELD[said.bound], *_at_stop(found, pair, said))
    return replace(found, what=what, why=" ".join(part for part in parts if part))


def _sum(method: SizeMethod, pair: Instrument, said: Said) -> str:
    money = f"{canonical(amount(said.money))} {pair.quote}"
    if said.equity is None:
        return f"{money} are risked"
    sum_ = f"{canonical(amount(said.share))} % of {canonical(amount(said.equity))} {pair.quote} is {money}"
    if method is SizeMethod.KELLY and said.kelly is not None:
        capped = f", held to {canonical(said.share)} %" if said.share < said.kelly else ""
        return f"Kelly's share is {canonical(amount(said.kelly))} %{capped}; {sum_}"
    if said.range_ is not None:
        ranges = f"{canonical(said.multiple)} average daily ranges of {canonical(amount(said.range_))}"
        return f"the stop stands {ranges} away; {sum_}"
    return sum_


def _at_stop(found: SizeFound, pair: Instrument, said: Said) -> Iterator[str]:
    """Say what is lost at the stop, whether that is much, and that nothing is armed there."""
    if found.stop is None or found.loss_at_stop is None:
        return
    loss, fees, slippage = (canonical(each) for each in (found.loss_at_stop, found.fees, found.slippage))
    costs = f"fees {fees} and slippage {slippage} included"
    yield f"At {canonical(found.stop)} it loses {loss} {pair.quote}, {costs}."
    if said.beyond is not None:
        yield f"That is more than the {canonical(said.beyond)} % of the account that the profile risks on a trade."
    yield UNARMED
