"""What was done lately, heard from the bus: messages, executions, slippage, fees, losing closes (R09, R24, R31, R35).

A start takes over what the store holds of it, so that a restart is no way around a limit.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
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
from tui_trader.services.journal_lines import FILL, ORDER, fill_of
from tui_trader.services.journal_tail import tail
from tui_trader.services.ports import HistoryFilter, JournalEntry, Store

V = TypeVar("V")
HOUR_S = 3600.0
HOUR_MS = 3_600_000
SLIPPAGE_S = 600.0
REMEMBERED = 1024
"""So many orders' mids, positions and pairs are kept at most; the oldest goes."""
FEES_FROM = 500
"""A start looks for the fees of so many executions, the newest."""
HEARD = frozenset({EventKind.ORDER, EventKind.FILL, EventKind.POSITION})


class Conduct:
    """Counts what passes by. Life: :meth:`load`, then :meth:`listen` for ever.

    ``budget`` gives the share of the request budget in use, ``positions`` every position there is or was.
    """

    def __init__(
        self,
        store: Store,
        bus: Bus,
        prices: Prices,
        clock: Clock,
        budget: Callable[[], float],
        positions: Callable[[], Iterable[Position]],
        currency: str = "USDT",
    ) -> None:
        self._store = store
        self._bus = bus
        self._prices = prices
        self._clock = clock
        self._budget = budget
        self._positions = positions
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
            EventKind.FILL: lambda event: self._fill(event.data, self._clock.monotonic()),
            EventKind.POSITION: lambda event: self._position(event.data, self._clock.wall_ms()),
        }

    # -- life

    async def load(self) -> None:
        """Take over what the store holds: the last hour's lines, the newest fees, and all closes.

        Raises:
            StoreError: it cannot be read.

        """
        newest = await self._store.fills(HistoryFilter(), FEES_FROM)
        for fill in reversed(newest.items):
            self._see_fee(fill)
        for order in await self._store.unfinished_orders():
            await self._recall(order.id)
        now, moment = self._clock.wall_ms(), self._clock.monotonic()
        async for line in tail(self._store, now - HOUR_MS):
            await self._repeat(line, moment - max(0, now - line.at) / 1000)
        ended = [(each.closed_at, each.opened_at, each) for each in self._positions() if each.closed_at is not None]
        for at, _, position in sorted(ended, key=lambda each: each[:2]):
            self._position(position, at)

    async def _repeat(self, line: JournalEntry, moment: float) -> None:
        """Count what a line tells of, as if it were heard at ``moment``."""
        if line.kind == f"{ORDER}intent":
            self._messages.append(moment)
            _keep(self._mids, line.order_id, _mid(line))
        elif line.kind == f"{ORDER}cancel":
            self._messages.append(moment)
        elif line.kind == FILL:
            if line.order_id and line.order_id not in self._mids:
                await self._recall(line.order_id)
            self._fill(fill_of(line), moment)

    async def _recall(self, order_id: str) -> None:
        """Remember the mid that an order of ours was sent at; an intent is the first that is told of one."""
        first = await self._store.journal(order_id=order_id, limit=1)
        if first and first[0].kind == f"{ORDER}intent":
            _keep(self._mids, order_id, _mid(first[0]))

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

    def _fill(self, fill: Fill, moment: float) -> None:
        self._fills.append(moment)
        self._see_fee(fill)
        if fill.order_id in self._mids:
            self._slippage.append((moment, self._cost(fill, self._mids[fill.order_id])))

    def _see_fee(self, fill: Fill) -> None:
        pair = self._prices.find(fill.symbol)
        fee = None if pair is None else _ratio(fill, pair)
        if fee is not None:
            _keep(self._fees, fill.symbol, fee)

    def _cost(self, fill: Fill, mid: Decimal | None) -> Decimal | None:
        """Return how much worse than the mid at sending an execution was, in the account currency, never negative."""
        pair = self._prices.find(fill.symbol)
        rate = None if pair is None else self._prices.rate(pair.quote, self._currency)
        if mid is None or rate is None:
            return None
        worse = EXACT.multiply(EXACT.subtract(fill.price, mid), fill.side.sign)
        return EXACT.multiply(EXACT.multiply(max(ZERO, worse), fill.quantity), rate)

    def _position(self, position: Position, at: int) -> None:
        if position.open or position.source is not PositionSource.FILLS or position.id in self._closed:
            return
        _keep(self._closed, position.id, None)
        if position.realised_pnl < 0:
            self._losses += 1
            self._last_loss_at = at
        else:
            self._losses = 0


def _ratio(fill: Fill, pair: Instrument) -> Decimal | None:
    """Return the fee as a ratio; ``None`` when it was charged in a third asset."""
    whole = {pair.quote: fill.quote, pair.base: fill.quantity}.get(fill.fee_asset)
    return EXACT.divide(fill.fee, whole) if whole else None


def _mid(line: JournalEntry) -> Decimal | None:
    """Return the middle of the prices that an order was judged by; ``None`` where there were none."""
    bid, ask = line.body.get("bid"), line.body.get("ask")
    return None if bid is None or ask is None else EXACT.divide(EXACT.add(Decimal(bid), Decimal(ask)), Decimal(2))


def _keep(kept: OrderedDict[str, V], key: str, value: V) -> None:
    kept[key] = value
    while len(kept) > REMEMBERED:
        kept.popitem(last=False)
