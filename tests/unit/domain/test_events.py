from __future__ import annotations

import pytest

from tui_trader.domain.events import DURABLE, Event, EventKind, Notice


@pytest.mark.parametrize(
    "kind", [EventKind.QUOTE, EventKind.TICKER, EventKind.BOOK, EventKind.TRADES, EventKind.CANDLE]
)
def test_market_events_cannot_be_resumed(kind: EventKind) -> None:
    assert kind not in DURABLE


def test_an_event_has_no_sequence_unless_the_journal_gave_one() -> None:
    event = Event(EventKind.NOTICE, 5, Notice("info", "hello"))
    assert (event.sequence, event.data.code) == (None, "")
