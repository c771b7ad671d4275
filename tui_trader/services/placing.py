"""The way of one order: judge and reserve, commit, send once, commit the answer, tell."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.ids import client_order_id, ulid
from tui_trader.domain.order import CancelState, Order, OrderRequest, OrderStatus, OrderType, Side, TimeInForce
from tui_trader.domain.risk import Breach, GateState, Level
from tui_trader.errors import ConfirmationRequired, Denied, NotSent, StoreError, VenueRejected, VenueUnknown
from tui_trader.exchange.port import Exchange, NewOrder, OrderAck
from tui_trader.rules.gate import RecentRequest
from tui_trader.rules.horizon import not_after
from tui_trader.rules.order_events import (
    Acked,
    Ambiguous,
    Contradicted,
    DefinitelyRejected,
    NotWritten,
    OrderEvent,
)
from tui_trader.services.confirmations import Confirmations
from tui_trader.services.gate import Gate
from tui_trader.services.idempotency import different
from tui_trader.services.journal_health import held_up
from tui_trader.services.journal_lines import breach_body, order_line
from tui_trader.services.judging import Judge, Judgement
from tui_trader.services.model import Placement
from tui_trader.services.order_record import terms
from tui_trader.services.outcome_words import placement
from tui_trader.services.ports import Store
from tui_trader.services.recorder import Draft, Recorder
from tui_trader.services.seen import seen
from tui_trader.services.working import WorkingOrders

_log = logging.getLogger(__name__)


class OrderNames:
    """Makes ids. ``prefix`` marks our orders at the venue (two characters); ``entropy`` gives random bytes."""

    def __init__(self, prefix: str, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self.prefix = prefix
        self._entropy = entropy

    def make(self, now: int) -> tuple[str, str]:
        """Return a fresh order id and its client order id."""
        order_id = ulid(now, self._entropy(10))
        return order_id, client_order_id(order_id, self.prefix)


class Placer:
    """Places orders."""

    def __init__(
        self,
        exchange: Exchange,
        store: Store,
        recorder: Recorder,
        working: WorkingOrders,
        judge: Judge,
        gate: Gate,
        clock: Clock,
        names: OrderNames,
    ) -> None:
        self._exchange = exchange
        self._store = store
        self._recorder = recorder
        self._working = working
        self._judge = judge
        self._gate = gate
        self._clock = clock
        self._names = names
        self._confirmations = Confirmations(clock)
        self.on_acked: Callable[[Order], object] = lambda _: None
        """Hears of each order that the venue has just acknowledged."""

    async def place(self, intent_id: str, request: OrderRequest, confirmation: str | None) -> Placement:
        """Take one order its whole way.

        Raises:
            Denied: a hard limit; the refusal is stored.
            ConfirmationRequired: a soft limit; nothing is stored.
            StoreError: the intent could not be written, so nothing was sent.

        """
        await self._judge.freshen(request.symbol, request)
        judged = self._judge.judge(request)
        slow = held_up(self._store.health(), judged.given)
        if slow is not None:
            judged = replace(judged, breaches=(*judged.breaches, slow))
        order = self._order(intent_id, judged)
        if judged.refused:
            return await self._deny(order, judged)
        if judged.asks and not self._confirmations.passes(confirmation, request, judged.breaches):
            return await self._ask(intent_id, request, judged)
        return await self._send(order, judged)

    def _order(self, intent_id: str, judged: Judgement) -> Order:
        now, clock = judged.given.now, judged.given.clock
        order_id, client_id = self._names.make(now)
        return Order(
            id=order_id,
            client_order_id=client_id,
            intent_id=intent_id,
            request=judged.request,
            status=OrderStatus.SENDING,
            quantity=judged.quantity,
            price=judged.price,
            created_at=now,
            updated_at=now,
            not_after=not_after(now + round(0 if clock is None else clock.ahead_ms), self._gate.timing),
            recv_window=self._gate.timing.recv_window_ms,
        )

    async def _send(self, order: Order, judged: Judgement) -> Placement:
        """Reserve, commit, send, commit the answer. From here on nothing is waited for before the reservation."""
        request = judged.request
        mark = RecentRequest(
            order.created_at,
            request.symbol,
            request.side,
            request.type,
            judged.quantity,
            judged.price,
            request.origin,
        )
        self._working.put(order)
        self._working.note_request(mark)
        draft = Draft(orders={order.id: order})
        draft.tell(order_line("intent", order, order.created_at, extra=terms(order) | seen(judged)), order)
        try:
            await self._recorder.commit(draft, must=True)
        except StoreError as error:
            self._working.remove(order)
            self._working.forget_request(mark)
            return await self._given_before(order, error)
        event = await self._transmit(self._working.find(order.id) or order, judged.given.state)
        answer = Draft()
        self._recorder.take(answer, order, event, "answer")
        await self._recorder.commit(answer)
        newest = self._working.find(order.id) or order
        if isinstance(event, Acked):
            self.on_acked(newest)
        return placement(newest)

    async def _given_before(self, order: Order, error: StoreError) -> Placement:
        """Answer an intent that the store already holds; any other failure latches the gate and is raised."""
        try:
            earlier = await self.earlier(order.intent_id, order.request)
        except StoreError:
            earlier = None
        if earlier is not None:
            return earlier
        self._recorder.on_broken(error)
        raise error

    async def _transmit(self, order: Order, judged_in: GateState) -> OrderEvent:
        """Send once and say what came of it; what changed while the intent was being written is heeded.

        An order that passed while trading was halted is one that only reduces and was confirmed: it goes out.
        """

        def unwanted() -> str:
            newest = self._working.find(order.id) or order
            if self._gate.state is GateState.HALTED and judged_in is not GateState.HALTED:
                return "Trading was halted before it was sent."
            return "" if newest.cancel is CancelState.NONE else "It was cancelled before it was sent."

        if unwanted():
            return NotWritten(self._clock.wall_ms(), unwanted())
        self._working.note_sent(order, self._clock.wall_ms())
        try:
            ack = await self._exchange.place(replace(_new_order(order), wanted=lambda: not unwanted()))
        except NotSent as error:
            return NotWritten(self._clock.wall_ms(), unwanted() or str(error))
        except VenueRejected as error:
            return DefinitelyRejected(self._clock.wall_ms(), error.code, str(error))
        except VenueUnknown as error:
            return Ambiguous(self._clock.wall_ms(), str(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, it may have been sent
            _log.exception("Sending order %s failed in an unforeseen way.", order.id)
            return Ambiguous(self._clock.wall_ms(), f"unforeseen: {type(error).__name__}")
        return self._acked(order, ack)

    def _acked(self, order: Order, ack: OrderAck) -> OrderEvent:
        now, bound = self._clock.wall_ms(), self._working.find(ack.venue_order_id)
        if bound is not None and bound.id != order.id:
            return Contradicted(now, f"the exchange answered with the id of order {bound.id}")
        return Acked(now, ack.venue_order_id, ack.symbol, ack.side, ack.price, ack.quantity)

    async def _ask(self, intent_id: str, request: OrderRequest, judged: Judgement) -> Placement:
        """Ask for a confirmation, unless the intent was answered before."""
        earlier = await self.earlier(intent_id, request)
        if earlier is not None:
            return earlier
        soft = [breach for breach in judged.breaches if breach.level is Level.SOFT]
        raise ConfirmationRequired(
            _sentences(soft),
            token=self._confirmations.give(request, judged.breaches),
            details={"breaches": [breach_body(breach) for breach in judged.breaches]},
        )

    async def _deny(self, order: Order, judged: Judgement) -> Placement:
        """Store the refusal and raise it."""
        earlier = await self.earlier(order.intent_id, order.request)
        if earlier is not None:
            return earlier
        hard = [breach for breach in judged.breaches if breach.level is Level.HARD]
        denied = replace(order, status=OrderStatus.DENIED, reason=hard[0].code, message=_sentences(hard), not_after=0)
        decided = seen(judged)
        draft = Draft(orders={denied.id: denied})
        extra = terms(denied) | decided
        draft.tell(order_line("denied", denied, denied.created_at, extra=extra), denied)
        self._working.put(denied)
        await self._recorder.commit(draft)
        raise _denied(denied, decided["breaches"])

    async def earlier(self, intent_id: str, request: OrderRequest) -> Placement | None:
        """Return the answer an intent got before a restart, if any.

        Raises:
            Conflict: it came with another request.
            Denied: that was the answer.

        """
        known = await self._store.order(intent_id)
        if known is None or known.intent_id != intent_id:
            return None
        if known.request != request:
            raise different(intent_id)
        if known.status is OrderStatus.DENIED:
            lines = await self._store.journal(order_id=known.id, kind="order.denied", limit=1)
            raise _denied(known, lines[0].body.get("breaches", []) if lines else [])
        return placement(self._working.find(known.id) or known)


def _new_order(order: Order) -> NewOrder:
    """Write an order as it goes to the venue: a capped market order is an immediate-or-cancel limit at its cap."""
    request = order.request
    capped = request.type is OrderType.MARKET and request.capped
    by_money = request.type is OrderType.MARKET and not request.capped and request.side is Side.BUY
    money_size = request.quote_quantity if by_money else None
    return NewOrder(
        client_order_id=order.client_order_id,
        symbol=request.symbol,
        side=request.side,
        type=OrderType.LIMIT if capped else request.type,
        time_in_force=TimeInForce.IOC if request.type is OrderType.MARKET else request.time_in_force,
        quantity=order.quantity if money_size is None else None,
        quote_quantity=money_size,
        price=order.price,
        not_after=order.not_after,
        recv_window=order.recv_window,
    )


def _sentences(breaches: Sequence[Breach]) -> str:
    return " ".join(breach.message for breach in breaches)


def _denied(order: Order, breaches: Sequence[Any]) -> Denied:
    return Denied(order.message, code="risk_rejected", details={"breaches": list(breaches), "order_id": order.id})
