"""The bus: everything that happens, handed to whoever reads, without ever waiting for a reader.

A reader that lags keeps every durable event in order; of everything else it keeps the newest of each thing. One that
is :data:`LIMIT` durable events behind is ended with :class:`ReaderLagged` and resumes by sequence.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from tui_trader.domain.events import DURABLE, Event, EventKind
from tui_trader.errors import TraderError
from tui_trader.services.journal_lines import (
    FILL,
    GATE,
    HALT,
    NOTICE,
    ORDER,
    certificate_of,
    fill_of,
    gate_of,
    notice_of,
)
from tui_trader.services.ports import JournalEntry, Store

LIMIT = 4096
TRADES_KEPT = 200
PAGE = 500

_NAMES: Mapping[EventKind, Callable[[Any], Hashable]] = {
    EventKind.POSITION: lambda position: position.id,
    EventKind.BALANCE: lambda balance: balance.asset,
    EventKind.ASSESSMENT: lambda assessment: assessment.id,
    EventKind.QUOTE: lambda quote: quote.symbol,
    EventKind.BOOK: lambda book: book.symbol,
    EventKind.CANDLE: lambda candle: (candle.symbol, candle.interval, candle.open_time),
    EventKind.TRADES: lambda trades: trades[-1].symbol if trades else "",
}
"""What the newest of a thing is known by; kinds not listed have one newest value only."""


class ReaderLagged(TraderError):
    """A reader fell too far behind; it resumes after ``sequence``, the last durable event it was given."""

    def __init__(self, sequence: int) -> None:
        super().__init__("The reader of events fell too far behind; resume after the last sequence number received.")
        self.sequence = sequence


class Reader:
    """One reader's share: an ordered set of what it has not read yet."""

    def __init__(self, kinds: frozenset[EventKind] | None, limit: int) -> None:
        self.kinds = kinds
        self._limit = limit
        self._waiting: OrderedDict[Hashable, Event] = OrderedDict()
        self._durable = 0
        self._counter = 0
        self._given = 0
        self._lagged = False
        self._wake = asyncio.Event()

    def put(self, event: Event) -> None:
        """Keep an event for the reader."""
        if self._lagged:
            return
        if event.kind in DURABLE:
            self._durable += 1
            self._counter += 1
            self._waiting[self._counter] = event
            if self._durable > self._limit:
                self._lagged = True
                self._waiting.clear()
        else:
            key = (event.kind, _NAMES[event.kind](event.data) if event.kind in _NAMES else "")
            older = self._waiting.get(key)
            self._waiting[key] = event if older is None else _newer(older, event)
        self._wake.set()

    def __aiter__(self) -> AsyncIterator[Event]:
        """Read."""
        return self

    async def __anext__(self) -> Event:
        """Wait for the next event.

        Raises:
            ReaderLagged: too much was not read in time.

        """
        while not self._waiting:
            if self._lagged:
                raise ReaderLagged(self._given)
            self._wake.clear()
            await self._wake.wait()
        _, event = self._waiting.popitem(last=False)
        if event.kind in DURABLE:
            self._durable -= 1
            self._given = event.sequence or self._given
        return event


def _newer(older: Event, event: Event) -> Event:
    """Put two values of one thing together: trades add up, tickers complete each other, else the newer counts."""
    if event.kind is EventKind.TRADES:
        data: Any = [*older.data, *event.data][-TRADES_KEPT:]
    elif event.kind is EventKind.TICKER:
        data = list({ticker.symbol: ticker for ticker in (*older.data, *event.data)}.values())
    else:
        return event
    return Event(event.kind, event.at, data, event.sequence)


class EventBus:
    """Hands events on; fulfils ``faces.Bus`` and ``inner.Publisher``. ``store`` is read to repeat old ones."""

    def __init__(self, store: Store, *, limit: int = LIMIT) -> None:
        self._store = store
        self._limit = limit
        self._readers: list[Reader] = []
        self.sequence = 0
        """The newest sequence published."""

    def publish(self, event: Event) -> None:
        """Hand an event to every reader. Never blocks, never raises."""
        if event.sequence is not None and event.sequence > self.sequence:
            self.sequence = event.sequence
        for reader in self._readers:
            if reader.kinds is None or event.kind in reader.kinds:
                reader.put(event)

    def subscribe(self, kinds: frozenset[EventKind] | None = None) -> AbstractContextManager[AsyncIterator[Event]]:
        """Receive events from here on while the context is open."""
        return self._reading(Reader(kinds, self._limit))

    @contextmanager
    def _reading(self, reader: Reader) -> Iterator[AsyncIterator[Event]]:
        self._readers.append(reader)
        try:
            yield reader
        finally:
            self._readers.remove(reader)

    async def replay(self, after: int) -> AsyncIterator[Event]:
        """Repeat durable events after a sequence number, oldest first.

        An order comes once a page, at its newest line, as it is in the store by then.
        """
        while True:
            page = await self._store.journal(after=after, limit=PAGE)
            newest = {line.order_id: line.sequence for line in page if line.kind.startswith(ORDER)}
            for line in page:
                if not line.kind.startswith(ORDER) or newest[line.order_id] == line.sequence:
                    event = await self._event(line)
                    if event is not None:
                        yield event
            if len(page) < PAGE:
                return
            after = page[-1].sequence

    async def _event(self, line: JournalEntry) -> Event | None:
        """Turn a line back into its event."""
        if line.kind.startswith(ORDER):
            order = await self._store.order(line.order_id)
            return None if order is None else Event(EventKind.ORDER, line.at, order, line.sequence)
        read = _READ.get(line.kind)
        return None if read is None else Event(EventKind(line.kind), line.at, read(line), line.sequence)


_READ: Mapping[str, Callable[[JournalEntry], Any]] = {
    FILL: fill_of,
    GATE: gate_of,
    HALT: lambda line: certificate_of(line.body),
    NOTICE: notice_of,
}
