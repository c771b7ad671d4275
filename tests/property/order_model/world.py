"""Desk, venue and the two-way traffic between them, where messages are lost, doubled, late and out of order."""

from __future__ import annotations

from collections.abc import Callable

from tests.property.order_model import words
from tests.property.order_model.desk import Desk
from tests.property.order_model.venue import LAGS, ModelVenue, VenueOrder
from tests.property.order_model.words import Kind, Message, Reply, Request
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import Order, OrderStatus, Side
from tui_trader.rules import order_events as ev
from tui_trader.rules.horizon import ENDPOINTS
from tui_trader.rules.order_events import OrderEvent

PRICES = (97, 100, 103)
ORDERS = 6
SKEWS = (0, 900, -900)
"""How far the desk's idea of the venue's clock may be off."""
TICKS = (40, 700, 2500, 6000, 31_000, 130_000, 900_000)
ACCEPT, ACCEPT_5XX, REFUSE_5XX, REJECT = range(4)
VERDICTS = (ACCEPT, ACCEPT, ACCEPT, ACCEPT_5XX, REFUSE_5XX, REJECT)
SINGLE = frozenset({"order"})
LACK_OF_COINS = 30004
OUTSIDE_WINDOW = 700003
NOT_FOUND = -2011


class World:
    """Everything there is. ``now`` is the venue's clock in ms; ``server`` is what the desk takes it for."""

    def __init__(self, desk: Callable[[list[Request]], Desk] = Desk) -> None:
        self.now = 1_000_000
        self.skew = 0
        self.mark = ""
        self.up: list[Request] = []
        self.down: list[Message | Reply] = []
        self.venue = ModelVenue()
        self.desk = desk(self.up)

    @property
    def server(self) -> int:
        """The venue's clock as the desk knows it."""
        return self.now + self.skew

    @property
    def orders(self) -> list[Order]:
        """The desk's orders, oldest first."""
        return list(self.desk.journal.orders.values())

    # -- the desk --------------------------------------------------------------------------------------------------

    def submit(self, what: int, *, at_once: bool) -> None:
        """Place an order; it is written now or by a later ``send``."""
        side = Side.BUY if what % 2 else Side.SELL
        name = self.desk.submit(side, 1 + what // 2 % 4, PRICES[what // 8 % 3], self.now, self.server)
        if name is not None and at_once:
            self.desk.send(name, self.now, self.server)

    def send(self, which: int) -> None:
        """Write an order that was only committed."""
        waiting = self.desk.waiting
        self.desk.send(waiting[which % len(waiting)], self.now, self.server)

    def cancel(self, which: int) -> None:
        """Cancel one of the desk's orders, whatever its state."""
        orders = self.orders
        self.desk.cancel(orders[which % len(orders)].id, self.now, self.server)

    def time_out(self, which: int) -> None:
        """Let a call give up."""
        tickets = list(self.desk.pending)
        self.desk.time_out(tickets[which % len(tickets)], self.now, self.server)

    def kill(self) -> None:
        """Kill the desk with -9 and start it again; its connections are gone, what is on its way up is not."""
        self.down[:] = []
        self.desk.kill(self.now, self.server)

    # -- the way up ------------------------------------------------------------------------------------------------

    def arrive(self, which: int, verdict: int) -> None:
        """Let a request reach the venue, not necessarily the oldest."""
        request = self.up.pop(which % len(self.up))
        if not self.venue.in_time(request.timestamp, self.now, request.recv_window):
            self._refuse(request, OUTSIDE_WINDOW)
        elif request.kind is Kind.PLACE:
            self._place(request, verdict)
        else:
            self._end(request, verdict)

    def _place(self, request: Request, verdict: int) -> None:
        if verdict == REJECT:
            self._refuse(request, LACK_OF_COINS)
            return
        if verdict != REFUSE_5XX:
            order = self.venue.accept(request.client_id, request.side, request.quantity, request.price, self.now)
            self._tell(order)
        if verdict == ACCEPT:
            self._answer(request, ev.Acked(self.now, f"v{order.number}", words.SYMBOL, request.side))
        else:
            self._answer(request, ev.Ambiguous(self.now, "503"))

    def _end(self, request: Request, verdict: int) -> None:
        if verdict == REFUSE_5XX:
            self._answer(request, ev.CancelAmbiguous(self.now, "503"))
            return
        order = self.venue.by_client.get(request.client_id)
        if order is None or not order.open:
            self._refuse(request, NOT_FOUND)
            return
        self.venue.end(order, self.now)
        self._tell(order)
        cut = verdict == ACCEPT_5XX
        self._answer(request, ev.CancelAmbiguous(self.now, "503") if cut else ev.CancelAcked(self.now))

    def _refuse(self, request: Request, code: int) -> None:
        kind = ev.DefinitelyRejected if request.kind is Kind.PLACE else ev.CancelRefused
        self._answer(request, kind(self.now, code, "no"))

    def _answer(self, request: Request, event: OrderEvent) -> None:
        self.down.append(Message(request.client_id, event, request.ticket))

    def _tell(self, order: VenueOrder) -> None:
        self.down.append(Message(order.client_id, words.report(order, order.versions[-1], self.now, "push")))

    # -- the venue -------------------------------------------------------------------------------------------------

    def trade(self, which: int, quantity: int) -> None:
        """Let an order trade."""
        orders = self.venue.tradable(self.now)
        if not orders:
            return
        order = orders[which % len(orders)]
        done = self.venue.execute(order, min(quantity, order.quantity - order.executed), self.now)
        self.down.append(Message(order.client_id, ev.FillSeen(self.now, words.fill(order, done, "push"))))
        self._tell(order)

    def end(self, which: int) -> None:
        """Let the venue end an order by itself."""
        orders = [each for each in self.venue.orders if each.open]
        if orders:
            order = orders[which % len(orders)]
            self.venue.end(order, self.now)
            self._tell(order)

    # -- the way down ----------------------------------------------------------------------------------------------

    def hear(self, which: int) -> None:
        """Let news reach the desk, not necessarily the oldest."""
        self.take(self.down.pop(which % len(self.down)))

    def take(self, news: Message | Reply) -> None:
        """Hand news to the desk; an answer that nobody waits for is not heard."""
        if isinstance(news, Reply):
            self.desk.learn(news, self.now, self.server)
        elif news.ticket is None or self.desk.pending.pop(news.ticket, None) is not None:
            self.desk.feed(news.client_id, news.event, self.server)

    def double(self, which: int) -> None:
        """Let the stream tell something twice; an answer comes once."""
        news = self.down[which % len(self.down)]
        if isinstance(news, Message) and news.ticket is None:
            self.down.append(news)

    # -- reads -----------------------------------------------------------------------------------------------------

    def query(self, which: int, lag: int, *, at_once: bool) -> None:
        """Ask about an order as the desk would in its state; the answer comes now or is on its way.

        While a call waits for its answer nothing is asked.
        """
        orders = self.orders
        order = orders[which % len(orders)]
        if order.status is OrderStatus.SENDING:
            return
        reply = self.read(order, LAGS[lag % 5], LAGS[lag // 5 % 5])
        if at_once:
            self.take(reply)
        else:
            self.down.append(reply)

    def read(self, order: Order, lag: int, lag_of_fills: int) -> Reply:
        """Read an order and its executions; everything that might show it when it is not known to be there."""
        searched = order.status in {OrderStatus.UNKNOWN, OrderStatus.NOT_PLACED}
        truth = self.venue.by_client.get(order.client_order_id)
        version = truth.shown(self.now - lag) if truth else None
        found = words.report(truth, version, self.now, "lookup") if truth and version else None
        bare = found is not None and order.status in {OrderStatus.LIVE, OrderStatus.PART}
        executions = truth.shown(self.now - lag_of_fills) if truth and not bare else None
        fills = self.listed(truth, executions[3]) if truth and executions else ()
        missing = (ENDPOINTS if searched else SINGLE) if found is None and not fills else frozenset()
        return Reply(order.id, self.server, found, fills, missing)

    def listed(self, order: VenueOrder, count: int) -> tuple[Fill, ...]:
        """List the first executions of an order as the REST endpoint names them."""
        return tuple(words.fill(order, each, "rest", self.mark) for each in order.trades[:count])

    def list_fills(self, lag: int) -> None:
        """Read the pair's executions and take each order's in."""
        for order in self.venue.orders:
            version = order.shown(self.now - LAGS[lag % len(LAGS)])
            fills = self.listed(order, version[3]) if version else ()
            if fills:
                self.desk.feed(order.client_id, ev.FillsListed(self.now, fills), self.server)

    def list_open(self, lag: int) -> None:
        """Read the open orders: what is there is told, what is not is missing from the list."""
        at = self.now - LAGS[lag % len(LAGS)]
        for order in self.orders:
            found = self.venue.by_client.get(order.client_order_id)
            version = found.shown(at) if found else None
            if found is not None and version is not None and version[1] in {"NEW", "PARTIALLY_FILLED"}:
                self.desk.feed(order.id, words.report(found, version, self.now, "open_orders"), self.server)
            else:
                self.desk.feed(order.id, ev.AbsentFromOpen(self.now), self.server)
