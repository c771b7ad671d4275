"""Rows V01 to V18: what the exchange answers."""

from __future__ import annotations

from tests.process.fault_matrix import toxics
from tests.process.fault_matrix.network import CANCELED, LIVE, NOT_PLACED
from tests.process.fault_matrix.stage import ORDER, Stage, plays

SERVER_ERRORS = ("500 Internal Server Error", "503 Service Unavailable", "504 Gateway Timeout")


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
