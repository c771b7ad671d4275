"""A replayed market: recorded trades printed again at their own times, with a book made up around them.

Every recorded trade becomes exactly one public trade. Own orders trade against it and against the made-up book;
their fills are private and leave the public trades, candles and last price as recorded. File time starts with
the venue and stands still after the last row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Final, NamedTuple

from tui_trader.exchange.sim.candle_trades import trades_of
from tui_trader.exchange.sim.events import ReplayFinished
from tui_trader.exchange.sim.exact import ZERO
from tui_trader.exchange.sim.generator import STEP_MS
from tui_trader.exchange.sim.liquidity import Ladder, Shape
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.noise import name_key, stream
from tui_trader.exchange.sim.replay_file import Recording, rows_of_candles, rows_of_trades, units
from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire.vocabulary import Side

_QUOTES: Final = ("USDT", "USDC", "USDE", "USD1", "BTC", "ETH", "EUR", "USD")
_GAP_RATIO: Final = 2.5e-5
_MOST_AT_ONCE: Final = 5000
"""Prints of one call at a set speed; after a jump of time the rest follows in the next calls."""
_HUGE: Final = Decimal(10**15)


class Print(NamedTuple):
    """One trade to come."""

    time_ms: int
    trade_id: str
    side: Side | None
    ticks: int
    lots: int


def replayed_rules(symbol: str, recording: Recording, listed: SymbolRules | None) -> SymbolRules:
    """Make the rules of a replayed pair: the listed ones, or derived from its name, with decimals that fit the data.

    There is no price band and no maximum: the recording's prices are what they are.
    """
    rules = listed or _derived(symbol)
    price_decimals = max(recording.price_decimals, listed.price_decimals if listed else 0)
    quantity_decimals = recording.quantity_decimals(price_decimals)
    return replace(
        rules,
        price_decimals=price_decimals,
        quantity_decimals=max(quantity_decimals, listed.quantity_decimals if listed else 0),
        max_value=_HUGE,
        max_value_market=_HUGE,
        band_up=None,
        band_down=None,
        replayed=True,
    )


def _derived(symbol: str) -> SymbolRules:
    quote = next((q for q in _QUOTES if symbol.endswith(q) and symbol != q), symbol[-4:])
    base = symbol.removesuffix(quote) or symbol
    least = Decimal(1) if quote.startswith("USD") else ZERO
    return SymbolRules(symbol, base, quote, 0, 0, full_name=base, min_value=least, min_value_market=least)


class Replayer:
    """Drives one replayed market; ``speed`` None prints ``chunk`` trades per call, whatever the time."""

    def __init__(self, market: Market, recording: Recording, speed: Decimal | None, chunk: int, now_ms: int) -> None:
        self.market = market
        self.finished = False
        self._recording = recording
        self._speed = speed
        self._chunk = chunk
        self._started_ms = now_ms
        self._key = name_key(market.rules.symbol)
        self._coming = self._trades(recording)
        self._next = next(self._coming, None)
        first = units(recording.first_price, market.scale.price_decimals)
        self._typical_lots = self._next.lots if self._next else 1
        self._rising = True
        self._ladder = Ladder(market, Shape(max(1, round(first * _GAP_RATIO)), self._typical_lots * 10))
        market.last = first
        market.clock_ms = market.candles.now_ms = recording.first_ms
        self._set_book(stream(self._key, 0), now_ms)
        self._count = 0
        self._step = now_ms // STEP_MS

    def advance(self, now_ms: int) -> None:
        """Print what is due by ``now_ms``."""
        market, coming = self.market, self._next
        if coming is None:
            return
        due = self._due(now_ms)
        left = self._chunk if self._speed is None else _MOST_AT_ONCE
        printed = False
        while coming and left and (due is None or coming.time_ms <= due):
            self._print(coming, now_ms)
            printed = True
            coming = next(self._coming, None)
            left -= 1
        self._next = coming
        if due is not None and coming:
            market.clock_ms = market.candles.now_ms = max(due, market.clock_ms)
        step = now_ms // STEP_MS
        if printed or step != self._step:
            self._step = step
            self._count += 1
            self._set_book(stream(self._key, self._count), now_ms)
        if coming is None:
            self.finished = True
            market.tell(ReplayFinished(market.rules.symbol, market.clock_ms))

    def _due(self, now_ms: int) -> int | None:
        """File time that has come; None at full speed."""
        if self._speed is None:
            return None
        return self._recording.first_ms + int((now_ms - self._started_ms) * self._speed)

    def _print(self, trade: Print, now_ms: int) -> None:
        market, ticks = self.market, trade.ticks
        buys = ticks > market.last or (ticks == market.last and self._rising)
        side = trade.side or (Side.BUY if buys else Side.SELL)
        self._rising = side is Side.BUY
        market.clock_ms = market.candles.now_ms = max(trade.time_ms, market.clock_ms)
        self._ladder.sweep(ticks - 1, ticks + 1, now_ms)
        resting = market.book.side(side is Side.SELL)
        if resting.own:
            market.hit(resting.take_at(ticks, trade.lots), side, now_ms)
        market.print(ticks, trade.lots, side, trade.time_ms, trade.trade_id)
        self._typical_lots += (trade.lots - self._typical_lots) // 16

    def _set_book(self, rng: Random, now_ms: int) -> None:
        """Stand the book so that the latest trade was at its touch; its size follows the trades."""
        last = self.market.last
        spread = 1 + max(0, self._ladder.shape.gap // 4)
        bid, ask = (last - spread, last) if self._rising else (last, last + spread)
        self._ladder.shape = Shape(self._ladder.shape.gap, max(1, self._typical_lots * 10))
        self._ladder.move(max(1, bid), max(2, ask), rng, now_ms)
        self.market.publish()

    def _trades(self, recording: Recording) -> Iterator[Print]:
        return self._from_candles(recording) if recording.candles else self._from_trades(recording)

    def _from_trades(self, recording: Recording) -> Iterator[Print]:
        scale = self.market.scale
        for number, row in enumerate(rows_of_trades(recording.path), 1):
            ticks, lots = units(row.price, scale.price_decimals), units(row.quantity, scale.quantity_decimals)
            yield Print(row.time_ms, row.trade_id or str(number), row.side, ticks, lots)

    def _from_candles(self, recording: Recording) -> Iterator[Print]:
        scale, length = self.market.scale, recording.interval_ms
        places = scale.value_decimals if recording.by_value else scale.quantity_decimals
        for row in rows_of_candles(recording.path):
            opened, high, low, close = (units(text, scale.price_decimals) for text in row[1:5])
            volume = units(row.volume, places)
            trades = trades_of((opened, high, low, close), volume, by_value=recording.by_value)
            for index, (ticks, lots) in enumerate(trades):
                at = row.time_ms + (length - 1) * index // max(1, len(trades) - 1)
                yield Print(at, f"{row.time_ms}{index}", None, ticks, lots)
