"""What must hold after every step (reliability.md §6.1, I1 to I9 as far as orders, executions and balances go).

Most mistakes heal: a lie that lasts a second is only seen by looking after each step.
"""

from __future__ import annotations

from decimal import Decimal

from tests.property.order_model.desk import OPENING
from tests.property.order_model.venue import VenueOrder
from tests.property.order_model.world import World
from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.money import ZERO
from tui_trader.domain.order import FINAL, Order, OrderStatus

S = OrderStatus
NEVER_THERE = frozenset({S.NOT_PLACED, S.REJECTED, S.NOT_SENT, S.DENIED})
ENDED = frozenset({S.FILLED, S.CANCELED, S.PARTIALLY_CANCELED})
HIDING = frozenset({S.SENDING, S.UNKNOWN, S.NOT_PLACED})


class Broken(AssertionError):
    """An invariant does not hold; the text begins with its number."""


class Auditor:
    """Checks a world after each step and remembers what may never go back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._seen: dict[str, Order] = {}

    def check(self) -> None:
        """Check everything.

        Raises:
            Broken: names the invariant and the order.

        """
        world, journal = self.world, self.world.desk.journal
        _demand(not world.venue.doubled, "I1", "one intent, two orders", world.venue.doubled)
        for name, truth in world.venue.by_client.items():
            _demand(name in journal.orders, "I2", "the venue has an order that the journal lacks", truth)
        for name, order in journal.orders.items():
            before = self._seen.get(name)
            there = world.venue.by_client.get(name)
            if before is not order:
                self._seen[name] = order
                _executions(order, journal.fills[name], there, own_ids=not world.mark)
                if before is not None:
                    _onward(before, order)
            _standing(order, there)
        self._coins()

    def _coins(self) -> None:
        """Check the ledger against the orders, and the locks against the ledger."""
        journal = self.world.desk.journal
        coins, money = OPENING["BTC"], OPENING["USDT"]
        for name, order in journal.orders.items():
            sign = order.side.sign
            _demand((name in journal.reserved) == order.working, "I9", "what is locked is not what works", order)
            if order.executed:
                coins += order.executed * sign
                money -= order.quote * sign + sum((fee for _, fee in order.fees), ZERO)
        stand_ins = any(each.source == SYNTHETIC for fills in journal.fills.values() for each in fills)
        sums = {"BTC": coins, "USDT": money}
        _demand(journal.ledger == sums or stand_ins, "I4", "the ledger is not what the orders say", sums)
        if not any(order.late for order in self.world.venue.orders):
            for asset, have in journal.ledger.items():
                held = sum((each.amount for each in journal.reserved.values() if each.asset == asset), ZERO)
                _demand(held <= have, "I9", f"more {asset} is locked than there is", held)


def _demand(holds: bool, which: str, what: str, about: object) -> None:
    if not holds:
        raise Broken(f"{which}: {what}: {about}")


def _executions(order: Order, fills: tuple[Fill, ...], there: VenueOrder | None, *, own_ids: bool) -> None:
    """I3: each execution once, none invented, sums that fit; I8: none hidden."""
    total = sum((each.quantity for each in fills), ZERO)
    _demand(order.executed == total, "I3", "executed is not the sum of executions", order)
    _demand(total <= order.quantity, "I3", "more executed than ordered", order)
    _demand(total <= (there.executed if there else 0), "I3", "more executed than the venue says", order)
    real = [each.trade_id for each in fills if each.source != SYNTHETIC]
    _demand(len(set(real)) == len(real), "I3", "an execution twice", real)
    if own_ids and there is not None:
        booked = {str(each.number) for each in there.trades}
        _demand(booked.issuperset(real), "I3", "an execution that never was", real)
    _demand(not (order.executed and order.status in HIDING), "I8", "executions behind an open question", order)


def _onward(before: Order, after: Order) -> None:
    """I7: an end is an end, and what is known to be executed is never forgotten."""
    kept = before.status not in FINAL or after.status is before.status
    _demand(kept, "I7", f"{before.status} was final", after)
    forgot = after.venue_executed < before.venue_executed or after.executed < before.executed
    _demand(not forgot, "I7", "executions were forgotten", after)


def _standing(order: Order, there: VenueOrder | None) -> None:
    """I5: nobody is declared dead who lives; I6: nobody is closed before everything is known."""
    if order.status in NEVER_THERE:
        _demand(there is None, "I5", f"{order.status}, and the venue has it", order)
    elif order.status in ENDED:
        _demand(there is not None and not there.open, "I5", f"{order.status}, and the venue has it open", order)
        if there is not None:
            _demand(order.executed >= there.executed_at_close, "I6", "closed before its executions are known", order)
            whole = Decimal(there.quantity) == order.executed
            _demand(order.status is not S.FILLED or whole, "I6", "FILLED, and not all of it", order)
    elif order.status is S.QUARANTINED:
        _demand(there is not None and there.late, "I5", "set aside without a contradiction", order)
    if there is not None:
        _demand(order.venue_executed <= there.executed, "I3", "the venue never said that", order)
