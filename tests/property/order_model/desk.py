"""The minimal driver around the product's order table: commit, then act; ask, count absences, conclude, repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from tests.property.order_model.words import SYMBOL, WHOLE, Kind, Reply, Request
from tui_trader.domain.balance import Balance
from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import FINAL, CancelState, Order, OrderRequest, OrderStatus, OrderType, Side
from tui_trader.domain.timing import NORMAL
from tui_trader.rules import horizon
from tui_trader.rules import order_events as ev
from tui_trader.rules.order_events import Effect, OrderEvent, Transition
from tui_trader.rules.order_table import step
from tui_trader.rules.postings import asset_deltas
from tui_trader.rules.reservation import Reservation, available, locks

S = OrderStatus
OPENING = {"BTC": Decimal(12), "USDT": Decimal(2500)}
FEE = Decimal("0.001")
PAIR = Instrument(
    SYMBOL, "BTC", "USDT", Decimal(1), Decimal(1), ZERO, ZERO, ZERO, ZERO, ZERO,
    frozenset(OrderType), frozenset(Side), True, True, FEE, FEE,
)  # fmt: skip
ERROR_MS = horizon.clock_error(200)
"""What the desk believes its clock to be off by at most; ``world`` keeps the true error below."""
OVERDUE_MS = 60_000
Step = Callable[[Order, OrderEvent, Sequence[Fill]], Transition]


def lock_of(order: Order) -> Reservation | None:
    """Return what an order locks of the ledger: what the venue says is executed counts when the execution is booked."""
    ahead = order.venue_executed > order.executed
    return locks(replace(order, venue_executed=order.executed) if ahead else order, PAIR)


class Journal:
    """What a kill leaves: orders, their executions, the ledger, what is locked."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.fills: dict[str, tuple[Fill, ...]] = {}
        self.ledger: dict[str, Decimal] = dict(OPENING)
        self.reserved: dict[str, Reservation] = {}

    def post(self, fill: Fill, sign: int) -> None:
        """Book an execution, or take a stand-in back."""
        for asset, delta in asset_deltas(fill, "BTC", "USDT"):
            self.ledger[asset] = EXACT.add(self.ledger[asset], delta * sign)


class Desk:
    """Places, cancels, listens and asks. ``up`` is where requests go out; ``step`` is the product's order table."""

    def __init__(self, up: list[Request], step: Step = step) -> None:
        self.up = up
        self.step = step
        self.journal = Journal()
        self.pending: dict[int, Request] = {}
        self.waiting: list[str] = []
        self.absences: dict[str, horizon.Absence] = {}
        self.tickets = 0
        self.made = 0

    # -- placing ---------------------------------------------------------------------------------------------------

    def submit(self, side: Side, quantity: int, price: int, now: int, server: int) -> str | None:
        """Commit an order that is to be sent; ``None`` when the coins do not suffice."""
        request = OrderRequest(SYMBOL, side, OrderType.LIMIT, quantity=WHOLE[quantity], price=Decimal(price))
        name = f"o{self.made + 1}"
        order = Order(
            name, name, name, request, S.SENDING, WHOLE[quantity], Decimal(price), now, now,
            not_after=horizon.not_after(server), recv_window=NORMAL.recv_window_ms,
        )  # fmt: skip
        wanted = locks(order, PAIR)
        if wanted is None or wanted.amount > self.free(wanted.asset):
            return None
        self.made += 1
        self.enter(order, wanted)
        self.waiting.append(name)
        return name

    def enter(self, order: Order, wanted: Reservation) -> None:
        """Make the intent durable."""
        self.journal.orders[order.id] = order
        self.journal.fills[order.id] = ()
        self.journal.reserved[order.id] = wanted

    def free(self, asset: str) -> Decimal:
        """Return what a new order may use."""
        have = self.journal.ledger[asset]
        return available(asset, Balance(asset, have, ZERO, 0), self.journal.reserved.values()) or ZERO

    def send(self, name: str, now: int, server: int) -> None:
        """Sign and write a committed order, unless its moment has passed (T3)."""
        self.waiting.remove(name)
        order = self.journal.orders[name]
        if order.status is not S.SENDING:
            return
        if server > order.not_after:
            self.feed(name, ev.Expired(now))
        else:
            self.write(Kind.PLACE, order, server)

    def write(self, kind: Kind, order: Order, server: int) -> None:
        """Put a request on the wire and wait for its answer."""
        self.tickets += 1
        request = Request(
            kind, self.tickets, order.client_order_id, server, order.recv_window,
            order.side, int(order.quantity), int(order.price or 0),
        )  # fmt: skip
        self.pending[self.tickets] = request
        self.up.append(request)

    # -- what happens to an order ----------------------------------------------------------------------------------

    def feed(self, name: str, event: OrderEvent, server: int = 0) -> None:
        """Take an event through the order table, commit, and carry out what it asks for."""
        order = self.journal.orders.get(name)
        if order is None:
            return
        done = self.step(order, event, self.journal.fills[name])
        self.commit(done)
        if Effect.SEND_CANCEL in done.effects and not self._cancelling(name):
            self.write(Kind.CANCEL, done.order, server)

    def commit(self, done: Transition) -> None:
        """Keep a step's order, executions, ledger entries and locks, all at once."""
        journal, order = self.journal, done.order
        journal.orders[order.id] = order
        for fill in done.removed:
            journal.post(fill, -1)
        for fill in done.added:
            journal.post(fill, 1)
        if done.removed or done.added:
            kept = [each for each in journal.fills[order.id] if each not in done.removed]
            journal.fills[order.id] = (*kept, *done.added)
        if Effect.RELEASE in done.effects:
            journal.reserved.pop(order.id, None)
        elif order.id in journal.reserved or Effect.RESERVE in done.effects:
            lock = lock_of(order)
            if lock is not None:
                journal.reserved[order.id] = lock

    def _cancelling(self, name: str) -> bool:
        return any(each.kind is Kind.CANCEL and each.client_id == name for each in self.pending.values())

    def cancel(self, name: str, now: int, server: int) -> None:
        """Wish an order gone."""
        self.feed(name, ev.CancelRequested(now), server)

    def time_out(self, ticket: int, now: int, server: int) -> None:
        """Stop waiting for an answer; it will not be heard when it comes."""
        request = self.pending.pop(ticket)
        lost = ev.Ambiguous if request.kind is Kind.PLACE else ev.CancelAmbiguous
        self.feed(request.client_id, lost(now, "timeout"), server)

    def kill(self, now: int, server: int) -> None:
        """Die by kill -9 and start again: the journal is all there is."""
        self.pending.clear()
        self.waiting.clear()
        self.absences.clear()
        for name, order in list(self.journal.orders.items()):
            if order.status not in FINAL:
                self.feed(name, ev.Restarted(now), server)

    # -- asking ----------------------------------------------------------------------------------------------------

    def learn(self, reply: Reply, now: int, server: int) -> None:
        """Take in what a read brought: the order, its executions, or that it was not shown."""
        name = reply.client_id
        order = self.journal.orders.get(name)
        if order is None:
            return
        if reply.found is not None or reply.fills:
            self.absences.pop(name, None)
        if reply.found is not None:
            self.feed(name, reply.found, server)
        if reply.fills:
            self.feed(name, ev.FillsListed(now, reply.fills), server)
        elif reply.found is None and reply.endpoints:
            self._missed(order, reply, now)
        self._stand_in(name, reply, now)

    def _stand_in(self, name: str, reply: Reply, now: int) -> None:
        order = self.journal.orders[name]
        if reply.found is not None and order.status is S.CLOSING and now - order.updated_at >= OVERDUE_MS:
            self.feed(name, ev.FillsOverdue(now))

    def _missed(self, order: Order, reply: Reply, now: int) -> None:
        absence = self.absences.get(order.id, horizon.Absence())
        absence = absence.miss(reply.asked_at, reply.endpoints, self.deadline(order))
        self.absences[order.id] = absence
        self.feed(order.id, self.conclusion(order, absence, reply, now))

    def conclusion(self, order: Order, absence: horizon.Absence, reply: Reply, now: int) -> OrderEvent:
        """Conclude from an absence what may be concluded; only a search everywhere is one."""
        limit = self.limit(order)
        if order.status is S.UNKNOWN and reply.endpoints == horizon.ENDPOINTS:
            if horizon.proved_absent(absence, reply.asked_at, limit, ZERO):
                return ev.ProvedAbsent(now)
            if horizon.overdue(absence, reply.asked_at, limit):
                return ev.EvidenceMixed(now)
        return ev.LookupMissed(now, absence.rounds, absence.span_ms)

    def deadline(self, order: Order) -> int:
        """Return the moment after which the venue must refuse the order."""
        return horizon.deadline(order)

    def limit(self, order: Order) -> int:
        """Return the moment after which absence is proof."""
        return horizon.horizon(order, ERROR_MS)

    def curious(self, order: Order) -> bool:
        """Tell whether anything is open about an order."""
        if order.final:
            return order.venue_executed > order.executed or self.stood_in(order.id)
        waiting = order.cancel in {CancelState.SENDING, CancelState.ACKED, CancelState.UNKNOWN}
        return waiting or order.status not in {S.LIVE, S.PART, S.NOT_PLACED} or order.venue_executed > order.executed

    def stood_in(self, name: str) -> bool:
        """Tell whether a stand-in is among an order's executions."""
        return any(each.source == SYNTHETIC for each in self.journal.fills[name])
