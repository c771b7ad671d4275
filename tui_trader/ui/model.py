"""What the console knows: the newest of everything the desk said. It holds no truth and decides nothing."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from tui_trader.domain.events import EventKind
from tui_trader.domain.order import WORKING, OrderStatus
from tui_trader.domain.position import PositionStatus
from tui_trader.domain.text import clean
from tui_trader.ui.doubt import DOUBTFUL, News, reason_of, told

if TYPE_CHECKING:
    from tui_trader.contract.account import BalanceView, EquityView
    from tui_trader.contract.events import EventView
    from tui_trader.contract.market import BookView, CandleView, InstrumentView, TickerView, TradeView
    from tui_trader.contract.orders import FillView, OrderView
    from tui_trader.contract.positions import PositionView
    from tui_trader.contract.risk import CertificateView
    from tui_trader.contract.risk_state import RiskStatusView
    from tui_trader.contract.status import Status

INTERVALS = ("1m", "5m", "15m", "30m", "1h", "4h", "1d")
STALE_MS = 5_000
MAX_TRADES, MAX_LOG, MAX_CANDLES, MAX_FILLS = 300, 1_000, 1_000, 500
MAX_LINE = 600
MAX_ALARM = 200
MAX_ALARMS = 5
"""So many at most ring at once; the newest."""
CLOSED = frozenset({"REDUCING", "CANCEL_ONLY", "HALTED"})
GRAVE = frozenset({"risk_high", "risk_critical"})
"""Codes of notices that ring though they are no errors."""
MAX_VERSIONS = 4_096


class Link(Enum):
    """How the console stands with the desk."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"
    VIEW_ONLY = "view-only"


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log; ``text`` is clean."""

    at: int
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """What must not be overlooked: UTC ms, the notice's level, and clean text."""

    at: int
    level: str
    text: str


class DeskModel:
    """The newest of everything, by topic. Topics are the ids of the panels that show them."""

    def __init__(self, focus: str, watchlist: Iterable[str]) -> None:
        self.link = Link.CONNECTING
        self.link_reason = ""
        self.link_since = 0
        self.focus = focus
        self.interval = INTERVALS[0]
        self.watchlist = tuple(dict.fromkeys(watchlist))
        self.sequence: int | None = None
        self.status: Status | None = None
        self.equity: EquityView | None = None
        self.risk: RiskStatusView | None = None
        self.instruments: dict[str, InstrumentView] = {}
        self.tickers: dict[str, TickerView] = {}
        self.sparks: dict[str, deque[Any]] = {}
        self.book: BookView | None = None
        self.trades: deque[TradeView] | None = None
        self.candles: list[CandleView] | None = None
        self.orders: dict[str, OrderView] | None = None
        self.positions: dict[str, PositionView] | None = None
        self.balances: dict[str, BalanceView] | None = None
        self.certificate: CertificateView | None = None
        self.fills: deque[FillView] = deque(maxlen=MAX_FILLS)
        self.news: News | None = None
        """What is to be said of an order whose outcome is or was not known, until something else is said."""
        self._doubts: dict[str, OrderStatus] = {}
        self._versions: OrderedDict[str, int] = OrderedDict()
        self._at = 0
        self.log: deque[LogLine] = deque(maxlen=MAX_LOG)
        self.alarms: list[Alarm] = []
        """What is still to be rung."""
        self._takers: Mapping[EventKind, Callable[[Any], set[str]]] = {
            EventKind.ORDER: self._order,
            EventKind.FILL: self._fill,
            EventKind.POSITION: self._position,
            EventKind.BALANCE: self._balance,
            EventKind.EQUITY: self._equity,
            EventKind.GATE: self._gate,
            EventKind.HALT: self.take_certificate,
            EventKind.NOTICE: self._notice,
            EventKind.STATUS: self.take_status,
            EventKind.TICKER: self.take_tickers,
            EventKind.BOOK: self._book,
            EventKind.TRADES: self._trades,
            EventKind.CANDLE: self._candle,
        }

    @property
    def may_trade(self) -> bool:
        """Whether the desk is there and speaks our version."""
        return self.link is Link.UP

    def take(self, event: EventView) -> set[str]:
        """Take an event in; return the topics it changed."""
        if event.sequence is not None:
            self.sequence = max(event.sequence, self.sequence or 0)
        self._at = event.at
        taker = self._takers.get(event.kind)
        return taker(event.data) if taker else set()

    def look_at(self, symbol: str, interval: str) -> set[str]:
        """Turn to another market; what is known of the old one goes."""
        if symbol != self.focus:
            self.book, self.trades = None, None
        self.focus, self.interval, self.candles = symbol, interval, None
        return {"watch", "chart", "book", "trades", "ticket"}

    def begin_market(self) -> None:
        """Forget what the coming snapshot and history bring again; what is shown stays until they do."""
        self.trades, self.candles = None, None

    def decimals(self, symbol: str) -> tuple[int | None, int | None]:
        """Return how many decimals a price and a quantity of a pair have, where known."""
        found = self.instruments.get(symbol)
        return (found.price_decimals, found.quantity_decimals) if found else (None, None)

    def write(self, at: int, level: str, text: str) -> set[str]:
        """Add a line of our own to the log."""
        self.log.append(LogLine(at, level, clean(text, MAX_LINE)))
        return {"log"}

    def take_tickers(self, tickers: Iterable[TickerView]) -> set[str]:
        """Take rows of the watchlist in."""
        for ticker in tickers:
            self.tickers[ticker.symbol] = ticker
            spark = self.sparks.setdefault(ticker.symbol, deque(maxlen=32))
            if not spark or spark[-1] != ticker.last:
                spark.append(ticker.last)
        return {"watch", "chart", "top"}

    def orders_changed(self, orders: Iterable[OrderView]) -> set[str]:
        """Take in what an answer says of orders; the event of the same change may come before or after it."""
        return set().union(*(self._order(order) for order in orders))

    def take_orders(self, orders: Iterable[OrderView], since: int) -> set[str]:
        """Replace the working orders by a list read from ``since`` on; what answers told after that stays."""
        told_since = [each for each in (self.orders or {}).values() if each.updated_at >= since]
        self.orders = {}
        self._versions.clear()
        return self.orders_changed([*orders, *told_since])

    def _order(self, order: OrderView) -> set[str]:
        """Keep working orders only; one whose outcome is not known is said once, loudly, and again when it is."""
        if self.orders is None:
            self.orders = {}
        if order.version < self._versions.get(order.id, 0):
            return set()  # an answer that was slower than the event of a later change
        self._versions[order.id] = order.version
        while len(self._versions) > MAX_VERSIONS:
            self._versions.popitem(last=False)
        news = told(order, self._doubts)
        if order.status in DOUBTFUL:
            self._doubts[order.id] = order.status
        else:
            self._doubts.pop(order.id, None)
        if order.status in WORKING:
            self.orders[order.id] = order
        else:
            self.orders.pop(order.id, None)
        topics = {"orders", "history", "chart", "book", "top"}
        if news is not None:
            self.news = news
            level = "error" if order.status in DOUBTFUL else "warning"
            topics |= {"ticket", *self.write(order.updated_at, level, f"{news[0]} {reason_of(order)}".rstrip())}
        return topics

    def _fill(self, fill: FillView) -> set[str]:
        """Keep the newest executions, for the chart."""
        if not any(
            known.trade_id == fill.trade_id and known.venue_order_id == fill.venue_order_id for known in self.fills
        ):
            self.fills.append(fill)
        return {"history", "chart"}

    def _position(self, position: PositionView) -> set[str]:
        """Keep open positions only."""
        if self.positions is None:
            self.positions = {}
        if position.status is PositionStatus.OPEN:
            self.positions[position.id] = position
        else:
            self.positions.pop(position.id, None)
        return {"positions", "chart", "top"}

    def _balance(self, balance: BalanceView) -> set[str]:
        """Keep a balance."""
        if self.balances is None:
            self.balances = {}
        self.balances[balance.asset] = balance
        return {"balances"}

    def _equity(self, equity: EquityView) -> set[str]:
        """Keep the account's worth."""
        self.equity = equity
        return {"top", "balances"}

    def _gate(self, gate: Any) -> set[str]:
        """Write down a change of the gate; its state itself comes with the status."""
        if self.status is not None:
            self.status = self.status.model_copy(update={"gate": gate.state, "gate_reason": gate.reason})
        text = f"Gate {gate.state}: {gate.reason} (by {gate.by})"
        alarm = self._alarm("warning", text) if gate.state in CLOSED else set()
        return {"top", *alarm, *self.write(self._at, "warning", text)}

    def take_certificate(self, certificate: CertificateView) -> set[str]:
        """Keep what the kill switch has done; an older word about the same press changes nothing."""
        before = self.certificate
        if before is not None and before.id == certificate.id and before.done and not certificate.done:
            return set()
        self.certificate = certificate
        return {"halt"}

    def _notice(self, notice: Any) -> set[str]:
        """Write down what the desk says; what must not be overlooked is an alarm too."""
        grave = notice.level == "error" or notice.code in GRAVE
        alarm = self._alarm(notice.level, notice.text) if grave else set()
        return alarm | self.write(self._at, notice.level, notice.text)

    def _alarm(self, level: str, text: str) -> set[str]:
        self.alarms.append(Alarm(self._at, level, clean(text, MAX_ALARM)))
        del self.alarms[:-MAX_ALARMS]
        return {"alarm"}

    def take_status(self, status: Status) -> set[str]:
        """Keep the desk's state."""
        self.status = status
        if status.equity is not None:
            self.equity = status.equity
        return {"top"}

    def take_risk(self, risk: RiskStatusView | None) -> set[str]:
        """Keep how the limits stand; ``None`` when that is not known."""
        self.risk = risk
        return {"risk", "top"}

    def _book(self, book: BookView) -> set[str]:
        """Keep the book of the focused pair."""
        if book.symbol != self.focus:
            return set()
        self.book = book
        return {"book"}

    def _trades(self, trades: Iterable[TradeView]) -> set[str]:
        """Put trades in front, newest first."""
        fresh = [trade for trade in trades if trade.symbol == self.focus]
        if self.trades is None:
            self.trades = deque(maxlen=MAX_TRADES)
        self.trades.extendleft(sorted(fresh, key=lambda trade: trade.at))
        return {"trades"}

    def _candle(self, candle: CandleView) -> set[str]:
        """Replace the last bar or begin another one; before history came there is nothing to add it to."""
        if candle.symbol != self.focus or candle.interval != self.interval:
            return set()
        if self.candles is None:
            return set()
        while self.candles and self.candles[-1].open_time >= candle.open_time:
            self.candles.pop()
        self.candles.append(candle)
        del self.candles[:-MAX_CANDLES]
        return {"chart"}
