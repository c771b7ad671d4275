"""Market events of one reader, kept to the newest of each thing until the next frame is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tui_trader.api import market_views as views
from tui_trader.api.interest import Wanted
from tui_trader.contract.events import PAYLOADS
from tui_trader.domain.events import Event, EventKind
from tui_trader.services.faces import Services

TRADES_KEPT = 200


def encode(kind: EventKind, data: Any, at: int, sequence: int | None = None) -> bytes:
    """Write one server-sent event; ``data`` is the view that the contract names for the kind."""
    body = PAYLOADS[kind].dump_json(data)
    head = f"id: {sequence}\n" if sequence is not None else ""
    return f'{head}event: {kind}\ndata: {{"at":{at},"data":'.encode() + body + b"}\n\n"


class Frames:
    """What has changed since the last frame and is wanted."""

    def __init__(self, services: Services, wanted: Wanted) -> None:
        self._services = services
        self._wanted = wanted
        self._tickers: set[str] = set(wanted.tickers)
        self._symbols = frozenset(wanted.tickers)
        self._others: dict[object, Event] = {}
        self._at = 0
        self._takers: dict[EventKind, Callable[[Event], None]] = {
            EventKind.TICKER: self._take_ticker,
            EventKind.QUOTE: self._take_quote,
            EventKind.BOOK: self._take_book,
            EventKind.TRADES: self._take_trades,
            EventKind.CANDLE: self._take_candle,
        }

    @property
    def waiting(self) -> bool:
        """Whether there is anything to send."""
        return bool(self._tickers or self._others)

    def put(self, event: Event) -> None:
        """Keep what is wanted of an event."""
        take = self._takers.get(event.kind)
        if take is not None:
            take(event)
            self._at = max(self._at, event.at)

    def take(self) -> bytes:
        """Write everything that waits, and wait anew."""
        written = b"".join(self._write())
        self._tickers.clear()
        self._others.clear()
        return written

    def _write(self) -> Iterator[bytes]:
        market = self._services.market
        if self._tickers:
            rows = [views.ticker_view(each, market.quote(each.symbol)) for each in market.tickers(list(self._tickers))]
            if rows:
                yield encode(EventKind.TICKER, rows, self._at)
        for event in self._others.values():
            yield encode(event.kind, self._view(event), event.at)

    def _view(self, event: Event) -> Any:
        if event.kind is EventKind.BOOK:
            return views.book_view(event.data, self._wanted.depth)
        if event.kind is EventKind.TRADES:
            return [views.trade_view(trade) for trade in event.data]
        return views.candle_view(event.data)

    def _take_ticker(self, event: Event) -> None:
        self._tickers.update(each.symbol for each in event.data if each.symbol in self._symbols)

    def _take_quote(self, event: Event) -> None:
        if event.data.symbol in self._symbols:
            self._tickers.add(event.data.symbol)

    def _take_book(self, event: Event) -> None:
        if event.data.symbol == self._wanted.book:
            self._others["book"] = event

    def _take_trades(self, event: Event) -> None:
        if event.data and event.data[-1].symbol == self._wanted.trades:
            older = self._others.get("trades")
            trades = [*(older.data if older else ()), *event.data][-TRADES_KEPT:]
            self._others["trades"] = Event(event.kind, event.at, trades)

    def _take_candle(self, event: Event) -> None:
        if (event.data.symbol, event.data.interval) == self._wanted.candles:
            self._others["candle", event.data.open_time] = event
