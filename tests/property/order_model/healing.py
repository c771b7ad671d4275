"""The network gets well: in bounded time nothing may be open, and desk and venue must say the same (I4, I6, I15)."""

from __future__ import annotations

from decimal import Decimal

from tests.property.order_model.desk import Desk
from tests.property.order_model.invariants import ENDED, NEVER_THERE, Auditor, Broken
from tests.property.order_model.venue import LAGS, VenueOrder
from tests.property.order_model.world import ACCEPT, World
from tui_trader.domain.order import Order, OrderStatus

S = OrderStatus
PAUSES = (1000, 6000, 6000, 131_000, 6000, 6000, 6000, 6000, 6000, 61_000, 6000, 6000)
"""ms between rounds; together less than the horizon and ten minutes."""
EXPECTED = {"NEW": {S.LIVE}, "PARTIALLY_FILLED": {S.PART}, "FILLED": {S.FILLED}, "CANCELED": {S.CANCELED}}


def heal(world: World, auditor: Auditor) -> None:
    """Deliver what is under way, ask what is open, and demand agreement.

    Raises:
        Broken: something is still open, or differs.

    """
    desk = world.desk
    world.now += max(LAGS)  # reads are in step with the venue again
    for name in list(desk.waiting):
        desk.send(name, world.now, world.server)
    flush(world)
    for order in world.orders:  # what a reconnect does: everything unfinished is asked about once
        if not order.final:
            world.take(world.read(order, 0, 0))
    for pause in PAUSES:
        flush(world)
        world.list_fills(0)
        auditor.check()
        if settled(desk):
            break
        world.now += pause
        ask(world)
    auditor.check()
    compare(world)


def flush(world: World) -> None:
    """Let everything under way arrive, in order."""
    while world.up or world.down:
        while world.up:
            world.arrive(0, ACCEPT)
        while world.down:
            world.hear(0)
    for _ in list(world.desk.pending):
        world.time_out(0)


def ask(world: World) -> None:
    """Ask about every order that something is open about, and repeat cancels that had no effect."""
    for order in world.orders:
        if world.desk.curious(order):
            world.take(world.read(order, 0, 0))
    flush(world)


def settled(desk: Desk) -> bool:
    """Tell whether nothing is open."""
    return not any(desk.curious(each) for each in desk.journal.orders.values() if each.status is not S.QUARANTINED)


def compare(world: World) -> None:
    """Hold the journal against the venue's record, and the ledger against its balances.

    Raises:
        Broken: they differ.

    """
    journal, venue = world.desk.journal, world.venue
    for name, order in journal.orders.items():
        _same(order, venue.by_client.get(name))
    have = (journal.ledger["BTC"], journal.ledger["USDT"])
    true = (12 + Decimal(venue.base), 2500 + Decimal(venue.quote).scaleb(-3))
    if have != true:
        raise Broken(f"I4: the ledger says {have}, the venue {true}")


def _same(order: Order, truth: VenueOrder | None) -> None:
    if truth is None:
        if order.status not in NEVER_THERE:
            raise Broken(f"I15: the venue never had it, and it is {order}")
        return
    if order.executed != truth.executed:
        raise Broken(f"I15: executed {order.executed}, at the venue {truth.executed}: {order}")
    wanted = EXPECTED.get(truth.status, {S.PARTIALLY_CANCELED})
    late = ENDED | {S.QUARANTINED}
    if order.status not in (late if truth.late else wanted):
        raise Broken(f"I15: at the venue {truth.status}, and it is {order}")
