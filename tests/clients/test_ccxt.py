"""ccxt 4.5.90, synchronous."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.clients.conftest import peer, point, settings
from tests.simulator import Simulator, running

pytestmark = [pytest.mark.clients, pytest.mark.filterwarnings("default")]
BTC = "BTC/USDT"
ETH = "ETH/USDT"


@pytest.fixture
def exchange(simulator: Simulator) -> Any:
    exchange = point(peer("ccxt").mexc(settings(simulator)), simulator)
    exchange.load_markets()
    yield exchange
    exchange.cancel_all_orders()
    exchange.close()


def away(exchange: Any, symbol: str = BTC, side: str = "buy", ratio: float = 0.03) -> str:
    """A price that rests: off the market by a ratio."""
    last = exchange.fetch_ticker(symbol)["last"]
    return exchange.price_to_precision(symbol, last * (1 - ratio if side == "buy" else 1 + ratio))


def through(exchange: Any, symbol: str = BTC, side: str = "buy") -> str:
    """A price that crosses the market."""
    return away(exchange, symbol, "sell" if side == "buy" else "buy", 0.003)


def test_markets_carry_the_rules(exchange: Any) -> None:
    market = exchange.market(BTC)
    assert market["active"]
    assert (market["base"], market["quote"], market["spot"]) == ("BTC", "USDT", True)
    assert market["precision"]["price"] > 0
    assert market["limits"]["cost"]["min"] > 0
    assert market["taker"] >= market["maker"] >= 0
    assert sorted(exchange.symbols) == [BTC, ETH, "MX/USDT"]


def test_server_time_and_status(exchange: Any) -> None:
    assert abs(exchange.fetch_time() - exchange.milliseconds()) < 5000
    assert exchange.fetch_status()["status"] == "ok"


def test_public_market_data_fits_together(exchange: Any) -> None:
    ticker = exchange.fetch_ticker(BTC)
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert ticker["bid"] < ticker["ask"]
    assert set(exchange.fetch_tickers()) == set(exchange.symbols)
    assert exchange.fetch_bids_asks()[BTC]["bid"] > 0
    book = exchange.fetch_order_book(BTC, 20)
    assert len(book["bids"]) == len(book["asks"]) == 20
    assert book["bids"] == sorted(book["bids"], reverse=True)
    assert book["asks"] == sorted(book["asks"])
    assert book["bids"][0][0] < book["asks"][0][0]
    trades = exchange.fetch_trades(BTC)
    assert [trade["timestamp"] for trade in trades] == sorted(trade["timestamp"] for trade in trades)
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}


@pytest.mark.parametrize(("interval", "seconds"), [("1m", 60), ("1h", 3600), ("4h", 14_400), ("1d", 86_400)])
def test_candles_are_regular_and_lead_up_to_the_present(exchange: Any, interval: str, seconds: int) -> None:
    candles = exchange.fetch_ohlcv(BTC, interval, limit=50)
    assert len(candles) == 50
    assert {later[0] - earlier[0] for earlier, later in pairwise(candles)} == {seconds * 1000}
    assert all(low <= min(open_, close) <= max(open_, close) <= high for _, open_, high, low, close, _ in candles)
    assert 0 <= exchange.fetch_time() - candles[-1][0] < seconds * 1000 + 5000


def test_candles_can_be_paged_from_a_time_on(exchange: Any) -> None:
    since = exchange.fetch_time() // 60_000 * 60_000 - 30 * 60_000
    candles = exchange.fetch_ohlcv(BTC, "1m", since=since, limit=10)
    assert candles[0][0] == since


def test_balance_and_fee(exchange: Any) -> None:
    balance = exchange.fetch_balance()
    assert balance["USDT"]["total"] == balance["USDT"]["free"] + balance["USDT"]["used"] > 0
    fee = exchange.fetch_trading_fee(BTC)
    assert fee["taker"] == exchange.market(BTC)["taker"]


def test_a_limit_order_rests_locks_money_and_is_cancelled(exchange: Any) -> None:
    price = away(exchange)
    order = exchange.create_order(BTC, "limit", "buy", 0.01, price, {"clientOrderId": "ccxtLimit1"})
    found = exchange.fetch_order(order["id"], BTC)
    assert (found["status"], found["filled"], found["clientOrderId"]) == ("open", 0, "ccxtLimit1")
    assert found["price"] == float(price)
    assert [row["id"] for row in exchange.fetch_open_orders(BTC)] == [order["id"]]
    assert [row["id"] for row in exchange.fetch_open_orders()] == [order["id"]]
    assert exchange.fetch_balance()["USDT"]["used"] == pytest.approx(float(price) * 0.01, rel=0.001)  # fee or none
    exchange.cancel_order(order["id"], BTC)
    assert exchange.fetch_order(order["id"], BTC)["status"] == "canceled"
    assert exchange.fetch_balance()["USDT"]["used"] == 0
    assert order["id"] in [row["id"] for row in exchange.fetch_canceled_orders(BTC)]


def test_an_order_is_found_and_cancelled_by_its_client_id(exchange: Any) -> None:
    exchange.create_order(BTC, "limit", "sell", 0.01, away(exchange, side="sell"), {"clientOrderId": "ccxtById"})
    assert exchange.fetch_order(None, BTC, {"clientOrderId": "ccxtById"})["side"] == "sell"
    exchange.cancel_order(None, BTC, {"clientOrderId": "ccxtById"})
    assert exchange.fetch_order(None, BTC, {"clientOrderId": "ccxtById"})["status"] == "canceled"


def test_a_market_order_fills_and_shows_in_own_trades(exchange: Any) -> None:
    before = exchange.fetch_balance()["ETH"]["total"]
    order = exchange.create_order(ETH, "market", "buy", 0.05)
    found = exchange.fetch_order(order["id"], ETH)
    assert (found["status"], found["filled"], found["remaining"]) == ("closed", 0.05, 0)
    mine = [trade for trade in exchange.fetch_my_trades(ETH) if trade["order"] == order["id"]]
    assert sum(trade["amount"] for trade in mine) == pytest.approx(0.05)
    assert {(trade["takerOrMaker"], trade["fee"]["currency"]) for trade in mine} == {("taker", "USDT")}
    assert exchange.fetch_balance()["ETH"]["total"] == pytest.approx(before + 0.05)
    sold = exchange.create_order(ETH, "market", "sell", 0.05)
    assert exchange.fetch_order(sold["id"], ETH)["status"] == "closed"
    assert sold["id"] in [row["id"] for row in exchange.fetch_closed_orders(ETH)]


def test_a_market_buy_by_cost_spends_about_that_much(exchange: Any) -> None:
    order = exchange.create_market_buy_order_with_cost(ETH, 100)
    found = exchange.fetch_order(order["id"], ETH)
    assert found["cost"] == pytest.approx(100, rel=0.01)


def test_post_only_rests_off_the_market_and_never_takes(exchange: Any) -> None:
    resting = exchange.create_order(BTC, "limit", "buy", 0.01, away(exchange), {"postOnly": True})
    assert exchange.fetch_order(resting["id"], BTC)["status"] == "open"
    crossing = exchange.create_order(BTC, "limit", "buy", 0.01, through(exchange), {"postOnly": True})
    found = exchange.fetch_order(crossing["id"], BTC)
    assert (found["status"], found["filled"]) == ("canceled", 0)


@pytest.mark.parametrize("kind", ["IOC", "FOK"])
def test_immediate_orders_take_what_crosses_and_do_not_rest(exchange: Any, kind: str) -> None:
    taking = exchange.create_order(BTC, "limit", "buy", 0.001, through(exchange), {"timeInForce": kind})
    assert exchange.fetch_order(taking["id"], BTC)["status"] == "closed"
    waiting = exchange.create_order(BTC, "limit", "buy", 0.001, away(exchange), {"timeInForce": kind})
    found = exchange.fetch_order(waiting["id"], BTC)
    assert (found["status"], found["filled"]) == ("canceled", 0)


def test_a_test_order_places_nothing(exchange: Any) -> None:
    exchange.create_order(BTC, "limit", "buy", 0.01, away(exchange), {"test": True})
    assert exchange.fetch_open_orders(BTC) == []


def test_several_orders_at_once_and_cancel_all(exchange: Any) -> None:
    price = away(exchange)
    batch = [
        {
            "symbol": BTC,
            "type": "limit",
            "side": "buy",
            "amount": 0.01,
            "price": price,
            "params": {"clientOrderId": name},
        }
        for name in ("ccxtBatchA", "ccxtBatchB")
    ]
    placed = exchange.create_orders(batch)
    assert sorted(row["id"] for row in placed) == sorted(row["id"] for row in exchange.fetch_open_orders(BTC))
    exchange.create_order(ETH, "limit", "buy", 0.1, away(exchange, ETH))
    exchange.cancel_all_orders(BTC)
    assert [row["symbol"] for row in exchange.fetch_open_orders()] == [ETH]
    exchange.cancel_all_orders()
    assert exchange.fetch_open_orders() == []


def test_refusals_arrive_as_the_clients_own_errors(exchange: Any) -> None:
    ccxt = peer("ccxt")
    price = away(exchange)
    with pytest.raises(ccxt.InsufficientFunds):
        exchange.create_order(BTC, "limit", "sell", 20, away(exchange, side="sell"))
    with pytest.raises(ccxt.InvalidOrder):
        exchange.create_order(BTC, "limit", "buy", 0.000001, price)
    with pytest.raises(ccxt.BadRequest):
        exchange.cancel_order("C02__nope", BTC)
    with pytest.raises(ccxt.ExchangeError, match="-2013"):
        exchange.fetch_order("C02__nope", BTC)
    exchange.options["recvWindow"] = 70_000
    with pytest.raises(ccxt.InvalidNonce, match="700005"):
        exchange.fetch_balance()
    exchange.options["recvWindow"] = 5_000


def test_a_wrong_secret_is_an_authentication_error(simulator: Simulator) -> None:
    ccxt = peer("ccxt")
    stranger = point(ccxt.mexc({**settings(simulator), "secret": "wrong"}), simulator)
    with pytest.raises(ccxt.AuthenticationError):
        stranger.fetch_balance()
    stranger.close()


def test_the_clients_own_pace_stays_under_the_limits() -> None:
    ccxt = peer("ccxt")
    with running("--symbols", "BTCUSDT") as simulator:
        exchange = point(ccxt.mexc({**settings(simulator), "enableRateLimit": True}), simulator)
        exchange.load_markets()
        for _ in range(5):
            order = exchange.create_order(BTC, "limit", "buy", 0.01, away(exchange))
            exchange.cancel_order(order["id"], BTC)
        exchange.close()
