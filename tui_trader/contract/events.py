"""The event stream.

``GET /events`` is server-sent events. Each carries ``event: KIND``, ``data: JSON`` and, for durable kinds,
``id: SEQUENCE``.
``?after=SEQUENCE`` or ``Last-Event-ID`` resumes. ``?kinds=order,fill`` filters.

Market kinds are sent only when asked for:
``?tickers=BTCUSDT,ETHUSDT&book=BTCUSDT&depth=20&trades=BTCUSDT&candles=BTCUSDT:1m``
and no faster than ``?rate=10`` frames a second, each symbol's newest value winning; every one begins with a snapshot.
``?durable=false`` leaves everything but market kinds out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from tui_trader.contract.account import BalanceView, EquityView
from tui_trader.contract.base import Answer, Time
from tui_trader.contract.market import BookView, CandleView, QuoteView, TickerView, TradeView
from tui_trader.contract.orders import FillView, OrderView
from tui_trader.contract.positions import PositionView
from tui_trader.contract.risk import CertificateView
from tui_trader.contract.risk_state import AssessmentView
from tui_trader.contract.status import Status
from tui_trader.domain.events import EventKind


class GateView(Answer):
    """The gate changed."""

    state: str
    reason: str
    by: str


class NoticeView(Answer):
    """A line for the log. ``level`` is ``info``, ``warning`` or ``error``."""

    level: str
    text: str
    code: str = ""


class EventView(Answer):
    """One event, decoded. ``data`` is the view that ``PAYLOADS`` names for the kind."""

    kind: EventKind
    at: Time
    sequence: int | None = None
    data: Any


PAYLOADS: Mapping[EventKind, TypeAdapter[Any]] = {
    EventKind.ORDER: TypeAdapter(OrderView),
    EventKind.FILL: TypeAdapter(FillView),
    EventKind.POSITION: TypeAdapter(PositionView),
    EventKind.BALANCE: TypeAdapter(BalanceView),
    EventKind.EQUITY: TypeAdapter(EquityView),
    EventKind.GATE: TypeAdapter(GateView),
    EventKind.HALT: TypeAdapter(CertificateView),
    EventKind.NOTICE: TypeAdapter(NoticeView),
    EventKind.ASSESSMENT: TypeAdapter(AssessmentView),
    EventKind.STATUS: TypeAdapter(Status),
    EventKind.QUOTE: TypeAdapter(QuoteView),
    EventKind.TICKER: TypeAdapter(list[TickerView]),
    EventKind.BOOK: TypeAdapter(BookView),
    EventKind.TRADES: TypeAdapter(list[TradeView]),
    EventKind.CANDLE: TypeAdapter(CandleView),
}
"""What the ``data`` of each kind is."""
