"""The open book in figures (features.md §1, summary)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.position import Position, PositionSide
from tui_trader.rules.performance import pnl
from tui_trader.rules.postings import ratio, rounded

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class BookFigures:
    """Sums over open positions; money in the account currency, ``None`` where a price, cost or rate is missing.

    ``at_risk`` is what is lost against current prices if every stop is hit, of the positions that have one.
    ``protected_percent`` is the share of the value that armed stops cover.
    """

    count: int
    long: int
    short: int
    value: Decimal | None
    unrealised_pnl: Decimal | None
    realised_pnl: Decimal
    average_pnl: Decimal | None
    at_risk: Decimal | None
    protected_percent: Decimal | None
    by_symbol: Mapping[str, Decimal]
    by_type: Mapping[str, int]


def value_of(position: Position) -> Decimal | None:
    """Return what is held at the current price, in quote money."""
    if position.current_price is None:
        return None
    return EXACT.multiply(position.current_price, position.quantity)


def at_risk(position: Position) -> Decimal | None:
    """Return what is lost from the current price to the stop, never negative; ``None`` without either."""
    if position.current_price is None or position.stop_loss is None:
        return None
    return max(ZERO, pnl(position.side, position.stop_loss, position.current_price, position.quantity))


def summarise(
    positions: Iterable[Position], protected: Mapping[str, Decimal], rates: Mapping[str, Decimal]
) -> BookFigures:
    """Add up the open ones among ``positions``.

    ``protected`` is the quantity covered by stops per position id; ``rates`` is what one unit of a symbol's quote
    asset is worth in the account currency, per symbol.
    """
    book = [each for each in positions if each.open]
    rate = {each.id: rates.get(each.symbol) for each in book}
    values = {each.id: _times(value_of(each), rate[each.id]) for each in book}
    gains = [_times(each.unrealised_pnl, rate[each.id]) for each in book]
    gain = _sum(gains)
    covered = [_share(each, protected, values[each.id]) for each in book]
    total, safe = _sum(values.values()), _sum(covered)
    by_symbol: dict[str, Decimal] = {}
    for each in book:
        by_symbol[each.symbol] = EXACT.add(by_symbol.get(each.symbol, ZERO), values[each.id] or ZERO)
    long = sum(1 for each in book if each.side is PositionSide.LONG)
    return BookFigures(
        count=len(book),
        long=long,
        short=len(book) - long,
        value=total,
        unrealised_pnl=gain,
        realised_pnl=_sum([_times(each.realised_pnl, rate[each.id]) or ZERO for each in book]) or ZERO,
        average_pnl=ratio(gain, Decimal(len(book))) if book and gain is not None else None,
        at_risk=_sum([_times(at_risk(each), rate[each.id]) for each in book if each.stop_loss is not None]),
        protected_percent=ratio(safe * HUNDRED, total) if total and safe is not None else None,
        by_symbol=by_symbol,
        by_type=dict(Counter(each.type.value for each in book)),
    )


def _times(amount: Decimal | None, rate: Decimal | None) -> Decimal | None:
    return None if amount is None or rate is None else rounded(EXACT.multiply(amount, rate))


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add up; ``None`` when any part is not known."""
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total = EXACT.add(total, amount)
    return total


def _share(position: Position, protected: Mapping[str, Decimal], value: Decimal | None) -> Decimal | None:
    if value is None or not position.quantity:
        return value
    part = min(protected.get(position.id, ZERO), position.quantity)
    return rounded(EXACT.divide(EXACT.multiply(value, part), position.quantity))
