"""Resting orders over time that was not lived through: what the price path went through has traded.

An order fills whole, at its limit price, as maker, at the start of the second in which the market reached it;
better prices first, then older orders. The other side of the market is taken to stand half a spread off the path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tui_trader.exchange.sim.book import Book
from tui_trader.exchange.sim.candles import DAY, HOUR, MINUTE, Bar
from tui_trader.exchange.sim.live_order import LiveOrder
from tui_trader.exchange.sim.path import SECOND, PricePath

Fill = Callable[[LiveOrder, int], None]
"""Fills an order whole at its limit price at a time."""


def judge(book: Book, path: PricePath, half_spread: int, start_ms: int, end_ms: int, fill: Fill) -> None:
    """Fill the own orders of ``book`` that the path reached in [start, end)."""
    start = -(-start_ms // SECOND) * SECOND
    for at, length in _pieces(start, end_ms):
        if not book.bids.own and not book.asks.own:
            return
        _judge_piece(book, path, half_spread, at, length, fill)


def _judge_piece(book: Book, path: PricePath, half: int, at: int, length: int, fill: Fill) -> None:
    bar = _bar(path, at, length)
    buys_from, sells_up_to = bar.low + half, bar.high - half
    best_bid, best_ask = book.bids.best_own(), book.asks.best_own()
    touched = (best_bid is not None and best_bid >= buys_from) or (best_ask is not None and best_ask <= sells_up_to)
    if not touched:
        return
    if length > SECOND:
        shorter = {DAY: HOUR, HOUR: MINUTE, MINUTE: SECOND}[length]
        for part in range(at, at + length, shorter):
            _judge_piece(book, path, half, part, shorter, fill)
        return
    for order in [*book.bids.own_at_or_better(buys_from), *book.asks.own_at_or_better(sells_up_to)]:
        fill(order, at)


def _bar(path: PricePath, at: int, length: int) -> Bar:
    if length == DAY:
        return path.day(at // DAY)
    if length == HOUR:
        return path.hour(at // HOUR)
    if length == MINUTE:
        return path.minute(at // MINUTE)
    return path.seconds(at // MINUTE)[at % MINUTE // SECOND]


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut [start, end) into the longest whole days, hours, minutes and seconds, in order."""
    at = start
    while at < end:
        length = next(n for n in (DAY, HOUR, MINUTE, SECOND) if at % n == 0 and (at + n <= end or n == SECOND))
        yield at, length
        at += length
