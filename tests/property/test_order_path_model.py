"""The order path under random trouble: after it heals, the journal agrees with the venue, and nothing was doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.twins.clock import settle
from tests.twins.exchange import CUT, NEVER_SENT, REFUSED, UNAVAILABLE, Trouble
from tests.unit.services.order_rig import Rig, follows
from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.order import OrderStatus
from tui_trader.errors import Refused
from tui_trader.exchange.port import StreamGap, VenueOrder

D = Decimal
S = OrderStatus
ABSENT = {S.NOT_SENT, S.REJECTED, S.NOT_PLACED, S.DENIED}

FAULTS = {
    "none": None,
    "cut after": Trouble(CUT),
    "cut before": Trouble(CUT, reaches=False),
    "not sent": Trouble(NEVER_SENT, reaches=False),
    "refused": Trouble(REFUSED, reaches=False),
}


WHAT = ["place", "place", "fill", "fill", "cancel", "end", "wait", "restart", "gap", "external", "withhold", "release"]


@dataclass(frozen=True)
class Step:
    """One thing that happens. ``which`` picks an order, ``told`` says whether the stream tells.

    Orders placed with a high ``which`` are not shown by reads until the next ``wait``: the venue's lag.
    """

    what: str
    fault: str = "none"
    which: int = 0
    told: bool = True


steps = st.lists(
    st.builds(
        Step,
        what=st.sampled_from(WHAT),
        fault=st.sampled_from(sorted(FAULTS)),
        which=st.integers(0, 5),
        told=st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


class World:
    """A desk, its venue, and what happens to both."""

    def __init__(self) -> None:
        self.rig = Rig()
        self.placed = 0
        self.withheld: list[Fill] = []

    def pick(self, step: Step) -> VenueOrder | None:
        """Choose an open order of the venue."""
        rows = [order for order in self.rig.exchange.book_of_orders.values() if not order.status.closed]
        return rows[step.which % len(rows)] if rows else None

    async def take(self, step: Step) -> None:
        """Let one thing happen."""
        await getattr(self, step.what)(step)
        await settle()

    async def place(self, step: Step) -> None:
        """Place an order that may go wrong."""
        self.placed += 1
        fault = FAULTS[step.fault]
        self.rig.exchange.quiet = not step.told
        if fault is not None:
            self.rig.exchange.next("place", fault)
        with suppress(Refused):
            await self.rig.place(intent=f"intent-{self.placed:04d}", price=D(90) + D(self.placed) / 100)
        self.rig.exchange.script.pop("place", None)
        if step.which > 3 and self.rig.exchange.sent:
            self.rig.exchange.hidden.add(self.rig.exchange.sent[-1].client_order_id)

    async def fill(self, step: Step) -> None:
        """Let half of what is left trade."""
        order = self.pick(step)
        if order is not None:
            left = order.quantity - order.executed
            part = left if step.which % 2 else left / 2
            key = order.client_order_id or order.venue_order_id
            self.rig.exchange.fill(key, part, push=step.told, push_order=step.which % 3 > 0)

    async def withhold(self, step: Step) -> None:
        """Let part of what is left trade, and show the order but not the execution."""
        order = self.pick(step)
        if order is not None:
            key = order.client_order_id or order.venue_order_id
            left = order.quantity - order.executed
            self.withheld.append(self.rig.exchange.fill(key, left if step.which % 2 else left / 4, push=False))
            self.rig.exchange.executions.remove(self.withheld[-1])
            if step.told:
                self.rig.exchange.push(self.rig.exchange.find(key))

    async def release(self, step: Step) -> None:
        """Show what was withheld."""
        self.rig.exchange.executions += self.withheld
        if step.told:
            self.rig.exchange.push(*(replace(each, source="push") for each in self.withheld))
        self.withheld.clear()

    async def cancel(self, step: Step) -> None:
        """Cancel an order that may be unknown; the request may go wrong."""
        orders = self.rig.orders.working()
        if not orders:
            return
        fault = FAULTS[step.fault]
        if fault is not None and fault.error is not REFUSED:
            self.rig.exchange.next("cancel", fault)
        self.rig.exchange.quiet = not step.told
        with suppress(Refused):
            await self.rig.orders.cancel(orders[step.which % len(orders)].id)
        self.rig.exchange.script.pop("cancel", None)

    async def end(self, step: Step) -> None:
        """Let the venue end an order."""
        order = self.pick(step)
        if order is not None:
            self.rig.exchange.end(order.client_order_id or order.venue_order_id, push=step.told)

    async def wait(self, step: Step) -> None:
        """Let time pass, with or without reads that work."""
        if not step.told:
            for method in ("order", "open_orders", "fills"):
                self.rig.exchange.next(method, *[Trouble(UNAVAILABLE)] * 3)
        await self.rig.clock.advance(1 + step.which * 9)
        self.rig.exchange.hidden.clear()

    async def restart(self, _step: Step) -> None:
        """Kill the desk and start another one."""
        await self.rig.stop()
        self.rig = Rig(store=self.rig.store, exchange=self.rig.exchange)
        kept = self.rig.store.fill_rows.values()
        self.rig.positions.standing = [each for each in kept if each.source == SYNTHETIC]
        await self.rig.start(clean=False)
        await self.rig.clock.advance(3)

    async def gap(self, _step: Step) -> None:
        """Interrupt the private stream."""
        self.rig.exchange.push(StreamGap("interrupted"))

    async def external(self, step: Step) -> None:
        """Let somebody place an order on the website."""
        venue = self.rig.exchange.rest(client_order_id=f"web_{self.placed}_{len(self.rig.exchange.book_of_orders)}")
        if step.told:
            self.rig.exchange.push(venue)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_journal_and_venue_agree_after_any_trouble(happening: Sequence[Step]) -> None:
    asyncio.run(live_through(happening))


async def live_through(happening: Sequence[Step]) -> None:
    """Let it happen, heal, and compare."""
    world = World()
    await world.rig.start()
    for step in happening:
        await world.take(step)
    world.rig.exchange.script.clear()
    world.rig.exchange.quiet = False
    world.rig.exchange.hidden.clear()
    await world.rig.clock.advance(120)
    await world.release(Step("release", told=False))
    await world.rig.clock.advance(420)
    await world.rig.path.reconciler.now()
    compare(world.rig)
    await world.rig.stop()
    follows(world.rig.store)


def compare(rig: Rig) -> None:
    """Hold the journal against the venue's own list."""
    sent = [order.client_order_id for order in rig.exchange.sent]
    assert len(sent) == len(set(sent)), "a client order id was sent twice"
    by_client = {order.client_order_id: order for order in rig.store.order_rows.values()}
    assert set(sent) <= set(by_client), "something was sent that the journal does not know"
    venue_ids = {order.client_order_id: order for order in rig.exchange.book_of_orders.values()}
    for key, venue in venue_ids.items():
        if key not in by_client and venue.status.closed and not venue.executed:
            continue  # placed and cancelled elsewhere, unheard: nothing of it concerns us
        ours = by_client[key]
        assert ours.executed == venue.executed, (ours, venue)
        if not venue.status.closed:
            assert ours.status in {S.LIVE, S.PART}, (ours, venue)
        elif venue.executed == venue.quantity:
            assert ours.status is S.FILLED, (ours, venue)
        else:
            assert ours.status is (S.PARTIALLY_CANCELED if venue.executed else S.CANCELED), (ours, venue)
    declared_dead = {line.order_id for line in rig.store.lines if line.body.get("status") == "NOT_PLACED"}
    for key, ours in by_client.items():
        assert ours.id not in declared_dead or key not in venue_ids, "a living order was declared dead"
        assert key in venue_ids or ours.status in ABSENT, ours
    assert set(rig.store.fill_rows) == {fill.key for fill in rig.exchange.executions}
