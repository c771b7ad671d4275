"""The kill switch over twins: latched first, cancelled, proved; and what stands in its way."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.twins.clock import settle, until
from tests.twins.exchange import CUT, REFUSED, UNAVAILABLE, Trouble, instrument
from tests.unit.services.order_rig import D, Rig, running, waited
from tui_trader.domain.events import EventKind
from tui_trader.domain.halt import Certificate, Fate
from tui_trader.domain.order import OrderStatus, Origin, Side
from tui_trader.domain.risk import GateState
from tui_trader.errors import Conflict, Denied, VenueRejected
from tui_trader.exchange.port import VenueStatus

SELL = {"side": Side.SELL, "price": D(101)}
BUSY = VenueRejected("Try again.", code=30026, http_status=400)


class MarkTwin:
    """A mark in memory."""

    place = "memory"

    def __init__(self) -> None:
        self.text: str | None = None

    def reason(self) -> str | None:
        return self.text

    async def make(self, reason: str) -> bool:
        self.text = reason
        return True

    async def remove(self) -> bool:
        was, self.text = self.text, None
        return was is not None


async def pressed(rig: Rig, **given: Any) -> Certificate:
    return await waited(rig, rig.path.kill.halt("enough", **given))


async def finished(rig: Rig, seconds: float = 300) -> Certificate:
    """Let virtual time pass until nothing is pursued any more."""

    def now() -> Certificate:
        found = rig.path.kill.certificate
        assert found is not None
        return found

    for _ in range(round(seconds / 0.5)):
        if now().done:
            break
        await rig.clock.advance(0.5)
    await settle()
    return now()


def fates(certificate: Certificate) -> dict[str, Fate]:
    return {each.order_id: each.fate for each in certificate.orders}


async def test_it_latches_before_the_first_cancel_and_proves_that_nothing_is_left() -> None:
    async with running() as rig:
        placed = [(await rig.place(price=D(90 + number))).order.id for number in range(5)]
        rig.store.hold()
        press = asyncio.ensure_future(rig.path.kill.halt("enough"))
        await settle()
        assert rig.gate.state is GateState.HALTED
        assert rig.exchange.requests("cancel") == []
        rig.store.release()
        certificate = await waited(rig, press)
        assert certificate.done
        assert certificate.latched_ms is not None
        assert certificate.cleared_ms is not None
        assert fates(certificate) == dict.fromkeys(placed, Fate.GONE)
        assert [rig.stored(each).status for each in placed] == [OrderStatus.CANCELED] * 5
        assert len(rig.exchange.requests("cancel")) == 5
        kinds = rig.store.kinds()
        assert kinds.index("gate", kinds.index("order.answer")) < kinds.index("order.cancel")
        told = [event.data for event in rig.ear.of(EventKind.HALT)]
        assert told[-1] == certificate
        with pytest.raises(Denied):
            await rig.place()


async def test_what_only_reduces_stays_unless_everything_goes() -> None:
    async with running() as rig:
        rig.exchange.pairs["ETHBTC"] = replace(instrument("ETHBTC"), base="ETH", quote="BTC")
        buy = (await rig.place()).order.id
        sell = (await rig.place(quantity=D("0.5"), **SELL)).order.id
        leg = (await rig.place(origin=Origin.EXIT, quantity=D("0.4"), **SELL)).order.id
        certificate = await pressed(rig)
        assert fates(certificate) == {buy: Fate.GONE, sell: Fate.KEPT, leg: Fate.KEPT}
        assert rig.order(sell).status is OrderStatus.LIVE
        assert rig.exchange.requests("cancel_all") == []
        certificate = await pressed(rig, everything=True)
        assert fates(certificate) == {sell: Fate.GONE, leg: Fate.GONE}
        assert rig.exchange.requests("cancel_all") == ["BTCUSDT"]


async def test_orders_placed_elsewhere_go_too_and_what_the_desk_did_not_know_of() -> None:
    async with running() as rig:
        rig.exchange.rest(venue_order_id="W1", price=D(80))
        rig.exchange.rest(venue_order_id="W2", side=Side.SELL, price=D(120))
        certificate = await pressed(rig)
        assert certificate.done
        assert sorted(each.fate for each in certificate.orders) == [Fate.GONE, Fate.KEPT]
        assert rig.exchange.requests("cancel") == ["W1"]


async def test_everything_is_cancelled_once_a_pair_and_the_unknown_by_their_names() -> None:
    async with running() as rig:
        rig.exchange.rest(symbol="ETHUSDT", price=D(80))
        await rig.place()
        await rig.place(price=D(98))
        rig.exchange.next("place", Trouble(CUT, reaches=False))
        unknown = (await rig.place(price=D(97))).order
        assert unknown.status is OrderStatus.UNKNOWN
        certificate = await pressed(rig, everything=True)
        assert not certificate.done
        assert sorted(rig.exchange.requests("cancel_all")) == ["BTCUSDT", "ETHUSDT"]
        assert set(rig.exchange.requests("cancel")) == {unknown.client_order_id}
        assert certificate.count(Fate.OPEN) == 1


async def test_a_late_acceptance_dies() -> None:
    async with running() as rig:
        rig.exchange.next("place", Trouble(CUT, reaches=False))
        order = (await rig.place()).order
        certificate = await pressed(rig)
        assert (certificate.done, certificate.count(Fate.OPEN)) == (False, 1)
        await rig.clock.advance(20)
        late = rig.exchange.rest(client_order_id=order.client_order_id, price=D(99), quantity=D(1))
        await rig.clock.advance(3)
        assert rig.exchange.find(order.client_order_id).status is VenueStatus.CANCELED
        certificate = await finished(rig)
        assert fates(certificate) == {order.id: Fate.GONE}
        assert rig.stored(order.id).venue_order_id == late.venue_order_id


async def test_an_order_that_never_came_is_pursued_past_its_horizon_every_two_seconds() -> None:
    async with running() as rig:
        rig.exchange.next("place", Trouble(CUT, reaches=False))
        order = (await rig.place()).order
        await pressed(rig)
        certificate = await finished(rig)
        assert fates(certificate) == {order.id: Fate.GONE}
        assert rig.order(order.id).status is OrderStatus.NOT_PLACED
        assert len(rig.exchange.requests("cancel")) > 60


async def test_fills_meanwhile_are_counted_with_their_quantities() -> None:
    async with running() as rig:
        part, whole = (await rig.place()).order, (await rig.place(price=D(98))).order
        rig.exchange.fill(part.client_order_id, D("0.1"))
        await rig.becomes(part.id, OrderStatus.PART)
        rig.exchange.next("cancel", Trouble(), Trouble())
        press = asyncio.ensure_future(rig.path.kill.halt("enough"))
        await until(lambda: rig.gate.state is GateState.HALTED)
        rig.exchange.fill(part.client_order_id, D("0.2"))
        rig.exchange.fill(whole.client_order_id, D(1), push=False)
        certificate = await waited(rig, press)
        certificate = await finished(rig)
        found = {each.order_id: (each.filled, each.fate) for each in certificate.orders}
        assert found == {part.id: (D("0.2"), Fate.GONE), whole.id: (D(1), Fate.FILLED)}


@pytest.mark.parametrize("error", [CUT, BUSY, REFUSED])
async def test_a_cancel_that_goes_wrong_is_repeated(error: Exception) -> None:
    async with running() as rig:
        order = (await rig.place()).order
        rig.exchange.next("cancel", *(Trouble(error, reaches=False) for _ in range(3)))
        rig.exchange.next("open_orders", Trouble(UNAVAILABLE), Trouble(UNAVAILABLE))
        await pressed(rig)
        certificate = await finished(rig)
        assert fates(certificate) == {order.id: Fate.GONE}
        assert len(rig.exchange.requests("cancel")) >= 4


async def test_a_cancel_that_hangs_holds_nothing_else_back() -> None:
    async with running() as rig:
        hanging = asyncio.Event()
        first, second = (await rig.place()).order, (await rig.place(price=D(98))).order
        rig.exchange.next("cancel", Trouble(wait=hanging, reaches=False))
        certificate = await pressed(rig)
        assert fates(certificate) == {first.id: Fate.OPEN, second.id: Fate.GONE}
        hanging.set()
        certificate = await finished(rig)
        assert fates(certificate) == dict.fromkeys((first.id, second.id), Fate.GONE)


async def test_an_order_whose_intent_is_being_written_is_never_sent() -> None:
    async with running() as rig:
        rig.store.hold()
        placing = asyncio.ensure_future(rig.place())
        await settle()
        press = asyncio.ensure_future(rig.path.kill.halt("enough"))
        await settle()
        rig.store.release()
        placement = await placing
        assert placement.order.status is OrderStatus.NOT_SENT
        certificate = await waited(rig, press)
        assert rig.exchange.sent == []
        assert set(fates(certificate).values()) <= {Fate.GONE}


async def test_an_order_that_waits_for_the_wire_is_never_sent() -> None:
    async with running() as rig:
        rig.exchange.lane.clear()
        placing = asyncio.ensure_future(rig.place())
        await until(lambda: bool(rig.exchange.sent))
        press = asyncio.ensure_future(rig.path.kill.halt("enough"))
        await until(lambda: rig.gate.state is GateState.HALTED)
        rig.exchange.lane.set()
        placement = await placing
        assert (placement.order.status, placement.order.message) == (
            OrderStatus.NOT_SENT,
            "Trading was halted before it was sent.",
        )
        await waited(rig, press)
        assert rig.exchange.requests("place") == []


async def test_a_latch_that_could_not_be_written_is_written_when_the_disk_has_room() -> None:
    async with running(mark=MarkTwin()) as rig:
        await rig.place()
        rig.store.failing = "The disk is full."
        assert (await pressed(rig)).latched_ms is None
        rig.store.failing = None
        await rig.clock.advance(6)
        assert json.loads(rig.store.settings["gate"])["state"] == "HALTED"
        assert json.loads(rig.store.settings["halt"])["latched_ms"] is not None


async def test_a_full_disk_latches_in_memory_makes_the_mark_and_cancels_anyway() -> None:
    mark = MarkTwin()
    async with running(mark=mark) as rig:
        order = (await rig.place()).order
        rig.store.failing = "The disk is full."
        certificate = await pressed(rig)
        assert certificate.done
        assert certificate.latched_ms is None
        assert (rig.gate.state, mark.text) == (GateState.HALTED, "enough")
        assert rig.exchange.find(order.client_order_id).status is VenueStatus.CANCELED
        with pytest.raises(Denied):
            await rig.place()
        assert len(rig.exchange.sent) == 1


async def test_a_journal_that_does_not_answer_holds_no_cancel_back() -> None:
    mark = MarkTwin()
    async with running(mark=mark) as rig:
        order = (await rig.place()).order
        rig.store.hold()
        certificate = await pressed(rig)
        assert rig.exchange.find(order.client_order_id).status is VenueStatus.CANCELED
        assert (certificate.latched_ms, mark.text) == (None, "enough")
        rig.store.release()
        certificate = await finished(rig)
        assert fates(certificate) == {order.id: Fate.GONE}
        assert certificate.latched_ms is not None


async def test_another_press_joins_the_one_that_runs_and_may_widen_it() -> None:
    async with running() as rig:
        sell = (await rig.place(quantity=D("0.5"), **SELL)).order
        hanging = asyncio.Event()
        rig.exchange.next("open_orders", Trouble(wait=hanging))
        first = await pressed(rig)
        again = await pressed(rig, everything=True)
        assert again.id == first.id
        hanging.set()
        certificate = await finished(rig)
        assert (certificate.everything, fates(certificate)) == (True, {sell.id: Fate.GONE})


async def test_one_intent_is_answered_once() -> None:
    async with running() as rig:
        first = await pressed(rig, intent_id="press-0001")
        assert await pressed(rig, intent_id="press-0001") == first
        assert (await pressed(rig, intent_id="press-0002")).id != first.id
        with pytest.raises(Conflict):
            await rig.path.kill.halt("enough", everything=True, intent_id="press-0001")


async def test_a_press_before_the_orders_are_loaded_latches_and_waits_for_them() -> None:
    rig = Rig()
    await rig.start()
    order = (await rig.place()).order
    await rig.stop()
    again = Rig(store=rig.store, exchange=rig.exchange)
    certificate = await pressed(again)
    assert again.gate.state is GateState.HALTED
    assert (certificate.done, certificate.orders) == (False, ())
    assert "coming up" in certificate.trouble
    await again.start(clean=False)
    certificate = await finished(again)
    assert fates(certificate) == {order.id: Fate.GONE}
    assert again.gate.state is GateState.HALTED
    await again.stop()


async def test_a_restart_goes_on_with_what_was_pursued() -> None:
    async with running() as rig:
        rig.exchange.next("place", Trouble(CUT, reaches=False))
        order = (await rig.place()).order
        first = await pressed(rig)
        await rig.stop()
        again = Rig(store=rig.store, exchange=rig.exchange)
        await again.start(clean=False)
        assert again.gate.state is GateState.HALTED
        certificate = await finished(again)
        assert certificate.id == first.id
        assert fates(certificate) == {order.id: Fate.GONE}
        await again.stop()


async def test_trading_goes_on_by_a_reason_and_never_twice_by_one_intent() -> None:
    mark = MarkTwin()
    async with running(mark=mark) as rig:
        await rig.place()
        await pressed(rig)
        mark.text = "a program's"
        said = await waited(rig, rig.path.risk.resume("all is well", intent_id="resume-0001"))
        assert said == "The gate stands at ACTIVE. The file memory was removed."
        assert (rig.gate.state, mark.text) == (GateState.ACTIVE, None)
        assert rig.store.lines[-1].body["reason"] == "all is well"
        await rig.clock.advance(4)
        await rig.place()
        await pressed(rig)
        again = Rig(store=rig.store, exchange=rig.exchange)
        await again.start()
        said = await again.path.risk.resume("all is well", intent_id="resume-0001")
        assert "Trading was resumed with this request before." in said
        assert again.gate.state is GateState.HALTED
        await again.stop()
