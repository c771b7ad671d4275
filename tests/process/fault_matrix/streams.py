"""Rows V11 and V19 to V26: what the exchange pushes, and its clock."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal

from tests.process.desk_process import eventually
from tests.process.fault_matrix import toxics
from tests.process.fault_matrix.network import ANY, CANCELED, LIVE, REJECTED
from tests.process.fault_matrix.stage import ORDER, SYMBOL, Stage, plays
from tui_trader.domain.order import OrderStatus
from tui_trader.errors import Refused, TraderError
from tui_trader.exchange.wire.channels import Kind
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

MY_TRADES = "/api/v3/myTrades"
NOTICED_S = 30.0
"""How long a stream that is dead without a word may go unnoticed."""


def of(message: bytes, kind: Kind) -> bool:
    """Tell whether a push is of a channel."""
    return kind.encode() in message[:80]


def private(message: bytes) -> bool:
    """Tell whether a push is of a private channel."""
    return b"spot@private" in message[:80]


@plays()
async def v11(scene: Stage) -> None:
    """Executions come before the answer, five times each, in reverse, and over REST under other names.

    With a kill they keep their names: what the first reading after it finds would go by a name that nobody else uses.
    """
    held: list[bytes] = []

    def multiply(message: bytes) -> Iterable[bytes]:
        if not of(message, Kind.OWN_DEALS):
            return (message,)
        held.append(message)
        return [*reversed(held)] * 5

    scene.proxy.on_push = multiply
    other_names = toxics.rewritten(lambda rows: [{**row, "id": f"{row['id']}X1"} for row in rows])
    for _ in range(3):
        wish = await scene.crossing("0.002")
        strike = scene.strikes("POST", ORDER, toxics.late_answer(0.7))
        await scene.placed(wish, strike)
        await scene.settled(wish)
        if not scene.kill:
            scene.strikes("GET", MY_TRADES, other_names, count=3)
    assert held
    fills = (await scene.client.fills()).items
    assert len({(row.venue_order_id, row.trade_id) for row in fills}) == len(fills) == len(scene.truth().fills)


@plays()
async def v19(scene: Stage) -> None:
    """Pushes are mangled in every way: dropped and counted, never a crash, and the stream is subscribed anew."""
    dice = random.Random(20)

    def mangle(message: bytes) -> Iterable[bytes]:
        kind = dice.randrange(6)
        if kind == 0:
            return (message[: dice.randrange(len(message))],)
        if kind == 1:
            at = dice.randrange(len(message))
            return (message[:at] + bytes([message[at] ^ 1 << dice.randrange(8)]) + message[at + 1 :],)
        if kind == 2:
            return (dice.randbytes(dice.randrange(1, 400)),)
        if kind == 3:
            return (message + b"\xfa\x3f\x7f" + bytes(127),)
        push = PushDataV3ApiWrapper.FromString(message)
        push.sendTime, push.createTime = 2**63 - 1, -(2**63)
        return (push.SerializeToString(), b"\x0a\xff\xff\xff\xff\x0f")

    scene.proxy.on_push = mangle
    wishes = [await scene.wish() for _ in range(3)]
    for wish in wishes:
        await scene.pressed(wish)
    await asyncio.sleep(4)
    await scene.killing(ANY)
    scene.proxy.on_push = lambda _message: (bytes(10 << 20),)
    await asyncio.sleep(2)
    assert (await scene.client.health()).ok
    await scene.heal()
    await scene.opens()
    for wish in wishes:
        found = await scene.of(wish)
        assert found is None or found.status in {LIVE, REJECTED} or found.reason


def spiked(message: bytes) -> Iterable[bytes]:
    """Take nine tenths off every price."""
    push = PushDataV3ApiWrapper.FromString(message)
    for item in push.publicMiniTickers.items:
        item.price = tenth(item.price)
    if push.HasField("publicAggreBookTicker"):
        body = push.publicAggreBookTicker
        body.bidPrice, body.askPrice = tenth(body.bidPrice), tenth(body.askPrice)
    return (push.SerializeToString(),)


def tenth(price: str) -> str:
    """Move the point of a price."""
    return f"{(Decimal(price) / 10).quantize(Decimal('0.01')):f}"


@plays()
async def v20(scene: Stage) -> None:
    """The book has gaps, crossed sides, empty and doubled levels: it is read anew, and no market order walks it."""
    dice = random.Random(21)

    def spoil(message: bytes) -> Iterable[bytes]:
        if not of(message, Kind.DEPTH):
            return (message,)
        kind = dice.randrange(5)
        push = PushDataV3ApiWrapper.FromString(message)
        body = push.publicAggreDepths
        if kind == 0:
            return ()
        if kind == 1:
            body.fromVersion, body.toVersion = str(int(body.fromVersion) + 50), str(int(body.toVersion) + 50)
        elif kind == 2:
            body.bids.add(price="999999", quantity="1")
        elif kind == 3:
            body.asks.add(price="-5", quantity="-1")
        else:
            body.asks.extend(list(body.asks))
        return (push.SerializeToString(),)

    scene.proxy.on_push = spoil
    async with scene.watching() as books:
        await asyncio.sleep(4)
        assert books
        await scene.killing(ANY)
        assert all(book.bids[0][0] < book.asks[0][0] for book in books if book.bids and book.asks)
        assert all(quantity > 0 and price > 0 for book in books for price, quantity in (*book.bids, *book.asks))
    await scene.heal()
    await scene.opens()


@plays()
async def v21(scene: Stage) -> None:
    """The price jumps by nine tenths for a moment: the collar refuses what was right a moment ago."""
    wish = await scene.wish("1.001")
    scene.proxy.on_push = spiked

    async def jumped() -> bool:
        (row,) = await scene.client.tickers((SYMBOL,))
        return row.bid is not None and row.bid < wish.price / 5

    async with scene.watching():
        await eventually(jumped, "the price to jump")
        await scene.refused(wish)
        await scene.killing()
    scene.proxy.on_push = lambda message: (message,)


@plays(env={"TUI_TRADER_TIMING": "normal"})
async def v23(scene: Stage) -> None:
    """The private stream is silent though its socket lives: executions are found, and it is connected anew."""
    scene.proxy.on_push = lambda message: () if private(message) else (message,)
    began = time.monotonic()
    wish = await scene.crossing()
    await scene.client.place(wish)
    await scene.settled(wish)
    if not scene.kill:
        await scene.told("stream_deaf", seconds=NOTICED_S)
    assert time.monotonic() - began < NOTICED_S
    await scene.killing()


@plays()
async def v24(scene: Stage) -> None:
    """The key of the private stream is gone, and a new one is refused for a while: no execution is missed."""
    scene.script("refuse_listen_key", count=2)
    wishes = [await scene.crossing() for _ in range(2)]
    full = toxics.http('{"code":30034,"msg":"Too many listen keys"}', "400 Bad Request")
    scene.strikes("POST", "/api/v3/userDataStream", toxics.instead(full), count=1)
    scene.simulator.control("POST", "/disconnect", {"private": True})
    for wish in wishes:
        await scene.pressed(wish)
    await scene.killing()

    async def back() -> bool:
        status = await scene.opens()
        return all(feed.up for feed in status.feeds if feed.name == "account")

    await eventually(back, "the private stream to be back")
    after = await scene.crossing()
    await scene.client.place(after)
    await scene.settled(after)


@plays()
async def v25(scene: Stage) -> None:
    """The exchange ends an order of ours by itself, for it would have traded with another of ours: closed, and why."""
    wish = await scene.wish()
    order = (await scene.client.place(wish)).order
    scene.proxy.on_push = lambda message: () if of(message, Kind.OWN_ORDERS) else (message,)
    reason = toxics.rewritten(lambda row: {**row, "cancelReason": "stp_cancel"})
    scene.strikes("GET", ORDER, reason, count=None)
    assert order.venue_order_id is not None
    await asyncio.to_thread(scene.account.cancel, SYMBOL, order.venue_order_id)
    await scene.killing()
    found = await scene.becomes(wish, CANCELED)
    assert found.reason == "stp_cancel"
    await scene.told("order_ended")


@plays()
async def v26(scene: Stage) -> None:
    """The exchange's clock jumps by five seconds, forth and back: refused once, read anew, and then right again."""
    for offset in (5000, -5000):
        scene.simulator.control("POST", "/clock", {"offset_ms": offset})
        first = await scene.wish()
        with suppress(Refused):  # the gate knows already, or a read was refused first and the clock is right again
            await scene.client.place(first)
            await scene.becomes(first, REJECTED, OrderStatus.NOT_SENT, LIVE)
        await scene.killing()

        async def works() -> bool:
            wish = await scene.wish()
            try:
                return (await scene.client.place(wish)).order.status is LIVE
            except TraderError:
                return False

        await eventually(works, "orders to be taken again", 20)
        scene.simulator.control("POST", "/clock", {"offset_ms": 0})
        await eventually(works, "orders to be taken again", 20)


@plays()
async def v22(scene: Stage) -> None:
    """Balances are not pushed, and the account is used elsewhere: a gift, a trade, a withdrawal. Nothing is hidden."""
    scene.proxy.on_push = lambda message: () if of(message, Kind.ACCOUNT) else (message,)
    bought = await scene.crossing()
    await scene.client.place(bought)
    await scene.settled(bought)
    for asset, amount in (("MX", "25"), ("USDT", "-1000")):
        scene.simulator.control("POST", "/deposit", {"asset": asset, "amount": amount})
        scene.opening[asset] += Decimal(amount)
    price = await scene.bid("1.004")
    elsewhere = await asyncio.to_thread(scene.account.place, SYMBOL, "BUY", price, "0.0007")
    await scene.killing(ANY)

    async def known() -> bool:
        return elsewhere in {row.venue_order_id for row in (await scene.client.order_history()).items}

    await eventually(known, "the order from elsewhere to be known")
    moved = {"MX": Decimal(25), "USDT": Decimal(-1000)}

    async def broken() -> bool:
        status = await scene.client.status()
        return status.gate == "CANCEL_ONLY" and {each.asset: each.difference for each in status.breaks} == moved

    await eventually(broken, "the gift and the withdrawal to be breaks")
    await scene.told("ledger_break")
    await scene.client.resume(scene.intent(), "a gift and a withdrawal")
    assert (await scene.client.status()).breaks == ()
