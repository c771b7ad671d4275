"""The sentences of a typed line, with absolute numbers, and the line written back with them."""

from __future__ import annotations

from decimal import Decimal

from tui_trader.domain.expression import MARKET, PriceExpression, SizeExpression, SizeKind
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import canonical
from tui_trader.domain.order import OrderRequest, OrderType, Side, TimeInForce
from tui_trader.grammar.canonical import write
from tui_trader.grammar.commands import Place, Style
from tui_trader.services.model import CancelOutcome, OrderPreview

REAL_MONEY = "REAL MONEY: "
_IMMEDIATE = {TimeInForce.IOC: "immediate or cancel", TimeInForce.FOK: "all at once or not at all"}


def order_sentence(preview: OrderPreview, pair: Instrument | None, *, live: bool) -> str:
    """Say side, size, pair, price, type and cost of an order, and of one sized by risk that nothing protects it."""
    request = preview.request
    base = pair.base if pair is not None else request.symbol
    verb = "Buy" if request.side is Side.BUY else "Sell"
    size = canonical(preview.quantity) if preview.quantity else _money(request.quote_quantity)
    of = f" on {request.symbol}" if pair is not None else ""
    gets = "cost" if request.side is Side.BUY else "selling"
    cost = f"{gets} {canonical(preview.cost)} {preview.cost_asset}, fee {canonical(preview.fee)} {preview.fee_asset}"
    prefix = REAL_MONEY if live else ""
    unarmed = " No stop is placed." if preview.sizing else ""
    return f"{prefix}{verb} {size} {base}{of} {_terms(preview, pair)}; {cost}.{unarmed}"


def _terms(preview: OrderPreview, pair: Instrument | None) -> str:
    """Say price and type."""
    request, quote = preview.request, "" if pair is None else f" {pair.quote}"
    price = "" if preview.price is None else f"{canonical(preview.price)}{quote}"
    if request.type is OrderType.MARKET:
        cap = f"at the market, no worse than {price}" if price else "at the market, with no cap on the price"
        about = preview.average_price
        return cap if about is None else f"{cap}, about {canonical(about)}{quote}"
    kind = "post-only" if request.type is OrderType.LIMIT_MAKER else "limit"
    parts = [f"at {price}", kind, _IMMEDIATE.get(request.time_in_force, "")]
    if request.reduce_only:
        parts.append("never more than is held")
    return ", ".join(part for part in parts if part)


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{canonical(amount)} worth of"


def absolute_line(request: OrderRequest) -> str:
    """Write a request as the line that means exactly it, whatever the market does meanwhile."""
    by_money = request.quantity is None
    size = SizeExpression(
        SizeKind.QUOTE if by_money else SizeKind.BASE,
        (request.quote_quantity if by_money else request.quantity) or Decimal(0),
    )
    price = MARKET if request.price is None else PriceExpression(absolute=request.price)
    style = Style(
        request.type,
        request.time_in_force,
        capped=request.capped,
        reduce_only=request.reduce_only,
        tags=request.tags,
        note=request.note,
    )
    return write(Place(request.side, request.symbol, size, price, style))


def cancelled_sentence(outcome: CancelOutcome) -> str:
    """Say what a cancel did."""
    count = len(outcome.orders)
    done = f"Cancel asked for {count} order{'' if count == 1 else 's'}."
    return " ".join([done, *outcome.failures])


def counted(step_sentence: str, count: int) -> str:
    """Put how many orders a statement concerns behind its sentence."""
    return f"{step_sentence.rstrip('.')}: {count} order{'' if count == 1 else 's'}."
