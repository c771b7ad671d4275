"""What was done lately, heard from the bus: messages, executions, slippage, fees, losing closes (R09, R24, R31)."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from tui_trader.clock import Clock
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import CancelState, Order, OrderStatus
from tui_trader.domain.position import Position, PositionSource
from tui_trader.rules.gate_figures import ConductFigures
from tui_trader.services.faces import Bus
from tui_trader.services.inner import Prices

V = TypeVar("V")
HOUR_S = 3600.0
SLIPPAGE_S = 600.0
REMEMBERED = 1024
"""So many orders' mids, positions and pairs are kept at most; the oldest goes."""
HEARD = frozenset({EventKind.ORDER, EventKind.FILL, EventKind.POSITION})


class Conduct:
    """Counts what passes by. ``budget`` gives the share of the request budget in use.

    It begins anew with each start of the desk: what was paid or sent before is not counted.
    """

    def __init__(self, bus: Bus, prices: Prices, clock: Clock, budget: Callable[[], float], currency: str) -> None:
        self._bus = bus
        self._prices = prices
        self._clock = clock
        self._budget = budget
        self._currency = currency
        self._messages: deque[float] = deque()
        self._fills: deque[float] = deque()
        self._slippage: deque[tuple[float, Decimal | None]] = deque()
        self._mids: OrderedDict[str, Decimal | None] = OrderedDict()
        self._fees: OrderedDict[str, Decimal] = OrderedDict()
        self._closed: OrderedDict[str, None] = OrderedDict()
        self._losses = 0
        self._last_loss_at: int | None = None
        self._takes: dict[EventKind, Callable[[Event], None]] = {
            EventKind.ORDER: lambda event: self._order(event.data),
            EventKind.FILL: lambda event: self._fill(event.data),
            EventKind.POSITION: lambda event: self._position(event.data),
        }

    async def listen(self) -> None:
        """Hear events for ever; run it under supervision."""
        with self._bus.subscribe(HEARD) as events:
            async for event in events:
                self._takes[event.kind](event)

    def figures(self, symbol: str) -> ConductFigures:
        """Return what the checks want to know."""
        now = self._clock.monotonic()
        for times in (self._messages, self._fills):
            while times and now - times[0] >= HOUR_S:
                times.popleft()
        return ConductFigures(
            budget_used=self._budget(),
            messages=len(self._messages),
            fills=len(self._fills),
            slippage_paid=self._paid(now),
            fee_seen=self._fees.get(symbol),
            losses=self._losses,
            last_loss_at=self._last_loss_at,
        )

    def _paid(self, now: float) -> Decimal | None:
        """Add up the slippage of the last ten minutes; ``None`` while that of one execution is not known."""
        while self._slippage and now - self._slippage[0][0] >= SLIPPAGE_S:
            self._slippage.popleft()
        total = ZERO
        for _, cost in self._slippage:
            if cost is None:
                return None
            total = EXACT.add(total, cost)
        return total

    def _order(self, order: Order) -> None:
        now = self._clock.monotonic()
        if order.status is OrderStatus.SENDING and order.id not in self._mids:
            self._messages.append(now)
            quote = self._prices.quote(order.symbol)
            _keep(self._mids, order.id, None if quote is None else quote.mid)
        elif order.cancel is CancelState.SENDING:
            self._messages.append(now)

    def _fill(self, fill: Fill) -> None:
        now = self._clock.monotonic()
        self._fills.append(now)
        pair = self._prices.find(fill.symbol)
        fee = None if pair is None else _ratio(fill, pair)
        if fee is not None:
            _keep(self._fees, fill.symbol, fee)
        if fill.order_id in self._mids:
            self._slippage.append((now, self._cost(fill, self._mids[fill.order_id], pair)))

    def _cost(self, fill: Fill, mid: Decimal | None, pair: Instrument | None) -> Decimal | None:
        """Return how much worse than the mid at sending an execution was, in the account currency, never negative."""
        rate = None if pair is None else self._prices.rate(pair.quote, self._currency)
        if mid is None or rate is None:
            return None
        worse = EXACT.multiply(EXACT.subtract(fill.price, mid), fill.side.sign)
        return EXACT.multiply(EXACT.multiply(max(ZERO, worse), fill.quantity), rate)

    def _position(self, position: Position) -> None:
        if position.open or position.source is not PositionSource.FILLS or position.id in self._closed:
            return
        _keep(self._closed, position.id, None)
        if position.realised_pnl < 0:
            self._losses += 1
            self._last_loss_at = self._clock.wall_ms()
        else:
            self._losses = 0


def _ratio(fill: Fill, pair: Instrument) -> Decimal | None:
    """Return the fee as a ratio; ``None`` when it was charged in a third asset."""
    whole = {pair.quote: fill.quote, pair.base: fill.quantity}.get(fill.fee_asset)
    return EXACT.divide(fill.fee, whole) if whole else None


def _keep(kept: OrderedDict[str, V], key: str, value: V) -> None:
    kept[key] = value
    while len(kept) > REMEMBERED:
        kept.popitem(last=False)
