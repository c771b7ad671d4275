"""Rows V01 to V18: what the exchange answers."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from tests.process.fault_matrix import toxics
from tests.process.fault_matrix.network import ANY, CANCELED, FILLED, LIVE, NOT_PLACED, REJECTED
from tests.process.fault_matrix.proxy import Call
from tests.process.fault_matrix.stage import ORDER, SYMBOL, Stage, plays
from tui_trader.domain.order import OrderStatus

D = Decimal
PING = "/api/v3/ping"
OPEN_ORDERS = "/api/v3/openOrders"
QUARANTINED, PARTIALLY_CANCELED = OrderStatus.QUARANTINED, OrderStatus.PARTIALLY_CANCELED
SERVER_ERRORS = ("500 Internal Server Error", "503 Service Unavailable", "504 Gateway Timeout")
WAIT_S = 3
TOO_MANY = toxics.http(
    '{"code":429,"msg":"Too Many Requests"}', "429 Too Many Requests", more=f"retry-after: {WAIT_S}\r\n"
)


@plays()
async def v01(scene: Stage) -> None:
    """429 with Retry-After: an order is unknown and not sent again, reads wait, a cancel does not."""
    resting = await scene.wish()
    placed = (await scene.client.place(resting)).order
    wish = await scene.wish()
    strike = scene.strikes("POST", ORDER, toxics.instead(TOO_MANY))
    began = time.monotonic()
    await scene.placed(wish, strike)
    if not scene.kill:
        scene.strikes("DELETE", ORDER, toxics.instead(TOO_MANY))
        await scene.client.cancel(scene.intent(), placed.id, SYMBOL)
        await scene.becomes(resting, CANCELED)
        reads = [at for at, how, path in scene.proxy.log if how == "GET" and path != PING and at > began + 0.3]
        assert scene.proxy.seen("DELETE", ORDER) >= 2
        assert not reads or min(reads) >= began + WAIT_S - 0.5
    await scene.becomes(wish, NOT_PLACED)
    assert scene.proxy.seen("POST", ORDER) == 2


@plays()
async def v02(scene: Stage) -> None:
    """418: the address is barred; nothing new is opened, and until when is said."""
    resting = await scene.wish()
    await scene.client.place(resting)
    ban = toxics.http("", "418 I'm a teapot", more="retry-after: 4\r\n")
    strike = scene.strikes("GET", "*", toxics.instead(ban), count=None)
    await strike.struck.wait()
    await scene.told("barred")
    assert (await scene.client.status()).gate in {"CANCEL_ONLY", "RECONCILING"}
    await scene.refused(await scene.wish())
    await scene.heal()
    await scene.killing(("CANCEL_ONLY",))
    status = await scene.gate("CANCEL_ONLY")
    assert "418" in status.gate_reason
    assert "4 s" in status.gate_reason
    assert (await scene.of(resting)).status is LIVE


@plays()
async def v03(scene: Stage) -> None:
    """5xx although the exchange took it: unknown, then adopted."""
    for status in SERVER_ERRORS:
        wish = await scene.wish()
        fault = toxics.instead(toxics.http("{}", status), accepted=True)
        await scene.placed(wish, scene.strikes("POST", ORDER, fault))
        await scene.becomes(wish, LIVE)


@plays()
async def v04(scene: Stage) -> None:
    """5xx and the exchange did not take it: unknown, then proved absent."""
    for status in SERVER_ERRORS:
        wish = await scene.wish()
        await scene.placed(wish, scene.strikes("POST", ORDER, toxics.instead(toxics.http("{}", status))))
        await scene.becomes(wish, NOT_PLACED)


@plays()
async def v05(scene: Stage) -> None:
    """A refusal that no table knows, although the order is there."""
    for status, body in (("200 OK", '{"code":10205,"msg":"odd"}'), ("400 Bad Request", '{"code":99,"msg":"odd"}')):
        wish = await scene.wish()
        fault = toxics.instead(toxics.http(body, status), accepted=True)
        await scene.placed(wish, scene.strikes("POST", ORDER, fault))
        await scene.becomes(wish, LIVE)


@plays()
async def v06(scene: Stage) -> None:
    """An answer without an id leaves the order unknown; one that echoes another order stops everything."""
    wish = await scene.wish()
    without_id = toxics.rewritten(lambda row: {name: value for name, value in row.items() if name != "orderId"})
    await scene.placed(wish, scene.strikes("POST", ORDER, without_id))
    await scene.becomes(wish, LIVE)
    for changed in ({"origQty": "0.5"}, {"symbol": "MXUSDT"}):
        other = await scene.wish()
        await scene.placed(other, scene.strikes("POST", ORDER, toxics.rewritten(lambda row, to=changed: {**row, **to})))
        if scene.kill:  # it died before it heard the answer, and the look-up shows the order as it was sent
            await scene.becomes(other, LIVE)
            continue
        await scene.becomes(other, QUARANTINED)
        await scene.gate("HALTED")
        await scene.refused(await scene.wish())
        return


def _taken_by(scene: Stage, price: Decimal | None) -> Any:
    """Answer that the id came before; the order under it is the one asked for, another at ``price``, or none."""

    async def fault(call: Call) -> None:
        fields = {
            name: found[0]
            for name, found in parse_qs(call.request.split(b" ", 2)[1].decode().partition("?")[2]).items()
        }
        if price is None:
            await call.ask()
        elif price:
            await asyncio.to_thread(
                scene.account.place, SYMBOL, "BUY", price, fields["quantity"], fields["newClientOrderId"]
            )
        await call.answer(toxics.http('{"code":400,"msg":"duplicate client order id"}', "400 Bad Request"))

    return fault


@plays()
async def v07(scene: Stage) -> None:
    """The exchange says that the id came before: adopted when it is this order, quarantined when it is another."""
    wish = await scene.wish()
    await scene.placed(wish, scene.strikes("POST", ORDER, _taken_by(scene, None)))
    await scene.becomes(wish, LIVE)
    absent = await scene.wish()
    await scene.placed(absent, scene.strikes("POST", ORDER, _taken_by(scene, D(0))))
    await scene.becomes(absent, NOT_PLACED)
    other = await scene.wish()
    await scene.placed(other, scene.strikes("POST", ORDER, _taken_by(scene, await scene.bid("0.97"))))
    await scene.becomes(other, QUARANTINED)
    await scene.gate("HALTED")


@plays("I1")
async def v08(scene: Stage) -> None:
    """The exchange takes one client id twice: both are shown, and the desk halts."""
    wish = await scene.wish()
    await scene.placed(wish, scene.strikes("POST", ORDER, toxics.twice))
    await scene.gate("HALTED")
    shown = {order.venue_order_id for order in await scene.client.open_orders()}
    assert shown == {row["orderId"] for row in scene.truth().orders}
    assert len(shown) == 2


@plays()
async def v09(scene: Stage) -> None:
    """Look-ups show what was true half a minute ago: an acknowledged order stays what it is."""
    scene.script("stale", method="GET", path="/api/v3/*rder*", lag_ms=30_000)
    wish = await scene.wish()
    order = (await scene.client.place(wish)).order
    await scene.killing(ANY)

    async def stands() -> bool:
        found = await scene.of(wish)
        return found is not None and found.status is LIVE

    await scene.stays(stands, 8)
    assert {line.body["status"] for line in await scene.client.journal(order.id)} == {"SENDING", "LIVE"}


@plays()
async def v10(scene: Stage) -> None:
    """The list of open orders is cut short, or of another account: nothing is concluded, and the account is checked."""
    wishes = [await scene.wish() for _ in range(3)]
    for wish in wishes:
        await scene.client.place(wish)
    scene.strikes("GET", OPEN_ORDERS, toxics.rewritten(lambda rows: rows[:1]), count=None)

    async def stand() -> bool:
        return {order.status for order in await scene.client.open_orders()} == {LIVE}

    await scene.stays(stand, 4)
    await scene.killing()
    await scene.stays(stand, 2)
    scene.strikes("GET", "/api/v3/uid", toxics.rewritten(lambda _row: {"uid": "4711"}), count=None)
    scene.proxy.cut()
    status = await scene.gate("HALTED")
    assert "4711" in status.gate_reason
    assert len(await scene.client.open_orders()) == 3


@plays()
async def v12(scene: Stage) -> None:
    """Cancels race executions: whatever wins, executions are exact and the end is the right one."""
    ends = set()
    for _ in range(6):
        wish = await scene.wish("1.0003", "0.004")
        placed = await scene.client.place(wish)
        if placed.order.status in {LIVE, OrderStatus.PART}:
            await asyncio.gather(
                scene.client.cancel(scene.intent(), placed.order.id, SYMBOL), scene.killing(), return_exceptions=True
            )
            scene.kill = False
        found = await scene.settled(wish)
        ends.add(found.status)
        fills = (await scene.client.fills()).items
        assert found.executed == sum(row.quantity for row in fills if row.order_id == found.id)
    assert ends <= {FILLED, CANCELED, PARTIALLY_CANCELED}


@plays()
async def v13(scene: Stage) -> None:
    """A cancel is answered as done while the order still rests: it stays open until it is seen closed."""
    wish = await scene.wish()
    order = (await scene.client.place(wish)).order
    lie = toxics.instead(toxics.http('{"symbol":"BTCUSDT","status":"CANCELED"}'))
    strike = scene.strikes("DELETE", ORDER, lie, count=2)
    await scene.client.cancel(scene.intent(), order.id, order.symbol)
    assert (await scene.of(wish)).status is LIVE
    await scene.killing()
    await scene.becomes(wish, CANCELED)
    assert strike.hits == 2


@plays()
async def v16(scene: Stage) -> None:
    """Every call is answered with 5xx for longer than half a minute: nothing new is opened, and it is said."""
    resting = await scene.wish()
    await scene.client.place(resting)
    scene.strikes("*", "*", toxics.instead(toxics.http("{}", "503 Service Unavailable")), count=None)
    await scene.told("venue_down", seconds=75)
    assert (await scene.client.status()).gate in {"CANCEL_ONLY", "RECONCILING"}
    await scene.refused(await scene.wish())
    await scene.killing(("RECONCILING",))
    await scene.heal()
    await scene.gate("CANCEL_ONLY", seconds=60)
    assert (await scene.of(resting)).status is LIVE


@plays()
async def v17(scene: Stage) -> None:
    """A pair is closed while an order rests on it: new ones are refused, the resting one stays as it is."""
    resting = await scene.wish()
    await scene.client.place(resting)
    scene.simulator.control("POST", "/symbol", {"symbol": SYMBOL, "open_to_api": False})
    wish = await scene.wish()
    order = (await scene.client.place(wish)).order
    assert order.status is REJECTED
    await scene.killing()
    if scene.kill:  # the rules were read anew: now the desk itself refuses
        await scene.refused(await scene.wish())
        assert scene.posts() == 2
    assert (await scene.of(resting)).status is LIVE
    scene.simulator.control("POST", "/symbol", {"symbol": SYMBOL, "open_to_api": True})
