"""The positions in memory: folded from fills, kept by hand, and valued. State only; nothing here waits.

A position is valued at what closing it would get now: a LONG at the bid, a SHORT at the ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Quote
from tui_trader.domain.money import ZERO
from tui_trader.domain.order import Order, Origin
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionType
from tui_trader.rules import ledger
from tui_trader.rules.asset_ledger import pair_assets
from tui_trader.rules.ledger import Holding
from tui_trader.rules.performance import mark

FALLBACK_LOT = Decimal("0.00000001")
RULE_MADE = frozenset({Origin.EXIT, Origin.ALGO})

Find = Callable[[str], Instrument | None]


class PositionBook:
    """Every position by id, and the ledger's state of every pair."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._holdings: dict[str, Holding] = {}
        self._all: dict[str, Position] = {}
        self._open: dict[str, dict[str, None]] = {}

    # -- reading

    def all(self) -> list[Position]:
        """List every position, newest first."""
        return sorted(self._all.values(), key=lambda each: (each.opened_at, each.id), reverse=True)

    def get(self, position_id: str) -> Position | None:
        """Return a position."""
        return self._all.get(position_id)

    def open(self) -> list[Position]:
        """List the open ones."""
        return [self._all[each] for ids in self._open.values() for each in ids]

    def open_on(self, symbol: str) -> list[Position]:
        """List the open ones of a pair."""
        return [self._all[each] for each in self._open.get(symbol, ())]

    def made_by_fills(self, symbol: str) -> Position | None:
        """Return the open position that fills made on a pair; coins from before the desk are not part of it."""
        holding = self._holdings.get(symbol)
        return None if holding is None or holding.open is None else self._all[holding.open.id]

    def holding(self, symbol: str) -> Holding | None:
        """Return the ledger's state of a pair: another object after each execution."""
        return self._holdings.get(symbol)

    # -- changing

    def put(self, position: Position) -> None:
        """Keep a position as it is given."""
        self._all[position.id] = position
        ids = self._open.setdefault(position.symbol, {})
        if position.open:
            ids[position.id] = None
        else:
            ids.pop(position.id, None)
        if not ids:
            del self._open[position.symbol]

    def remove(self, position_id: str) -> None:
        """Forget a record kept by hand."""
        gone = self._all.pop(position_id, None)
        if gone is not None and gone.symbol in self._open:
            self._open[gone.symbol].pop(position_id, None)
            if not self._open[gone.symbol]:
                del self._open[gone.symbol]

    def start_with(self, symbol: str, quantity: Decimal, at: int, price: Decimal | None) -> Position | None:
        """Take coins in that were there before the desk; call it before the pair's first fill."""
        holding = ledger.with_opening(self._holding(symbol), quantity, at, price)
        self._holdings[symbol] = holding
        if holding.opening is not None:
            self.put(holding.opening)
        return holding.opening

    def fold(self, fill: Fill, order: Order | None = None) -> Sequence[Position]:
        """Take an execution in; returns the positions that it changed.

        What an order placed elsewhere executed before the desk began is in the coins that were there, so it is passed
        over.
        """
        holding = self._holding(fill.symbol)
        if holding.opening is not None and fill.at < holding.opening.opened_at:
            return ()
        posting = ledger.apply(holding, fill)
        self._holdings[fill.symbol] = posting.holding
        changed = [self._named(position, order) for position in posting.positions]
        for position in changed:
            self.put(position)
        return changed

    def replace_pair(self, symbol: str, again: PositionBook) -> tuple[list[Position], list[Position]]:
        """Take a pair's positions over that were folded again; returns those that changed and those that are gone."""
        kept = {each.id: each for each in self._all.values() if each.symbol == symbol and made(each)}
        again.annotate(kept.values())
        again.inherit(kept)
        folded = {each.id: each for each in again.all()}
        changed = [_marked(each) for each in folded.values() if each != kept.get(each.id)]
        gone = [each for each in kept.values() if each.id not in folded]
        for position in gone:
            self.remove(position.id)
        for position in changed:
            self.put(position)
        self._holdings[symbol] = again.holding(symbol) or self._empty(symbol)
        return changed, gone

    def inherit(self, kept: Mapping[str, Position]) -> None:
        """Give a position that one of ``kept`` became under another id, opened by the same order, that one's notes."""
        gone = {each.entry_order_ids[:1]: each for each in kept.values() if each.id not in self._all}
        for position in self.all():
            before = gone.get(position.entry_order_ids[:1]) if position.id not in kept else None
            if before is not None:
                self.put(ledger.with_notes(position, before))

    def annotate(self, kept: Iterable[Position]) -> None:
        """Put what fills do not tell back onto folded positions, from an earlier state."""
        for each in kept:
            folded = self._all.get(each.id)
            if folded is not None:
                self.put(ledger.with_notes(folded, each))

    def value(self, quote: Quote) -> list[Position]:
        """Value the open positions of a pair; returns those whose price moved."""
        moved = []
        for position in self.open_on(quote.symbol):
            price = quote.bid if position.side is PositionSide.LONG else quote.ask
            moved += self.value_one(position, price, quote.received)
        return moved

    def value_one(self, position: Position, price: Decimal, at: int) -> list[Position]:
        """Value one position at a price; returns it when that changed its price."""
        if price == position.current_price:
            return []
        valued = mark(position, price, at)
        if valued is position:
            return []
        self._all[position.id] = valued
        return [valued]

    # -- inside

    def _named(self, position: Position, order: Order | None) -> Position:
        """Give a position that an order of ours opened the order's tags, and say whether a rule opened it."""
        if order is None or position.id in self._all:
            return position
        made_by = PositionType.AUTOMATIC if order.request.origin in RULE_MADE else PositionType.MANUAL
        return replace(position, tags=order.request.tags, type=made_by)

    def _holding(self, symbol: str) -> Holding:
        """Return the ledger's state with the positions as they are kept here, marks and notes included."""
        holding = self._holdings.get(symbol)
        if holding is None:
            return self._empty(symbol)
        current: dict[str, Any] = {}
        if holding.open is not None:
            current["open"] = self._all[holding.open.id]
        if holding.opening is not None:
            current["opening"] = self._all[holding.opening.id]
        return replace(holding, **current)

    def _empty(self, symbol: str) -> Holding:
        """Begin a pair; one that the venue no longer lists is read from its name."""
        pair = self._find(symbol)
        if pair is not None:
            return ledger.empty(pair)
        return Holding(symbol, *pair_assets(symbol, None), FALLBACK_LOT)


def differing(folded: Iterable[Position], stored: Mapping[str, Position]) -> list[Position]:
    """List the folded positions that are not stored as they should be; what a person or a price sets does not count."""
    return [each for each in folded if each.id not in stored or _bare(each) != _bare(stored[each.id])]


def _bare(position: Position) -> Position:
    return replace(
        position,
        updated_at=0,
        type=PositionType.MANUAL,
        stop_loss=None,
        take_profit=None,
        strategy=None,
        tags=(),
        notes=None,
        current_price=None,
        priced_at=None,
        unrealised_pnl=None,
        max_profit=ZERO,
        max_drawdown=ZERO,
    )


def _marked(position: Position) -> Position:
    """Value a position whose cost changed at the price it had."""
    if position.current_price is None or position.priced_at is None:
        return position
    return mark(position, position.current_price, position.priced_at)


def made(position: Position) -> bool:
    """Tell whether fills made a position, and no person."""
    return position.source is PositionSource.FILLS


def by_hand(positions: Iterable[Position]) -> list[Position]:
    """List the records kept by hand."""
    return [each for each in positions if each.source is PositionSource.BY_HAND]


def orphans(folded: Iterable[Position], stored: Mapping[str, Position]) -> list[str]:
    """List the ids of stored fill-made positions that no fill accounts for."""
    made = {each.id for each in folded}
    return [each.id for each in stored.values() if each.source is PositionSource.FILLS and each.id not in made]
