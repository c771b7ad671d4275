"""Rows N01 to N15: the network between desk and exchange."""

from __future__ import annotations

import asyncio
import gzip
import time

from tests.process.fault_matrix import toxics
from tests.process.fault_matrix.stage import ORDER, Stage, plays
from tui_trader.domain.order import OrderStatus

LIVE, NOT_PLACED, NOT_SENT = OrderStatus.LIVE, OrderStatus.NOT_PLACED, OrderStatus.NOT_SENT
REJECTED, FILLED, CANCELED = OrderStatus.REJECTED, OrderStatus.FILLED, OrderStatus.CANCELED
DENIED = OrderStatus.DENIED
PORTAL = toxics.http("<html><body>Please accept our terms.</body></html>", kind="text/html")
PINGS_AND_CANCELS = 4
"""Requests that may go out while everything else is held back."""
UNKNOWN_BUDGET = 3
"""So many unknown outcomes block every further order, in the normal timing."""
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


@plays()
async def n08(scene: Stage) -> None:
    """An order is answered with a redirect to another host: not followed, unknown, and the desk halts."""
    followed: list[bytes] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        followed.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(elsewhere, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        more = f"location: http://127.0.0.1:{port}/api/v3/order\r\n"
        wish = await scene.wish()
        answer = toxics.http("", "307 Temporary Redirect", more=more)
        await scene.placed(wish, scene.strikes("POST", ORDER, toxics.instead(answer, accepted=True)))
        await scene.becomes(wish, LIVE)
        await scene.halted_unless_killed()
    assert followed == []


@plays()
async def n10(scene: Stage) -> None:
    """Answers come byte by byte, packed beyond reason, or without end: bounded, and the order is looked up."""
    packed = gzip.compress(b" " * (64 << 20))
    bomb = toxics.http(packed, more="content-encoding: gzip\r\n")
    for fault in (
        toxics.drip,
        toxics.instead(bomb, accepted=True),
        toxics.flood(100 << 20, claimed=True),
        toxics.flood(100 << 20, claimed=False),
        toxics.garbage(b"\x16\x03\x01 not http at all\r\n\r\n"),
    ):
        wish = await scene.wish()
        await scene.placed(wish, scene.strikes("POST", ORDER, fault))
        await scene.becomes(wish, LIVE)
    assert scene.desk.resident_mib() < 256


@plays()
async def n11(scene: Stage) -> None:
    """A captive portal answers everything with a page: orders are unknown, data are refused, and it is said."""
    resting = await scene.wish()
    await scene.client.place(resting)
    scene.strikes("GET", "*", toxics.instead(PORTAL), count=None)
    wish = await scene.wish()
    scene.strikes("POST", ORDER, toxics.instead(PORTAL))
    await scene.pressed(wish)
    order = await scene.of(wish)
    assert order is None or order.status is not LIVE
    scene.proxy.cut()
    await scene.killing(CLOSED)
    await scene.gate("RECONCILING")
    await scene.heal()
    await scene.opens()
    assert (await scene.of(resting)).status is LIVE


@plays()
async def n12(scene: Stage) -> None:
    """A firewall's page in place of an answer: unknown, nothing new is opened, and requests back off."""
    page = toxics.http("<html><h1>Access Denied</h1></html>", "403 Forbidden", "text/html")
    wish = await scene.wish()
    await scene.client.preview(wish)  # so that the order needs nothing that meets the page before it
    scene.strikes("GET", "*", toxics.instead(page), count=2)
    began = time.monotonic()
    order = await scene.placed(wish, scene.strikes("POST", ORDER, toxics.instead(page)))
    assert order is not None
    assert order.status in {OrderStatus.UNKNOWN, NOT_PLACED}
    if not scene.kill:
        assert (await scene.gate("CANCEL_ONLY")).gate_reason
        await scene.told("barred")
        await asyncio.sleep(3)
        assert sum(at > began + 1 for at, *_ in scene.proxy.log) <= PINGS_AND_CANCELS
    await scene.becomes(wish, NOT_PLACED)


@plays()
async def n13(scene: Stage) -> None:
    """The network is gone for some seconds, with an order resting and one on its way: all is compared afterwards."""
    resting, lost = await scene.wish(), await scene.wish()
    await scene.client.place(resting)
    await scene.placed(lost, scene.strikes("POST", ORDER, toxics.cut_before_answer))
    await scene.proxy.refuse()
    await asyncio.sleep(3)
    await scene.killing(CLOSED)
    compares = None if scene.kill else asyncio.create_task(scene.gate("RECONCILING"))  # it may do so at once
    await scene.heal()
    if compares is not None:
        await compares
    await scene.opens()
    for wish in (resting, lost):
        assert (await scene.of(wish)).status is LIVE


@plays(env={"TUI_TRADER_TIMING": "normal", "TUI_TRADER_RISK_MAX_OPEN_ORDERS": "100"})
async def n14(scene: Stage) -> None:
    """Requests arrive and answers do not, while somebody presses twenty orders: few are sent, and all are adopted."""
    wishes = [await scene.wish() for _ in range(20)]
    scene.proxy.link.down = False
    for wish in wishes:
        await scene.pressed(wish)
    sent = scene.posts()
    assert 1 <= sent <= UNKNOWN_BUDGET
    scene.proxy.link.down = True
    scene.proxy.cut()
    await scene.killing(("ACTIVE", "CANCEL_ONLY"))
    found = [order for wish in wishes if (order := await scene.of(wish)) is not None and order.status is not DENIED]
    assert len(found) == sent
    for wish in wishes:
        if await scene.of(wish) is not None:
            await scene.becomes(wish, LIVE, DENIED)


@plays()
async def n15(scene: Stage) -> None:
    """The address is no longer on the key's list: a definite refusal that closes the gate and says what to do."""
    wish = await scene.wish()
    refusal = toxics.http('{"code":700006,"msg":"IP [10.0.0.1] not in the ip white list"}', "400 Bad Request")
    await scene.placed(wish, scene.strikes("POST", ORDER, toxics.instead(refusal)))
    order = await scene.becomes(wish, REJECTED, NOT_PLACED)
    if order.status is REJECTED:
        assert "API management" in order.message
        await scene.gate("CANCEL_ONLY")
        await scene.told("order_alarm")
    assert await nothing_reserved(scene)
