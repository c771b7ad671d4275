"""Previews and calculations: the same judgement as before sending, and nothing sent or reserved."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.exchange import instrument
from tests.unit.services.order_rig import LIMIT_BUY, Rig, running
from tui_trader.domain.market import Book
from tui_trader.domain.order import OrderRequest, OrderType, Side, TimeInForce
from tui_trader.domain.risk import Level
from tui_trader.errors import NotFound, Refused

D = Decimal
MARKET_BUY = OrderRequest("BTCUSDT", Side.BUY, OrderType.MARKET, quantity=D(2))


def with_book(rig: Rig) -> None:
    """Give the pair a book of three levels a side."""
    now = rig.clock.wall_ms()
    bids = ((D(100), D(1)), (D("99.9"), D(1)), (D("99.8"), D(1)))
    asks = ((D("100.1"), D(1)), (D("100.2"), D(1)), (D("100.3"), D(1)))
    rig.prices.books["BTCUSDT"] = Book("BTCUSDT", bids, asks, 1, now, now)


async def test_a_preview_walks_the_book_and_counts_the_fee() -> None:
    async with running() as rig:
        with_book(rig)
        shown = await rig.orders.preview(MARKET_BUY)
        assert (shown.average_price, shown.worst_price) == (D("100.15"), D("100.2"))
        assert shown.notional == D("200.30")
        assert (shown.fee, shown.fee_asset) == (D("0.10015"), "USDT")
        assert (shown.cost, shown.cost_asset) == (D("200.40015"), "USDT")
        assert shown.free_after == D(10_000) - shown.cost
        assert shown.new_average_cost == shown.cost / 2
        assert [breach.code for breach in shown.breaches] == ["depth_share"]
        assert shown.sentence == "Buy 2 BTC at market, at worst 101.1 USDT."


async def test_a_preview_sends_and_reserves_nothing() -> None:
    async with running() as rig:
        await rig.orders.preview(LIMIT_BUY)
        assert rig.exchange.sent == []
        assert rig.working.reservations("USDT") == []
        assert rig.store.order_rows == {}


async def test_an_order_that_would_rest_has_no_average_and_pays_the_makers_fee() -> None:
    async with running() as rig:
        rig.prices.pairs["BTCUSDT"] = instrument("BTCUSDT", maker_fee=D("0.0001"))
        shown = await rig.orders.preview(LIMIT_BUY)
        assert (shown.average_price, shown.slippage_percent) == (None, None)
        assert shown.fee == D("0.0099")
        assert shown.sentence == "Buy 1 BTC at 99 USDT."


async def test_a_sale_costs_coins() -> None:
    async with running() as rig:
        shown = await rig.orders.preview(replace(LIMIT_BUY, side=Side.SELL, price=D(101), quantity=D("0.5")))
        assert (shown.cost, shown.cost_asset, shown.free_after) == (D("0.5"), "BTC", D("0.5"))


async def test_a_preview_lists_breaches_as_the_gate_would() -> None:
    async with running() as rig:
        shown = await rig.orders.preview(replace(LIMIT_BUY, quantity=D(60), price=D("99.001")))
        assert {breach.code for breach in shown.breaches if breach.level is Level.HARD} >= {"max_order_value"}


async def test_kinds_of_orders_are_said() -> None:
    async with running() as rig:
        post = await rig.orders.preview(replace(LIMIT_BUY, type=OrderType.LIMIT_MAKER))
        kill = await rig.orders.preview(replace(LIMIT_BUY, time_in_force=TimeInForce.FOK))
        bare = await rig.orders.preview(replace(MARKET_BUY, capped=False))
        assert post.sentence.endswith("post only.")
        assert kill.sentence.endswith("fill or kill.")
        assert bare.sentence == "Buy 2 BTC at market."


async def test_the_average_cost_of_what_is_held_mixes_with_the_new() -> None:
    async with running(average_cost=lambda _: D(80)) as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D(1))
        await rig.path.reconciler.now()
        with_book(rig)
        shown = await rig.orders.preview(replace(MARKET_BUY, quantity=D(1)))
        assert shown.new_average_cost == (D(80) + shown.cost) / 2


async def test_an_unknown_pair_is_not_found() -> None:
    async with running() as rig:
        with pytest.raises(NotFound):
            await rig.orders.preview(replace(LIMIT_BUY, symbol="NOPEUSDT"))
        with pytest.raises(NotFound):
            await rig.orders.calculate("NOPEUSDT", Side.BUY, D(10))


async def test_an_amount_of_money_is_calculated_from_the_book() -> None:
    async with running() as rig:
        with_book(rig)
        bought = await rig.orders.calculate("BTCUSDT", Side.BUY, D(150))
        assert (bought.quantity, bought.covered) == (D("1.497255"), True)
        assert bought.cost <= D(150)
        sold = await rig.orders.calculate("BTCUSDT", Side.SELL, D(100))
        assert (sold.quantity, sold.cost, sold.average_price) == (D(1), D(1), D(100))


async def test_too_little_money_and_no_price_are_said() -> None:
    async with running() as rig:
        with pytest.raises(Refused, match="too little"):
            await rig.orders.calculate("BTCUSDT", Side.BUY, D("0.01"))
        rig.prices.quotes["BTCUSDT"] = None
        with pytest.raises(Refused, match="bid and ask"):
            await rig.orders.calculate("BTCUSDT", Side.BUY, D(10))


async def test_money_for_a_limit_order_is_divided_by_its_price_and_rounded_down() -> None:
    async with running() as rig:
        shown = await rig.orders.preview(replace(LIMIT_BUY, quantity=None, quote_quantity=D(100), price=D(98)))
        assert shown.quantity == D("1.020408")
