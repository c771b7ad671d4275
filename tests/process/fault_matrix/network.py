"""Rows N01 to N15: the network between desk and exchange."""

from __future__ import annotations

import time

from tests.process.fault_matrix import toxics
from tests.process.fault_matrix.stage import ORDER, Stage, plays
from tui_trader.domain.order import OrderStatus

LIVE, NOT_PLACED, NOT_SENT = OrderStatus.LIVE, OrderStatus.NOT_PLACED, OrderStatus.NOT_SENT
REJECTED, FILLED, CANCELED = OrderStatus.REJECTED, OrderStatus.FILLED, OrderStatus.CANCELED
CLIENT_TIMEOUT_S = 5.0
"""How long the desk waits for an answer to an order."""
RECV_WINDOW_S = 0.6
"""Of the proof timing."""
CLOSED = ("RECONCILING", "CANCEL_ONLY", "HALTED")
ANY = ("ACTIVE", "REDUCING", *CLOSED)


async def nothing_reserved(scene: Stage) -> bool:
    """Tell whether no order holds money."""
    return all(row.reserved == 0 for row in await scene.client.balances())


@plays()
async def n01(scene: Stage) -> None:
    """Connections are refused: the order is not sent, at once, and its money is free again."""
    wish = await scene.wish()
    await scene.proxy.refuse(streams=False)
    began = time.monotonic()
    order = (await scene.client.place(wish)).order
    assert order.status is NOT_SENT, order
    assert time.monotonic() - began < CLIENT_TIMEOUT_S
    assert await nothing_reserved(scene)
    await scene.killing(CLOSED)
    await scene.heal()
    await scene.opens()
    assert scene.posts() == 0
    assert (await scene.client.place(await scene.wish())).order.status is LIVE


@plays()
async def n03(scene: Stage) -> None:
    """The answer is lost after the whole request arrived: unknown, then adopted."""
    for fault in (toxics.cut_before_answer, toxics.cut_half_answer):
        wish = await scene.wish()
        await scene.placed(wish, scene.strikes("POST", ORDER, fault))
        await scene.becomes(wish, LIVE)


@plays()
async def n04(scene: Stage) -> None:
    """Half of the request arrives: unknown, and after the horizon proved absent."""
    wish = await scene.wish()
    order = await scene.placed(wish, scene.strikes("POST", ORDER, toxics.cut_half_request))
    assert order is not None
    assert order.status in {OrderStatus.UNKNOWN, NOT_PLACED}
    await scene.becomes(wish, NOT_PLACED)
    assert scene.posts() == 0
    assert await nothing_reserved(scene)


@plays()
async def n05(scene: Stage) -> None:
    """The answer comes after nobody waits for it any more."""
    wish = await scene.wish()
    strike = scene.strikes("POST", ORDER, toxics.late_answer(CLIENT_TIMEOUT_S + 2))
    began = time.monotonic()
    await scene.placed(wish, strike)
    assert time.monotonic() - began < CLIENT_TIMEOUT_S + 4
    await scene.becomes(wish, LIVE)
    await strike.done.wait()


@plays()
async def n06(scene: Stage) -> None:
    """A request that stays in the network beyond its window is refused, whether or not its answer arrives."""
    for cut in (False, True):
        wish = await scene.wish()
        strike = scene.strikes("POST", ORDER, toxics.late_request(RECV_WINDOW_S + 0.5, cut=cut))
        await scene.placed(wish, strike)
        await strike.done.wait()
        order = await scene.becomes(wish, REJECTED, NOT_PLACED)
        assert order.status is (NOT_PLACED if cut or scene.kill else REJECTED)
    assert not scene.truth().orders


@plays()
async def n07(scene: Stage) -> None:
    """A request that arrives just inside its window appears late, and is never declared dead before."""
    for _ in range(3):
        wish = await scene.wish()
        strike = scene.strikes("POST", ORDER, toxics.late_request(RECV_WINDOW_S - 0.15, cut=True))
        await scene.placed(wish, strike)
        order = await scene.becomes(wish, LIVE)
        lines = await scene.client.journal(order.id)
        assert "NOT_PLACED" not in {line.body.get("status") for line in lines}


@plays()
async def n09(scene: Stage) -> None:
    """Idle connections die: an order is sent once, a cancel may arrive twice."""
    scene.proxy.cut(streams=False)
    wish = await scene.wish()
    assert (await scene.client.place(wish)).order.status is LIVE
    assert scene.proxy.seen("POST", ORDER) == 1
    dying = await scene.wish()
    strike = scene.strikes("POST", ORDER, toxics.cut_half_request)
    await scene.placed(dying, strike)
    await scene.becomes(dying, NOT_PLACED)
    assert scene.proxy.seen("POST", ORDER) == 2
    twice = scene.strikes("DELETE", ORDER, toxics.twice)
    await scene.cancel_all()
    await twice.done.wait()
    await scene.becomes(wish, CANCELED)
