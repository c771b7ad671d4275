import json
from decimal import Decimal

import pytest

from tests.unit.exchange.sim_server.desk import Counter
from tui_trader.exchange.sim.model import Candle, Fill
from tui_trader.exchange.sim.server.rest import HANDLERS
from tui_trader.exchange.wire.endpoints import ENDPOINTS
from tui_trader.exchange.wire.vocabulary import Side


@pytest.fixture
def counter() -> Counter:
    return Counter(limits=False)


def test_every_endpoint_of_the_wire_has_a_handler() -> None:
    assert set(HANDLERS) == set(ENDPOINTS)


def test_an_unknown_path_is_404(counter: Counter) -> None:
    assert counter.ask("GET", "/api/v3/nothing").status == 404
    assert counter.ask("PUT", "/api/v3/order").status == 404


def test_public_reads_answer_in_the_venues_shapes(counter: Counter) -> None:
    assert counter.ask("GET", "/api/v3/ping").data == {}
    depth = counter.ask("GET", "/api/v3/depth", "symbol=BTCUSDT&limit=2").data
    assert depth["lastUpdateId"] == 42
    assert depth["bids"] == [["99", "1"], ["98", "1"]]
    newest = counter.ask("GET", "/api/v3/trades", "symbol=BTCUSDT").data[0]
    assert (newest["id"], newest["qty"], newest["tradeType"], newest["isBuyerMaker"]) == (None, "0.5", "ASK", True)
    assert counter.ask("GET", "/api/v3/avgPrice", "symbol=BTCUSDT").data == {"mins": 5, "price": "100.1"}
    assert counter.ask("GET", "/api/v3/ticker/price", "symbol=BTCUSDT").data == {"symbol": "BTCUSDT", "price": "100.1"}
    assert [row["symbol"] for row in counter.ask("GET", "/api/v3/ticker/bookTicker").data] == ["BTCUSDT", "ETHUSDT"]
    day = counter.ask("GET", "/api/v3/ticker/24hr", "symbol=BTCUSDT").data
    assert (day["lastPrice"], day["priceChangePercent"], day["quoteVolume"]) == ("102", "0.02", "700")
    assert counter.ask("GET", "/api/v1/contract/detail").data == {"success": True, "code": 0, "data": []}


def test_aggregated_trades_are_oldest_first_and_want_both_ends_of_a_range(counter: Counter) -> None:
    path = "/api/v3/aggTrades"
    assert [row["T"] for row in counter.ask("GET", path, "symbol=BTCUSDT").data] == [1000, 2000, 3000]
    ranged = counter.ask("GET", path, "symbol=BTCUSDT&startTime=2000&endTime=3000").data
    assert [(row["T"], row["m"]) for row in ranged] == [(2000, False), (3000, True)]
    half = counter.ask("GET", path, "symbol=BTCUSDT&startTime=2000")
    assert half.data == {"msg": "Combination of optional parameters invalid.", "code": -1128, "_extend": None}


def test_candles_have_eight_columns_and_close_where_the_next_opens(counter: Counter) -> None:
    one = Decimal(1)
    counter.venue.candles = [
        Candle(open_ms, open_ms + 60_000, one, one, one, one, Decimal("2.50"), Decimal(3)) for open_ms in (0, 60_000)
    ]
    rows = counter.ask("GET", "/api/v3/klines", "symbol=BTCUSDT&interval=1m&limit=999").data
    assert rows == [
        [0, "1", "1", "1", "1", "2.5", 60_000, "3"],
        [60_000, "1", "1", "1", "1", "2.5", 120_000, "3"],
    ]


@pytest.mark.parametrize("interval", ["1h", "8h", "3m", "1w"])
def test_an_interval_that_rest_does_not_know_is_refused_in_the_venues_words(counter: Counter, interval: str) -> None:
    reply = counter.ask("GET", "/api/v3/klines", f"symbol=BTCUSDT&interval={interval}")
    assert (reply.status, reply.data) == (400, {"msg": "Invalid interval.", "code": -1121, "_extend": None})


def test_a_missing_or_broken_parameter_is_refused(counter: Counter) -> None:
    assert counter.ask("GET", "/api/v3/depth").data["code"] == 700004
    assert counter.ask("GET", "/api/v3/depth", "symbol=BTCUSDT&limit=-1").data["code"] == 33333
    assert counter.ask("GET", "/api/v3/depth", "symbol=NOPE").data["msg"] == "Invalid symbol."


def test_symbol_rules_go_out_under_the_venues_misleading_names(counter: Counter) -> None:
    info = counter.ask("GET", "/api/v3/exchangeInfo", "symbols=BTCUSDT%2CETHUSDT").data
    btc, eth = info["symbols"]
    assert (btc["quotePrecision"], btc["baseAssetPrecision"], btc["quoteAmountPrecision"]) == (2, 6, "1")
    assert (btc["status"], btc["tradeSideType"], btc["orderTypes"]) == ("1", 1, ["LIMIT", "MARKET", "LIMIT_MAKER"])
    assert (eth["status"], eth["isSpotTradingAllowed"]) == ("2", False)
    assert counter.ask("GET", "/api/v3/exchangeInfo").data["rateLimits"] == []
    assert counter.ask("GET", "/api/v3/defaultSymbols").data["data"] == ["BTCUSDT"]
    assert counter.ask("GET", "/api/v3/symbol/offline").data == {"data": [{"symbol": "ETHUSDT", "state": 2}]}


def test_an_order_is_answered_without_status_and_logged_before(counter: Counter) -> None:
    before = counter.venue.committed
    reply = counter.buy("abc")
    assert counter.venue.committed == before + 1
    assert reply.data == {
        "symbol": "BTCUSDT",
        "orderId": "C02__1",
        "orderListId": -1,
        "price": "99",
        "origQty": "1",
        "type": "LIMIT",
        "side": "BUY",
        "stpMode": "",
        "transactTime": counter.clock.wall_ms(),
    }


def test_an_order_without_its_basics_is_refused(counter: Counter) -> None:
    assert counter.signed("POST", "/api/v3/order", symbol="BTCUSDT").data["code"] == 700004


def test_a_refusal_of_the_engine_has_its_own_shape(counter: Counter) -> None:
    reply = counter.buy(price="666")
    assert (reply.status, reply.data) == (400, {"msg": "Insufficient position", "code": 30004})


def test_a_test_order_places_nothing(counter: Counter) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "1", "price": "99"}
    assert counter.signed("POST", "/api/v3/order/test", **order).data == {}
    assert counter.venue.orders == {}


def test_an_order_is_queried_by_either_id_with_its_times_filled(counter: Counter) -> None:
    counter.buy("abc")
    by_client = counter.signed("GET", "/api/v3/order", symbol="BTCUSDT", origClientOrderId="abc").data
    by_id = counter.signed("GET", "/api/v3/order", symbol="BTCUSDT", orderId="C02__1", states="3").data
    assert by_client == by_id
    assert (by_id["status"], by_id["origQty"], by_id["updateTime"]) == ("NEW", "1", counter.clock.wall_ms())
    missing = counter.signed("GET", "/api/v3/order", symbol="BTCUSDT", orderId="nope")
    assert missing.data == {"msg": "Order does not exist.", "code": -2013, "_extend": None}
    assert counter.signed("GET", "/api/v3/order", symbol="BTCUSDT").data["code"] == 700004


def test_a_cancel_answers_the_state_before_it_and_a_second_one_is_unknown(counter: Counter) -> None:
    counter.buy("abc")
    params = {"symbol": "BTCUSDT", "origClientOrderId": "abc", "clientOrderId": "abc"}
    first = counter.signed("DELETE", "/api/v3/order", **params)
    assert (first.data["status"], first.data["origClientOrderId"]) == ("NEW", "abc")
    again = counter.signed("DELETE", "/api/v3/order", **params)
    assert again.data == {"msg": "Unknown order sent.", "code": -2011, "_extend": None}


def test_cancel_all_takes_a_list_of_pairs_or_everything(counter: Counter) -> None:
    counter.buy("a")
    gone = counter.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT,ETHUSDT").data
    assert [(row["orderId"], row["status"], row["orderListId"]) for row in gone] == [("C02__1", "NEW", -1)]
    assert counter.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT").data == []
    assert counter.signed("DELETE", "/api/v3/openOrders", symbol="A,B,C,D,E,F").data["code"] == 33333
    counter.buy("b")
    assert counter.signed("DELETE", "/api/v3/order/all").data["code"] == 200
    assert counter.signed("GET", "/api/v3/openOrders").data == []


def test_a_batch_mixes_orders_and_refusals_and_reads_numbers_as_text(counter: Counter) -> None:
    base = {"symbol": "BTCUSDT", "side": "BUY", "quantity": 0.1}
    batch = [
        {**base, "type": "LIMIT_ORDER", "price": "99", "newClientOrderId": "one"},
        {**base, "type": "LIMIT", "price": "666", "newClientOrderId": "two"},
        {**base, "type": "LIMIT", "price": 98.10},
    ]
    reply = counter.signed("POST", "/api/v3/batchOrders", batchOrders=json.dumps(batch))
    assert reply.data == [
        {"symbol": "BTCUSDT", "orderId": "C02__1", "orderListId": -1, "newClientOrderId": "one"},
        {"newClientOrderId": "two", "msg": "Insufficient position", "code": 30004},
        {"symbol": "BTCUSDT", "orderId": "C02__2", "orderListId": -1},
    ]
    assert counter.venue.orders["C02__1"].quantity == Decimal("0.1")
    assert counter.venue.orders["C02__2"].price == Decimal("98.1")


def test_broken_unicode_comes_back_as_a_question_mark(counter: Counter) -> None:
    batch = '[{"symbol":"BTCUSDT","newClientOrderId":"\\ud800"}]'
    (row,) = counter.signed("POST", "/api/v3/batchOrders", batchOrders=batch).data
    assert (row["newClientOrderId"], row["code"]) == ("?", 700004)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "{}",
        "[]",
        "[1]",
        json.dumps([{"symbol": "A"}, {"symbol": "B"}]),
        json.dumps([{"symbol": "A"}] * 21),
    ],
)
def test_a_batch_that_is_none_is_refused_whole(counter: Counter, text: str) -> None:
    reply = counter.signed("POST", "/api/v3/batchOrders", batchOrders=text)
    assert reply.status == 400
    assert counter.venue.orders == {}


def test_own_trades_carry_fee_side_and_ids(counter: Counter) -> None:
    price, quantity = Decimal(100), Decimal("0.5")
    counter.venue.fills = [
        Fill(
            "paper",
            "BTCUSDT",
            "T1",
            "C02__1",
            "abc",
            Side.SELL,
            price,
            quantity,
            Decimal(50),
            Decimal("0.025"),
            "USDT",
            7,
            True,
        )
    ]
    (row,) = counter.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT").data
    assert (row["id"], row["commission"], row["commissionAsset"], row["isBuyer"], row["isMaker"]) == (
        "T1",
        "0.025",
        "USDT",
        False,
        True,
    )


def test_wrapped_answers_and_small_reads_of_the_account(counter: Counter) -> None:
    fee = counter.signed("GET", "/api/v3/tradeFee", symbol="BTCUSDT").data
    assert fee["data"] == {"makerCommission": 0.0, "takerCommission": 0.0005}
    assert fee["code"] == 0
    assert counter.signed("GET", "/api/v3/mxDeduct/enable").data["data"] == {"mxDeductEnable": False}
    assert counter.signed("POST", "/api/v3/mxDeduct/enable", mxDeductEnable="true").data["data"] == {
        "mxDeductEnable": True
    }
    assert counter.signed("POST", "/api/v3/mxDeduct/enable", mxDeductEnable="maybe").data["code"] == 33333
    assert counter.signed("GET", "/api/v3/selfSymbols").data["data"] == ["BTCUSDT"]
    assert counter.signed("GET", "/api/v3/kyc/status").data == {"status": "1"}
    assert counter.signed("GET", "/api/v3/uid").data["uid"].isdigit()
    assert [row["coin"] for row in counter.signed("GET", "/api/v3/capital/config/getall").data] == [
        "BTC",
        "USDT",
        "ETH",
    ]
    assert counter.signed("GET", "/api/v3/allOrders", symbol="BTCUSDT").data == []


def test_strategy_groups_can_be_made_filled_listed_and_removed(counter: Counter) -> None:
    path, members = "/api/v3/strategy/group", "/api/v3/strategy/group/uid"
    made = counter.signed("POST", path, tradeGroupName="desk").data
    assert (made["code"], made["data"]["tradeGroupId"]) == (200, 1)
    assert counter.signed("POST", path, tradeGroupName="desk").data["code"] == 33333
    assert counter.signed("POST", members, tradeGroupId="1", uid="7,8").data["data"]["tradeGroupUid"] == "7,8"
    assert counter.signed("DELETE", members, tradeGroupId="1", uid="7").data["data"] is True
    assert counter.signed("GET", members, tradeGroupId="1").data["data"][0]["tradeGroupUid"] == "8"
    assert len(counter.signed("GET", path, tradeGroupName="desk").data["data"]) == 1
    assert counter.signed("DELETE", path, tradeGroupId="1").data["data"] is True
    assert counter.signed("DELETE", path, tradeGroupId="1").data["code"] == 33333


def test_a_stale_read_does_not_see_a_fresh_order_or_its_end(counter: Counter) -> None:
    counter.clock.jump(1.0)
    counter.buy("abc")
    counter.house.settle()
    query = {"symbol": "BTCUSDT", "origClientOrderId": "abc"}
    assert counter.signed("GET", "/api/v3/order", 500, **query).data["code"] == -2013
    assert counter.signed("GET", "/api/v3/openOrders", 500).data == []
    assert counter.signed("GET", "/api/v3/allOrders", 500, symbol="BTCUSDT").data == []
    counter.clock.jump(1.0)
    counter.signed("DELETE", "/api/v3/order", **query)
    assert counter.signed("GET", "/api/v3/order", 500, **query).data["status"] == "NEW"
    assert len(counter.signed("GET", "/api/v3/openOrders", 500).data) == 1
    assert counter.signed("GET", "/api/v3/order", **query).data["status"] == "CANCELED"
