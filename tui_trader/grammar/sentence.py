"""The one English sentence that explains a command; it stands in the ghost, the confirmation and the answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tui_trader.domain.expression import OffsetUnit, PriceExpression, Reference, RiskPrice, SizeExpression, SizeKind
from tui_trader.domain.money import canonical
from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.grammar.commands import Cancel, Close, Command, Focus, Look, Place, Style
from tui_trader.grammar.flags import quote
from tui_trader.grammar.words import VERBS

_REFERENCES = {
    Reference.BID: "the best bid",
    Reference.ASK: "the best ask",
    Reference.MID: "the middle of bid and ask",
    Reference.LAST: "the last price",
    Reference.OPEN: "the price of 24 hours ago",
    Reference.HIGH: "the 24-hour high",
    Reference.LOW: "the 24-hour low",
    Reference.ENTRY: "the average cost",
    Reference.BREAK_EVEN: "break-even",
}

_UNITS = {
    OffsetUnit.MONEY: "",
    OffsetUnit.PERCENT: " %",
    OffsetUnit.TICKS: " ticks",
    OffsetUnit.BASIS_POINTS: " basis points",
}

_SIZES: dict[SizeKind, Callable[[str, str], str]] = {
    SizeKind.BASE: lambda value, symbol: f"{value} coins of {symbol}",
    SizeKind.QUOTE: lambda value, symbol: f"{symbol} for ${value}",
    SizeKind.BALANCE_PERCENT: lambda value, symbol: f"{symbol} for {value} % of the free balance",
    SizeKind.POSITION_PERCENT: lambda value, symbol: f"{value} % of the position in {symbol}",
    SizeKind.ALL: lambda _value, symbol: f"all free coins of {symbol}",
    SizeKind.MAX: lambda _value, symbol: f"as much {symbol} as balance and limits allow",
    SizeKind.RISK: lambda _value, symbol: f"as much {symbol} as risks the profile's share for one trade",
    SizeKind.RISK_PERCENT: lambda value, symbol: f"as much {symbol} as risks {value} % of the account",
    SizeKind.RISK_QUOTE: lambda value, symbol: f"as much {symbol} as risks ${value}",
}


def describe(command: Command) -> str:
    """Say in one sentence what a command does."""
    match command:
        case Place():
            verb = "Buy" if command.side is Side.BUY else "Sell"
            order = _order(verb, command.side, command.symbol, command.size, command.price, command.style)
            return f"{order}{_risk(command.side, command.risk_to)}."
        case Close():
            order = _order("Close: sell", Side.SELL, command.symbol, command.size, command.price, command.style)
            return f"{order}."
        case Cancel():
            return f"Cancel {_what(command)}."
        case Look():
            of = f" of {command.symbol}" if command.symbol else ""
            return f"Show the {command.view.value}{of}."
        case Focus():
            return f"Show {command.symbol}; nothing is sent."
        case _:
            return f"Written as: {VERBS[command.topic]}" if command.topic else f"Commands: {', '.join(VERBS)}."


def _order(verb: str, side: Side, symbol: str, size: SizeExpression, price: PriceExpression, style: Style) -> str:
    what = _SIZES[size.kind](canonical(size.value), symbol)
    return f"{verb} {what} {_price(price, side)}{''.join(_details(style))}"


def _risk(side: Side, level: RiskPrice | None) -> str:
    """Say what a risk counts to, and that nothing is armed there."""
    if level is None:
        return ""
    way, place = ("down", "below") if side is Side.BUY else ("up", "above")
    if level.absolute is not None:
        where = canonical(level.absolute)
    else:
        where = f"{canonical(abs(level.percent or Decimal(0)))} % {place} its price"
    return f", counted {way} to {where}; only the size comes from it, no stop is placed"


def _price(price: PriceExpression, side: Side) -> str:
    if price.market:
        return "at the market"
    if price.absolute is not None:
        return f"at {canonical(price.absolute)}"
    own = Reference.BID if side is Side.BUY else Reference.ASK
    reference = price.reference if price.reference not in {None, Reference.OWN} else own
    name = _REFERENCES[reference or own]
    if not price.offset:
        return f"at {name}"
    word = "below" if price.offset < 0 else "above"
    amount = canonical(abs(price.offset))
    unit = _UNITS[price.unit]
    unit = unit.removesuffix("s") if amount == "1" else unit
    return f"at {amount}{unit} {word} {name}"


def _details(style: Style) -> list[str]:
    market = style.type is OrderType.MARKET
    found = [
        ", with no cap on the price" if not style.capped else ", at no worse than the cap" if market else "",
        ", post-only" if style.type is OrderType.LIMIT_MAKER else "",
        ", immediate or cancel" if style.time_in_force is TimeInForce.IOC and not market else "",
        ", all at once or not at all" if style.time_in_force is TimeInForce.FOK else "",
        ", never more than is held" if style.reduce_only else "",
        f", tagged {', '.join(style.tags)}" if style.tags else "",
        f", noted {quote(style.note)}" if style.note else "",
    ]
    return [each for each in found if each]


def _what(command: Cancel) -> str:
    if command.everything:
        return "every working order"
    if command.last:
        return "the order placed last"
    if command.ids:
        count = len(command.ids)
        return f"order {command.ids[0]}" if count == 1 else f"{count} orders: {', '.join(command.ids)}"
    side = f" {command.side.value.lower()}" if command.side else ""
    of = f" of {command.symbol}" if command.symbol else ""
    return f"every working{side} order{of}"
