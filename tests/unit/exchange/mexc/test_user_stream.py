import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx

from tui_trader.credentials import Credentials
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.exchange.port import BalanceChange, StreamGap, UserEvent, VenueOrder, VenueStatus
from tui_trader.exchange.wire import control
from tui_trader.exchange.wire.channels import Kind
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

LIFE_S = 5000.0
Until = Callable[..., Awaitable[None]]


def order_push(order_id: str, status: int = 1, **changes: Any) -> PushDataV3ApiWrapper:
    push = PushDataV3ApiWrapper(channel=Kind.OWN_ORDERS, symbol="BTCUSDT", sendTime=9)
    plain = {
        "id": order_id, "clientId": "abc", "price": "100", "quantity": "0.5", "orderType": 1, "tradeType": 1,
        "cumulativeQuantity": "0.2", "cumulativeAmount": "20", "status": status, "createTime": 7,
    }  # fmt: skip
    for name, value in (plain | changes).items():
        setattr(push.privateOrders, name, value)
    return push


def deal_push(trade_id: str) -> PushDataV3ApiWrapper:
    push = PushDataV3ApiWrapper(channel=Kind.OWN_DEALS, symbol="BTCUSDT", sendTime=9)
    body = push.privateDeals
    body.price, body.quantity, body.amount, body.tradeType, body.tradeId = "100", "0.2", "20", 2, trade_id
    body.orderId, body.clientOrderId, body.feeAmount, body.feeCurrency, body.time = "C1", "abc", "0.01", "MX", 8
    return push


def account_push(asset: str) -> PushDataV3ApiWrapper:
    push = PushDataV3ApiWrapper(channel=Kind.ACCOUNT, sendTime=9, createTime=8)
    body = push.privateAccount
    body.vcoinName, body.balanceAmount, body.frozenAmount, body.type, body.time = asset, "950", "50", "ENTRUST", 6
    return push


class Desk:
    """An open client whose REST is canned, with the events that it told so far."""

    def __init__(self, exchange: MexcExchange, router: respx.Router) -> None:
        self.exchange = exchange
        self.router = router
        self.events: list[UserEvent] = []
        self.created = 0
        self.renewals = 0
        self.deleted = 0
        self.refuse_renewal = False
        self.full = False

    def listen_key(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"listenKey": ["older", "oldest"]})
        if request.method == "POST" and self.full:
            return httpx.Response(400, json={"code": 10200, "msg": "too many"})
        if request.method == "POST":
            self.created += 1
            return httpx.Response(200, json={"listenKey": f"key{self.created}"})
        if request.method == "PUT":
            self.renewals += 1
            if self.refuse_renewal:
                return httpx.Response(400, json={"code": 700007, "msg": "no"})
            return httpx.Response(200, json={"listenKey": f"key{self.created}"})
        self.deleted += 1
        return httpx.Response(200, json={"listenKey": "x"})


@pytest.fixture
async def desk(pusher: Any, turned: Any) -> AsyncIterator[Desk]:
    with respx.mock(assert_all_called=False) as router:
        exchange = MexcExchange(
            MexcEndpoints("https://venue.test", pusher.url),
            Credentials("mx0key", "secret"),
            turned,
            transport=httpx.AsyncHTTPTransport(),
            stream_life=LIFE_S,
        )
        desk = Desk(exchange, router)
        router.get(path="/api/v3/time").mock(
            side_effect=lambda _request: httpx.Response(200, json={"serverTime": turned.wall_ms()})
        )
        router.route(path="/api/v3/userDataStream").mock(side_effect=desk.listen_key)
        await exchange.open()

        async def take() -> None:
            async for event in exchange.user_events():
                desk.events.append(event)

        task = asyncio.create_task(take())
        yield desk
        await exchange.close()
        await asyncio.wait_for(task, 2)


async def turning(clock: Any, condition: Callable[[], object], step: float = 0.5) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await clock.turn(step)
            await asyncio.sleep(0.001)


async def test_own_orders_fills_and_balances_come_as_the_ports_values(pusher: Any, desk: Desk, until: Until) -> None:
    assert pusher.paths == ["/ws?listenKey=key1"]
    await pusher.push(order_push("C1", 3, orderType=3))
    await pusher.push(deal_push("T1"))
    await pusher.push(account_push("USDT"))
    await until(lambda: len(desk.events) == 3)
    order, fill, change = desk.events
    assert isinstance(order, VenueOrder)
    assert (order.status, order.type, order.time_in_force) == (
        VenueStatus.PARTIALLY_FILLED,
        OrderType.LIMIT,
        TimeInForce.IOC,
    )
    assert (order.executed, order.quote, order.created_at, order.updated_at) == (Decimal("0.2"), Decimal(20), 7, 9)
    assert isinstance(fill, Fill)
    assert (fill.key, fill.side, fill.fee, fill.fee_asset, fill.source) == (
        ("C1", "T1"),
        Side.SELL,
        Decimal("0.01"),
        "MX",
        "push",
    )
    assert isinstance(change, BalanceChange)
    assert (change.balance.free, change.balance.locked, change.balance.at, change.cause) == (
        Decimal(950),
        Decimal(50),
        6,
        "ENTRUST",
    )
    feed = next(feed for feed in desk.exchange.feeds() if feed.name == "account")
    assert feed.up
    assert desk.exchange.private_stream_up()


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (0, VenueStatus.OTHER),
        (1, VenueStatus.NEW),
        (2, VenueStatus.FILLED),
        (4, VenueStatus.CANCELED),
        (5, VenueStatus.PARTIALLY_CANCELED),
        (77, VenueStatus.OTHER),
    ],
)
async def test_status_numbers_become_words(
    pusher: Any, desk: Desk, until: Until, number: int, status: VenueStatus
) -> None:
    await pusher.push(order_push("C1", number))
    await until(lambda: desk.events)
    assert desk.events[0].status is status


async def test_after_a_cut_the_gap_is_told_before_the_first_event(
    pusher: Any, desk: Desk, turned: Any, until: Until
) -> None:
    await pusher.push(order_push("C1"))
    await until(lambda: desk.events)
    await pusher.drop()
    await until(lambda: not pusher.open)
    await turning(turned, lambda: pusher.subscribed(Kind.OWN_ORDERS))
    await pusher.push(order_push("C2"))
    await until(lambda: len(desk.events) == 3)
    assert isinstance(desk.events[1], StreamGap)
    assert pusher.paths[-1] == "/ws?listenKey=key1"


async def test_the_key_is_renewed_every_half_hour(pusher: Any, desk: Desk, turned: Any) -> None:
    await turning(turned, lambda: desk.renewals == 2, 10.0)
    assert desk.created == 1
    assert pusher.accepted == 1


async def test_a_key_that_is_not_renewed_is_replaced_without_a_gap(pusher: Any, desk: Desk, turned: Any) -> None:
    desk.refuse_renewal = True
    await turning(turned, lambda: pusher.accepted == 2 and len(pusher.open) == 1, 20.0)
    assert pusher.paths[-1] == "/ws?listenKey=key2"
    assert not any(isinstance(event, StreamGap) for event in desk.events)


async def test_an_invalid_key_is_replaced(pusher: Any, desk: Desk, turned: Any) -> None:
    pusher.invalid_key = 1
    await pusher.drop()
    await turning(turned, lambda: pusher.subscribed(Kind.OWN_ORDERS) and pusher.accepted >= 3)
    assert pusher.paths[1:] == ["/ws?listenKey=key1", "/ws?listenKey=key2"]


async def test_before_a_day_is_over_it_moves_to_a_new_connection_and_repeats_nothing(
    pusher: Any, desk: Desk, turned: Any, until: Until
) -> None:
    await turning(turned, lambda: turned.monotonic() > 1000.0 + LIFE_S - 5.0, 4.0)
    await turning(turned, lambda: pusher.subscribed(Kind.OWN_DEALS) == 2, 0.2)
    await pusher.push(deal_push("T1"))
    await turning(turned, lambda: len(pusher.open) == 1, 0.5)
    await pusher.push(deal_push("T2"))
    await until(lambda: len(desk.events) >= 2)
    assert [event.trade_id for event in desk.events] == ["T1", "T2"]


async def test_a_connection_that_dies_while_its_replacement_subscribes_is_told_as_a_gap(
    pusher: Any, desk: Desk, turned: Any, until: Until
) -> None:
    await until(lambda: len(pusher.open) == 1)
    (old,) = pusher.open
    pusher.silent_acks = True
    await turning(turned, lambda: pusher.accepted == 2 and pusher.subscribed(Kind.ACCOUNT) == 2, 4.0)
    old.transport.abort()
    await until(lambda: old not in pusher.open)
    pusher.silent_acks = False
    (new,) = pusher.open
    await new.send(control.answer(",".join(pusher.asked[-1]["params"]), pusher.asked[-1]["id"]))
    await turning(turned, lambda: desk.events, 0.2)
    assert isinstance(desk.events[0], StreamGap)
    await pusher.push(order_push("C1"))
    await until(lambda: len(desk.events) == 2)
    assert pusher.accepted == 2


async def test_an_unreadable_message_is_told_as_a_gap(pusher: Any, desk: Desk, until: Until) -> None:
    await pusher.push(order_push("C1", tradeType=9))
    await pusher.push(order_push("C2"))
    await until(lambda: len(desk.events) == 2)
    assert isinstance(desk.events[0], StreamGap)


async def test_the_key_is_given_back_at_the_end(pusher: Any, turned: Any, desk: Desk) -> None:
    await desk.exchange.close()
    assert desk.deleted == 1


async def test_events_wait_for_whoever_takes_them(pusher: Any, turned: Any, until: Until, desk: Desk) -> None:
    # The first iterator is not asked again while it is not taking: put more than any bounded queue would hold.
    for number in range(3000):
        await pusher.push(order_push(f"C{number}"))
    await until(lambda: len(desk.events) == 3000, 20)


async def test_when_the_venue_makes_no_more_keys_an_existing_one_is_used(pusher: Any, desk: Desk, turned: Any) -> None:
    desk.full = True
    pusher.invalid_key = 1
    await pusher.drop()
    await turning(turned, lambda: pusher.paths[-1] == "/ws?listenKey=older")


async def test_a_client_that_connects_late_says_so_as_a_gap(pusher: Any, turned: Any) -> None:
    pusher.refused = {str(Kind.OWN_ORDERS)}
    with respx.mock(assert_all_called=False) as router:
        router.get(path="/api/v3/time").mock(return_value=httpx.Response(200, json={"serverTime": turned.wall_ms()}))
        keys = router.route(path="/api/v3/userDataStream").mock(
            side_effect=[httpx.Response(400, json={"code": 10072, "msg": "no"})] * 2
            + [httpx.Response(200, json={"listenKey": "k"})] * 9
        )
        exchange = MexcExchange(
            MexcEndpoints("https://venue.test", pusher.url),
            Credentials("mx0key", "secret"),
            turned,
            transport=httpx.AsyncHTTPTransport(),
        )
        await exchange.open()
        assert not next(feed for feed in exchange.feeds() if feed.name == "account").up
        await turning(turned, lambda: pusher.subscribed(Kind.ACCOUNT))
        await turning(turned, lambda: exchange.core.user is not None and exchange.core.user.backlog)
        feed = next(feed for feed in exchange.feeds() if feed.name == "account")
        assert not feed.up
        assert not exchange.private_stream_up()
        assert feed.detail == "refused by the exchange, 1 waiting"
        assert isinstance(await anext(exchange.user_events()), StreamGap)
        assert keys.called
        await exchange.close()


async def test_a_stream_that_is_given_up_comes_back_with_a_gap(pusher: Any, desk: Desk, turned: Any) -> None:
    desk.exchange.renew_user_stream("it missed news")
    await turning(turned, lambda: pusher.accepted == 2 and StreamGap("it missed news") in desk.events)
    assert desk.exchange.private_stream_up()
