"""Orders in memory: those that are not final, the last that were, what they lock, and what was asked lately.

The newest state lives here a moment before it is on the disk; decisions are made on it, and events tell of it only
after the commit.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance
from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Order, Side
from tui_trader.rules.asset_ledger import QUOTES
from tui_trader.rules.gate import RecentRequest, sound_quote
from tui_trader.rules.reservation import HAIRCUT, Reservation, locks
from tui_trader.services.inner import Prices
from tui_trader.services.pending import Pending
from tui_trader.services.unsettled import Unsettled, paid

ENDED_KEPT = 512
"""So many ended orders stay at hand for late news; older ones are read from the store."""
RECENT_MS = 60_000


class WorkingOrders:
    """Every order the desk may hear of, under each of its names. ``prices`` knows the pairs' rules."""

    def __init__(self, prices: Prices, clock: Clock) -> None:
        self._prices = prices
        self._unsettled = Unsettled(clock)
        self._orders: dict[str, Order] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._names: dict[str, str] = {}
        self._fills: dict[str, tuple[Fill, ...]] = {}
        self.pending = Pending()
        self._working: dict[str, Order] = {}
        self._by_pair: dict[str, dict[str, Order]] = {}
        self._recent: deque[RecentRequest] = deque()

    def put(self, order: Order, added: Sequence[Fill] = (), removed: Sequence[Fill] = ()) -> None:
        """Take an order's newest state in, with executions that were added to it and stand-ins that were taken back."""
        if order.id not in self._orders:
            self._names[order.id] = order.id
            for name in (order.client_order_id, order.intent_id):
                if name:
                    self._names[name] = order.id
        if order.venue_order_id:
            self._names.setdefault(order.venue_order_id, order.id)
        self._orders[order.id] = order
        if removed:
            self._fills[order.id] = tuple(each for each in self.fills_of(order) if each not in removed)
        if added:
            self._fills[order.id] = (*self._fills.get(order.id, ()), *added)
        self._file(order)

    def note_sent(self, order: Order, at: int) -> None:
        """Remember when an order was handed to the wire; it locks what it locked before."""
        order = replace(order, sent_at=at)
        self._orders[order.id] = order
        self._work(order)

    def _work(self, order: Order) -> None:
        self._working[order.id] = order
        self._by_pair.setdefault(order.symbol, {})[order.id] = order

    def _rest(self, order: Order) -> None:
        """Have an order work no more."""
        self.pending.drop(order.id)
        if self._working.pop(order.id, None) is not None:
            del self._by_pair[order.symbol][order.id]

    def _file(self, order: Order) -> None:
        """Keep the lists by state right."""
        if order.working:
            self._work(order)
            self._reserve(order)
            return
        self._rest(order)
        if order.final:
            self._ended[order.id] = None
            while len(self._ended) > ENDED_KEPT:
                self._forget(self._ended.popitem(last=False)[0])

    def _reserve(self, order: Order) -> None:
        # What the venue reports as executed stays locked until its executions are there: they say what was paid.
        pair = self._pair(order.symbol)
        counted = self._priced(order)
        lock = locks(replace(counted, venue_executed=order.executed), pair)
        if lock is not None:
            self.pending.put(counted, lock, pair)

    def _priced(self, order: Order) -> Order:
        """Give a market order by quantity, which names no price, the one that the gate judges it at."""
        quote = sound_quote(self._prices.quote(order.symbol))
        if order.price is not None or order.request.quote_quantity is not None or quote is None:
            return order
        price = EXACT.multiply(quote.ask, 1 + HAIRCUT) if order.side is Side.BUY else quote.bid
        return replace(order, price=price)

    def _pair(self, symbol: str) -> Instrument:
        return self._prices.find(symbol) or _nameless(symbol)

    def _forget(self, order_id: str) -> None:
        order = self._orders.pop(order_id)
        self._fills.pop(order_id, None)
        for name in (order.id, order.client_order_id, order.intent_id, order.venue_order_id):
            if name and self._names.get(name) == order_id:
                del self._names[name]

    def remove(self, order: Order) -> None:
        """Forget an order that was never committed: its reservation goes with it."""
        self._rest(order)
        self._ended.pop(order.id, None)
        if order.id in self._orders:
            self._forget(order.id)

    def find(self, key: str | None) -> Order | None:
        """Find an order by our id, client id, intent id or the venue's id."""
        name = self._names.get(key) if key else None
        return None if name is None else self._orders[name]

    def fills_of(self, order: Order) -> tuple[Fill, ...]:
        """Return the executions counted in an order."""
        return self._fills.get(order.id, ())

    def stood_in(self, order: Order) -> bool:
        """Tell whether something stands in for executions of an order."""
        return any(fill.source == SYNTHETIC for fill in self.fills_of(order))

    def working(self, symbol: str | None = None) -> list[Order]:
        """List working orders, oldest first."""
        return list((self._working if symbol is None else self._by_pair.get(symbol, {})).values())

    def count(self) -> int:
        """Count working orders."""
        return len(self._working)

    def unfinished(self) -> list[Order]:
        """List what is not final, orders thought never placed included."""
        return [order for order in self._orders.values() if not order.final]

    def note_paid(self, fill: Fill, balance: Callable[[str], Balance | None]) -> None:
        """Have what an execution paid count until a balance contains it; ``balance`` gives the newest one known."""
        kept = paid(fill, self._pair(fill.symbol))
        if fill.source != SYNTHETIC:
            self._unsettled.note(kept, fill.at, balance(kept.asset))

    def settle(self, balances: Iterable[Balance]) -> None:
        """Take balances of the venue into account that were just taken in."""
        self._unsettled.settle(balances)

    def reservations(self, asset: str) -> list[Reservation]:
        """List what working orders together lock of an asset, and what executions paid that no balance contains yet."""
        unsettled = (each for each in self._unsettled.reservations() if each.asset == asset)
        return [*self.pending.locked(asset), *unsettled]

    def reservation(self, order: Order) -> Reservation | None:
        """Return what an order locks; ``None`` for one that is not working."""
        return self.pending.lock(order.id)

    def reserved(self, asset: str) -> Decimal:
        """Add up what working orders lock of an asset that the venue has not confirmed locking."""
        return self.pending.unseen(asset)

    def note_request(self, request: RecentRequest) -> None:
        """Remember that an order passed the gate."""
        self._recent.append(request)

    def forget_request(self, request: RecentRequest) -> None:
        """Take a request back that was not sent after all."""
        if request in self._recent:
            self._recent.remove(request)

    def recent(self, now: int) -> Sequence[RecentRequest]:
        """List what passed the gate within the last minute, oldest first.

        Where the wall clock was set back, what seems to lie ahead counts as of this moment.
        """
        if self._recent and self._recent[-1].at > now:
            self._recent = deque(replace(each, at=min(each.at, now)) for each in self._recent)
        while self._recent and now - self._recent[0].at >= RECENT_MS:
            self._recent.popleft()
        return tuple(self._recent)


def _nameless(symbol: str) -> Instrument:
    """Stand in for a pair that the venue no longer lists, so that its orders still lock something."""
    quote = next((name for name in QUOTES if symbol.endswith(name)), "")
    one = Decimal(1)
    return Instrument(
        symbol=symbol,
        base=symbol.removesuffix(quote),
        quote=quote,
        tick=one,
        lot=one,
        min_quantity=ZERO,
        min_notional=ZERO,
        min_notional_market=ZERO,
        max_notional=ZERO,
        max_notional_market=ZERO,
        order_types=frozenset(),
        sides=frozenset(),
        api_tradable=False,
        online=False,
        maker_fee=ZERO,
        taker_fee=ZERO,
    )
