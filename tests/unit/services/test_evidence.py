"""What endpoints and locked coins say of one order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import VirtualClock
from tests.twins.exchange import UNAVAILABLE, ExchangeTwin, Trouble
from tests.twins.keepers import PricesTwin
from tests.unit.services.order_rig import LIMIT_BUY, Rig
from tui_trader.domain.balance import Balance
from tui_trader.domain.order import Order, OrderStatus, Side
from tui_trader.errors import VenueError
from tui_trader.services.evidence import Evidence

D = Decimal
EVERYWHERE = frozenset({"order", "open_orders", "all_orders", "fills"})


class Bench:
    """A venue and an order of unknown outcome."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.exchange = ExchangeTwin(self.clock)
        self.evidence = Evidence(self.exchange, PricesTwin(self.clock))
        now = self.clock.wall_ms()
        self.order = Order("id", "m1id", "intent", LIMIT_BUY, OrderStatus.UNKNOWN, D(1), D(99), now, now)

    async def missed(self) -> frozenset[str]:
        """Ask a round and return which endpoints answered without the order."""
        return (await self.evidence.round(self.order, self.clock.wall_ms())).missed


async def test_an_order_that_is_nowhere_is_missed_everywhere() -> None:
    assert await Bench().missed() == EVERYWHERE


@pytest.mark.parametrize("name", ["open_orders", "all_orders"])
async def test_each_list_may_show_what_the_look_up_does_not(name: str) -> None:
    bench = Bench()
    bench.exchange.rest(client_order_id="m1id")
    bench.exchange.next("order", Trouble(reaches=False))
    if name == "all_orders":
        bench.exchange.end("m1id")
    asked = await bench.evidence.round(bench.order, bench.clock.wall_ms())
    assert asked.found is not None
    assert name not in asked.missed


async def test_executions_alone_show_an_order() -> None:
    bench = Bench()
    bench.exchange.rest(client_order_id="m1id")
    bench.exchange.fill("m1id", D("0.5"))
    bench.exchange.hidden.add("m1id")
    asked = await bench.evidence.round(bench.order, bench.clock.wall_ms())
    assert [fill.quantity for fill in asked.fills] == [D("0.5")]
    assert "fills" not in asked.missed


async def test_an_endpoint_that_fails_is_no_evidence() -> None:
    bench = Bench()
    bench.exchange.next("all_orders", Trouble(UNAVAILABLE))
    assert await bench.missed() == {"order", "open_orders"}


async def test_an_order_without_a_client_id_is_asked_for_by_the_venues() -> None:
    bench = Bench()
    venue = bench.exchange.rest()
    order = replace(bench.order, client_order_id="", venue_order_id=venue.venue_order_id)
    assert await bench.evidence.look(order) == venue


async def test_nothing_locked_leaves_nothing_to_explain() -> None:
    assert await Bench().evidence.residual(Bench().order) == D(0)


async def test_what_other_orders_lock_is_explained() -> None:
    bench = Bench()
    bench.exchange.rest(price=D(90), quantity=D(2))
    bench.exchange.rest(price=D(50), quantity=D(1), side=Side.SELL)
    bench.exchange.wallet["USDT"] = Balance("USDT", D(1), D(180))
    assert await bench.evidence.residual(bench.order) == D(0)


async def test_an_excess_that_could_be_the_order_speaks_for_it() -> None:
    bench = Bench()
    bench.exchange.rest(price=D(90), quantity=D(2))
    bench.exchange.wallet["USDT"] = Balance("USDT", D(1), D(279))
    assert await bench.evidence.residual(bench.order) == D(99)


async def test_an_excess_too_small_for_the_order_is_not_it() -> None:
    bench = Bench()
    bench.exchange.wallet["USDT"] = Balance("USDT", D(1), D("0.09"))
    assert await bench.evidence.residual(bench.order) == D(0)


async def test_coins_locked_for_a_sale_count_in_coins() -> None:
    bench = Bench()
    order = replace(bench.order, request=replace(LIMIT_BUY, side=Side.SELL))
    bench.exchange.wallet["BTC"] = Balance("BTC", D(0), D(1))
    assert await bench.evidence.residual(order) == D(1)
    bench.exchange.rest(side=Side.SELL, quantity=D(1))
    assert await bench.evidence.residual(order) == D(0)


async def test_a_pair_that_is_gone_locks_nothing_that_could_be_compared() -> None:
    bench = Bench()
    order = replace(bench.order, request=replace(LIMIT_BUY, symbol="GONEUSDT"))
    assert await bench.evidence.residual(order) == D(0)


async def test_a_venue_that_does_not_answer_gives_no_residual() -> None:
    bench = Bench()
    bench.exchange.next("balances", Trouble(UNAVAILABLE))
    with pytest.raises(VenueError):
        await bench.evidence.residual(bench.order)


class Behind:
    """The clock of a venue that is ten minutes behind this machine's."""

    def __init__(self, ours: VirtualClock) -> None:
        self._ours = ours

    def wall_ms(self) -> int:
        """Return the venue's time."""
        return self._ours.wall_ms() - 600_000


async def test_executions_are_looked_for_in_the_venues_own_time() -> None:
    rig = Rig()
    rig.exchange.clock, rig.exchange.offset = Behind(rig.clock), (-600_000.0, 20.0)  # type: ignore[assignment] # it only tells the time
    await rig.start()
    heard, unheard = await rig.place(), await rig.place(price=D(98))
    rig.exchange.fill(heard.order.client_order_id, D(1), push=False)
    rig.exchange.push(rig.exchange.find(heard.order.client_order_id))
    await rig.clock.advance(5)
    assert rig.stored(heard.order.id).status is OrderStatus.FILLED
    rig.exchange.fill(unheard.order.client_order_id, D("0.5"), push=False)
    await rig.path.reconciler.now()
    assert rig.order(unheard.order.id).executed == D("0.5")
    await rig.stop()
