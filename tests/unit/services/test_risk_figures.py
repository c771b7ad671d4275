"""Figures for the gate: what counts as an entry, and into what."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.exchange import UNAVAILABLE, Trouble, instrument
from tests.twins.profiles import WIDE
from tests.unit.services.desk_rig import DeskRig, quote, richer, ticker
from tui_trader.domain.order import OrderRequest, OrderType, Side
from tui_trader.errors import Denied
from tui_trader.services.limit_usage import usage
from tui_trader.services.risk_figures import Figures
from tui_trader.settings import Settings

D = Decimal
SALE = OrderRequest("ETHBTC", Side.SELL, OrderType.LIMIT, quantity=D("0.5"), price=D("0.51"))

BUY = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=D(1), price=D(99))


async def test_sales_of_one_coin_for_another_count_as_entries_into_it() -> None:
    rig = DeskRig(settings=Settings(risk=replace(WIDE, max_position_value=D(40))))
    richer(rig.exchange, USDT="1000", ETH="30")
    rig.exchange.pairs["ETHBTC"] = instrument("ETHBTC", base="ETH", quote="BTC", min_notional=D("0.001"))
    for symbol, bid, ask in (("ETHBTC", "0.5", "0.51"), ("BTCUSDT", "100", "100.1"), ("ETHUSDT", "50", "50.1")):
        rig.exchange.quote_rows[symbol] = quote(rig.clock, symbol, bid, ask)
        rig.exchange.ticker_rows.append(ticker(rig.clock, symbol, bid))
    await rig.start()
    try:
        source, pair = rig.desk.path._given.figures, rig.market.instrument("ETHBTC")
        assert isinstance(source, Figures)
        before = source.account(pair, Side.SELL)
        assert (before.entries, before.entered) == (D(0), False)
        await rig.services.orders.place("intent-first", SALE)
        figures = source.account(pair, Side.SELL)
        assert figures.entries == figures.entries_here == D("0.255") * D("100.05")
        assert (figures.positions, figures.entered) == (before.positions + 1, True)
        assert usage(source, rig.clock.wall_ms()).held["BTC"] == figures.entries_here
        with pytest.raises(Denied) as caught:
            await rig.services.orders.place("intent-second", replace(SALE, quantity=D("0.4"), price=D("0.52")))
        assert "max_position_value" in [each["code"] for each in caught.value.details["breaches"]]
    finally:
        await rig.stop()


async def test_each_dollar_of_another_issuer_is_measured_against_its_peg() -> None:
    rig = DeskRig()
    for coin in ("USD1", "USDE"):
        rig.exchange.pairs[f"{coin}USDT"] = instrument(f"{coin}USDT")
        rig.exchange.pairs[f"BTC{coin}"] = instrument(f"BTC{coin}", base="BTC", quote=coin)
        rig.exchange.quote_rows[f"{coin}USDT"] = quote(rig.clock, f"{coin}USDT", "0.97", "0.99")
    await rig.start()
    try:
        source = rig.desk.path._given.figures
        assert [source.market(rig.market.instrument(f"BTC{coin}")).peg for coin in ("USD1", "USDE")] == [D("0.98")] * 2
    finally:
        await rig.stop()


async def passing(rig: DeskRig, seconds: int) -> None:
    """Let time pass second by second, as the beats of a desk need it."""
    for _ in range(seconds):
        await rig.clock.advance(1)


async def test_an_old_price_of_what_is_held_is_read_again_and_while_it_cannot_be_nothing_is_opened() -> None:
    rig = DeskRig()
    richer(rig.exchange, USDT="9000", ETH="3")
    await rig.start()
    try:
        source, pair = rig.desk.path._given.figures, rig.market.instrument("BTCUSDT")
        asked = len(rig.exchange.requests("quotes"))
        await passing(rig, 58)
        assert len(rig.exchange.requests("quotes")) == asked
        await passing(rig, 400)
        assert 6 <= len(rig.exchange.requests("quotes")) - asked <= 7
        assert source.account(pair, Side.BUY).equity is not None

        rig.exchange.next("quotes", *[Trouble(UNAVAILABLE)] * 50)
        await passing(rig, 240)
        assert source.account(pair, Side.BUY).equity is not None
        await passing(rig, 130)
        figures = source.account(pair, Side.BUY)
        assert (figures.equity, figures.peak, figures.exposure) == (None, None, None)
        with pytest.raises(Denied) as caught:
            await rig.services.orders.place("intent-blind", BUY)
        assert {"no_equity", "no_exposure"} <= {each["code"] for each in caught.value.details["breaches"]}

        rig.exchange.show("day_tickers", value=[ticker(rig.clock, "ETHUSDT")])
        await passing(rig, 1)
        assert source.account(pair, Side.BUY).equity is not None
    finally:
        await rig.stop()
