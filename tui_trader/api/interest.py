"""What one reader of the event stream wants of the market, read from the query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui_trader.domain.events import EventKind
from tui_trader.domain.market import Interval
from tui_trader.errors import UsageError

MAX_TICKERS = 200
MAX_RATE = 60.0
QUERY = {
    "after": "repeat durable events after this sequence",
    "kinds": "only these kinds, separated by commas",
    "durable": "false leaves everything but market kinds out",
    "tickers": "pairs whose day figures and best prices are wanted",
    "book": "the pair whose book is wanted",
    "depth": "levels a side, 20",
    "trades": "the pair whose public trades are wanted",
    "candles": "PAIR:INTERVAL whose bars are wanted",
    "rate": "market frames a second, 10; at most 60",
}
MARKET_KINDS = frozenset({EventKind.QUOTE, EventKind.TICKER, EventKind.BOOK, EventKind.TRADES, EventKind.CANDLE})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reader's wishes. ``period`` is seconds between market frames."""

    kinds: frozenset[EventKind]
    after: int | None
    tickers: tuple[str, ...]
    book: str | None
    depth: int
    trades: str | None
    candles: tuple[str, Interval] | None
    period: float

    @property
    def market(self) -> bool:
        """Whether anything of the market is wanted."""
        return bool(self.tickers or self.book or self.trades or self.candles)


def read_wanted(query: Mapping[str, str], last_event_id: str | None) -> Wanted:
    """Read what a reader wants.

    Raises:
        UsageError: a parameter is unknown or makes no sense.

    """
    unknown = sorted(set(query) - set(QUERY))
    if unknown:
        raise UsageError(f"{unknown[0][:40]!r} is not a parameter of the event stream; known: {', '.join(QUERY)}.")
    tickers = tuple(symbol for symbol in query.get("tickers", "").split(",") if symbol)
    if len(tickers) > MAX_TICKERS:
        raise UsageError(f"tickers: at most {MAX_TICKERS} pairs.")
    return Wanted(
        kinds=_kinds(query),
        after=_sequence(query.get("after", last_event_id)),
        tickers=tickers,
        book=query.get("book"),
        depth=_depth(query.get("depth", "20")),
        trades=query.get("trades"),
        candles=_candles(query.get("candles")),
        period=1 / _rate(query.get("rate", "10")),
    )


def _kinds(query: Mapping[str, str]) -> frozenset[EventKind]:
    if query.get("durable", "true") == "false":
        return MARKET_KINDS
    words = query.get("kinds")
    if words is None:
        return frozenset(EventKind)
    try:
        return frozenset(EventKind(word) for word in words.split(",") if word)
    except ValueError:
        raise UsageError(f"kinds: use {', '.join(EventKind)}.") from None


def _sequence(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise UsageError("after: give the sequence number of the last event received.")
    return int(text)


def _depth(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 500:
        raise UsageError("depth: give a whole number from 1 to 500.")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0.1 <= rate <= MAX_RATE:
        raise UsageError(f"rate: give frames a second, from 0.1 to {MAX_RATE:.0f}.")
    return rate


def _candles(text: str | None) -> tuple[str, Interval] | None:
    if text is None:
        return None
    symbol, _, interval = text.partition(":")
    try:
        return symbol, Interval(interval)
    except ValueError:
        raise UsageError(f"candles: use PAIR:INTERVAL with one of {', '.join(Interval)}.") from None
