"""One pair's market: its book, prints, last price and candles, and the news it makes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Final, Protocol

from tui_trader.exchange.sim.book import Book, BookSide, Match
from tui_trader.exchange.sim.candles import Candles
from tui_trader.exchange.sim.events import BestChanged, DepthChanged, Event, TradePrinted
from tui_trader.exchange.sim.exact import ZERO, Scale
from tui_trader.exchange.sim.live_order import LiveOrder
from tui_trader.exchange.sim.model import BestPrices, Depth, PriceLevel, PublicTrade
from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire.vocabulary import Side

PRINTS_KEPT: Final = 1000
_VERSION_EPOCH_MS: Final = 1_577_836_800_000


class Settle(Protocol):
    """Books an execution of an own order: order, ticks, lots, time, trade id, as maker or taker."""

    def __call__(self, order: LiveOrder, ticks: int, lots: int, now_ms: int, trade_id: str, *, maker: bool) -> None:
        """Book it."""
        ...


class Market:
    """State of one pair. The engine brings own orders, a driver (generator or replay) brings everyone else's.

    ``clock_ms`` is the pair's exchange time: venue time, or a replayed file's own.
    """

    def __init__(
        self,
        rules: SymbolRules,
        candles: Candles,
        tell: Callable[[Event], None],
        settle: Settle,
        serial: Iterator[int],
    ) -> None:
        self.rules = rules
        self.scale = Scale(rules.price_decimals, rules.quantity_decimals)
        self.book = Book()
        self.candles = candles
        self.prints: deque[PublicTrade] = deque(maxlen=PRINTS_KEPT)
        self.last = 0
        self.clock_ms = candles.now_ms
        self.version = max(1, (candles.now_ms - _VERSION_EPOCH_MS) // 50)
        self.tell = tell
        self.settle = settle
        self._best: tuple[int, int, int, int] = (0, 0, 0, 0)
        self._serial = serial

    def next_trade_id(self, time_ms: int) -> str:
        """Make the next trade id, in MEXC's shape."""
        return f"{time_ms}{next(self._serial) % 1_000_000:06d}X1"

    def print(self, ticks: int, lots: int, side: Side, time_ms: int, trade_id: str) -> None:
        """Publish an execution: ``side`` is the taker's."""
        self.last = ticks
        self.candles.add(time_ms, ticks, lots)
        scale = self.scale
        trade = PublicTrade(self.rules.symbol, trade_id, scale.price(ticks), scale.quantity(lots), side, time_ms)
        self.prints.append(trade)
        self.tell(TradePrinted(trade))

    def hit(self, matches: Iterable[Match], side: Side, time_ms: int) -> None:
        """Publish executions of a synthetic taker, and settle own makers among them.

        On a replayed pair only the file's own trades are public.
        """
        for ticks, lots, maker in matches:
            trade_id = self.next_trade_id(time_ms)
            if not self.rules.replayed:
                self.print(ticks, lots, side, time_ms, trade_id)
            if maker:
                self.settle(maker, ticks, lots, time_ms, trade_id, maker=True)

    def depth(self, limit: int) -> Depth:
        """Return the best ``limit`` levels of each side."""
        book = self.book
        return Depth(
            self.rules.symbol,
            self.version,
            tuple(self._level(ticks, lots) for ticks, lots in book.bids.top(limit)),
            tuple(self._level(ticks, lots) for ticks, lots in book.asks.top(limit)),
            self.clock_ms,
        )

    def best(self) -> BestPrices:
        """Best bid and ask as last published."""
        bid, bid_lots, ask, ask_lots = self._best
        scale = self.scale
        return BestPrices(
            self.rules.symbol,
            self.version,
            scale.price(bid),
            scale.quantity(bid_lots),
            scale.price(ask),
            scale.quantity(ask_lots),
            self.clock_ms,
        )

    def publish(self) -> None:
        """Tell what changed in the book since the last call, as of the pair's clock: one change set, one version."""
        bids, asks = self.book.bids, self.book.asks
        if not bids.dirty and not asks.dirty:
            return
        self.version += 1
        symbol, changed = self.rules.symbol, (self._changes(bids), self._changes(asks))
        self.tell(DepthChanged(symbol, self.version, *changed, self.clock_ms))
        best = (*self._top(bids), *self._top(asks))
        if best != self._best:
            self._best = best
            self.tell(BestChanged(self.best()))

    def _changes(self, side: BookSide) -> tuple[PriceLevel, ...]:
        ordered = sorted(side.dirty, key=lambda ticks: ticks * side.sign)
        side.dirty.clear()
        return tuple(self._level(ticks, side.size(ticks)) for ticks in ordered)

    def _level(self, ticks: int, lots: int) -> PriceLevel:
        return self.scale.price(ticks), self.scale.quantity(lots) if lots else ZERO

    @staticmethod
    def _top(side: BookSide) -> tuple[int, int]:
        best = side.best()
        return (0, 0) if best is None else (best, side.size(best))

    def last_price(self) -> Decimal:
        """Price of the latest print."""
        return self.scale.price(self.last)
