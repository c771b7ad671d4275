"""Sizes asked of a whole desk. It has 10,000 USDT and a bitcoin at 100.05 in the middle; fees are 0.05 % each way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.clock import settle
from tests.twins.exchange import instrument
from tests.unit.services.desk_rig import DeskRig, bar, book, days, quote, richer
from tui_trader.domain.balance import Balance
from tui_trader.domain.expression import SizeMethod
from tui_trader.domain.market import Candle, Interval
from tui_trader.domain.order import Side
from tui_trader.domain.risk import Level
from tui_trader.errors import NotFound, Refused, VenueUnavailable
from tui_trader.services.sizing_face import SizeFound, SizeWish
from tui_trader.settings import Settings

D = Decimal
EQUITY = D("10100.05")
UNARMED = "Only the size comes from it; no stop is placed."


@pytest.fixture
async def rig() -> AsyncIterator[DeskRig]:
    made = DeskRig()
    await made.start()
    yield made
    await made.stop()


async def asked(rig: DeskRig, method: str = "risk_percent", value: str = "0.5", **given: Any) -> SizeFound:
    side = given.pop("side", Side.BUY)
    numbers = {name: D(text) for name, text in given.items()}
    return await rig.services.sizing.size(SizeWish("BTCUSDT", side, SizeMethod(method), D(value), **numbers))


async def test_a_share_of_the_account_is_lost_at_the_stop_at_most(rig: DeskRig) -> None:
    found = await asked(rig, price="100", stop="95")
    # 50.50025 over 5 and 0.05 % of 195
    assert found.quantity == D("9.906866")
    assert found.loss_at_stop == D("50.50024944")
    assert found.loss_at_stop < EQUITY * D("0.005")
    assert (found.price, found.stop, found.stop_distance) == (100, 95, 5)
    assert (found.notional, found.fees, found.slippage) == (D("990.6866"), D("0.96591944"), 0)
    assert found.breaches == ()
    assert found.sentence == (
        "Buy 9.906866 BTC at 100: 0.5 % of 10100.05 USDT is 50.50025 USDT. "
        f"At 95 it loses 50.50024944 USDT, fees 0.96591944 and slippage 0 included. {UNARMED}"
    )


async def test_without_a_price_the_book_is_walked_both_ways(rig: DeskRig) -> None:
    rig.exchange.book_rows["BTCUSDT"] = book(rig.clock)
    rig.market.watch(book="BTCUSDT")
    rig.exchange.show("book", "BTCUSDT", value=book(rig.clock))
    await settle()
    found = await asked(rig, "risk_money", "15", stop="95")
    # two coins at 100.1 and 100.2, stopped at 95 and 94.905: 5.19755 and 5.3925525; the rest of the third at 5.5875…
    walked = [(D("100.1"), D(95)), (D("100.2"), D(95) * D("99.9") / 100), (D("100.3"), D(95) * D("99.8") / 100)]
    each = [paid - got + (paid + got) * D("0.0005") for paid, got in walked]
    rest = (D(15) - each[0] - each[1]) / each[2]
    assert found.quantity == 2 + rest.quantize(D("0.000001"), "ROUND_DOWN")
    assert found.slippage > 0
    assert D("14.99") < found.loss_at_stop <= 15
    held = await asked(rig, "risk_money", "500", stop="95")
    assert held.quantity == 3
    assert "The book shown would take no more back at the stop." in held.sentence


async def test_no_more_than_is_free(rig: DeskRig) -> None:
    found = await asked(rig, "risk_money", "5000", price="100", stop="95")
    assert found.quantity == D("99.950024")
    assert found.quantity * 100 * D("1.0005") <= 10_000 < (found.quantity + D("0.000001")) * 100 * D("1.0005")
    assert "No more is free." in found.sentence
    assert [each.code for each in found.breaches] == ["max_order_value"]
    await rig.run("buy btc 50 @99")
    less = await asked(rig, "risk_money", "5000", price="100", stop="95")
    assert less.quantity == ((10_000 - 50 * 99 * D("1.0005")) / (100 * D("1.0005"))).quantize(
        D("0.000001"), "ROUND_DOWN"
    )
    sale = await asked(rig, "risk_money", "5000", side=Side.SELL, price="101", stop="105")
    assert (sale.quantity, sale.loss_at_stop) == (1, D("4.103"))


@pytest.mark.parametrize(("value", "told"), [("0.99", False), ("1", False), ("1.01", True)])
async def test_a_loss_beyond_the_share_of_the_profile_is_told(rig: DeskRig, value: str, told: bool) -> None:
    words = "That is more than the 1 % of the account that the profile risks on a trade."
    assert (words in (await asked(rig, value=value, price="100", stop="95")).sentence) is told
    money = str(EQUITY * D(value) / 100)
    assert (words in (await asked(rig, "risk_money", money, price="100", stop="95")).sentence) is told


async def test_a_fixed_fraction_is_spent_fee_included(rig: DeskRig) -> None:
    found = await asked(rig, "fraction", "10")
    assert found.quantity == D("10.084917")
    assert found.notional + found.fees <= EQUITY / 10
    assert (found.price, found.stop, found.loss_at_stop) == (D("100.1"), None, None)
    assert found.sentence == "Buy 10.084917 BTC at 100.1: 10 % of 10100.05 USDT is 1010.005 USDT."
    with_stop = await asked(rig, "fraction", "10", price="99", stop="95")
    assert with_stop.quantity == D("10.196972")
    assert with_stop.loss_at_stop == D("41.77699428")


async def test_kelly_is_capped_and_none_where_the_trade_loses(rig: DeskRig) -> None:
    capped = await asked(rig, "kelly", "10", win_percent="60", payoff="1")
    assert capped.quantity == D("10.084917")
    assert "Kelly's share is 20 %, held to 10 %; 10 % of 10100.05 USDT is 1010.005 USDT" in capped.sentence
    own = await asked(rig, "kelly", "25", win_percent="60", payoff="1")
    assert own.quantity == D("20.169835")
    assert "Kelly's share is 20 %; 20 % of" in own.sentence
    for win, payoff, share in (("50", "1", "0"), ("40", "1", "-20")):
        with pytest.raises(Refused, match=f"Kelly's share is {share} %: with these figures such trades lose") as caught:
            await asked(rig, "kelly", "10", win_percent=win, payoff=payoff)
        assert caught.value.code == "no_edge"


def moving(rig: DeskRig) -> list[Candle]:
    """Make twenty days that each went from 98 to 103."""
    usual = bar(0, high=D(103), low=D(98), interval=Interval.D1)
    return [replace(usual, open_time=each.open_time, closed=each.closed) for each in days(rig.clock, "BTCUSDT")]


async def with_days(candles: Any) -> DeskRig:
    made = DeskRig()
    made.exchange.candle_rows["BTCUSDT", Interval.D1] = candles(made)
    await made.start()
    return made


async def test_the_stop_stands_some_average_days_away() -> None:
    rig = await with_days(moving)
    found = await asked(rig, "atr", "1", price="99")
    # two days of 5 below 99; 101.0005 over 10 and 0.05 % of 188
    assert (found.stop, found.quantity) == (89, D("10.005993"))
    assert "the stop stands 2 average daily ranges of 5 away; 1 % of 10100.05 USDT is 101.0005 USDT" in found.sentence
    assert (await asked(rig, "atr", "1", price="99", multiple="0.5")).stop == D("96.5")
    assert (await asked(rig, "atr", "1", multiple="1")).stop == D("95.1")
    sale = await asked(rig, "atr", "0.01", side=Side.SELL, multiple="1.0001")
    assert sale.stop == D("105.01")
    with pytest.raises(Refused, match="no stop above 0") as caught:
        await asked(rig, "atr", "1", price="99", multiple="19.8")
    assert caught.value.details == {"field": "multiple"}
    await rig.stop()


@pytest.mark.parametrize(
    ("candles", "words"),
    [
        (lambda rig: moving(rig)[-15:], "needs 15 sound daily candles that are over, and 14 are there"),
        (lambda _rig: [], "and 0 are there"),
        (lambda rig: days(rig.clock, "BTCUSDT"), "makes no sense"),
    ],
)
async def test_too_few_days_or_none_that_moved_are_refused_in_words(candles: Any, words: str) -> None:
    rig = await with_days(candles)
    with pytest.raises(Refused, match=words) as caught:
        await asked(rig, "atr", "1", price="99")
    assert (caught.value.code, caught.value.details) == ("no_average_range", {"field": "method"})
    await rig.stop()


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({}, "stop", "stop: give the price"),
        ({"stop": "95", "value": "101"}, "value", "value: is a percentage"),
        ({"stop": "100", "price": "100"}, "stop", "A buy at 100 loses below"),
        ({"stop": "105"}, "stop", "A buy at 100.1 loses below that price"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_with_its_field(
    rig: DeskRig, given: dict[str, str], field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as caught:
        await asked(rig, **given)
    assert caught.value.code == "bad_size"
    assert caught.value.details["field"] == field


async def test_an_unknown_pair_and_too_small_a_risk_are_refused(rig: DeskRig) -> None:
    with pytest.raises(NotFound):
        await rig.services.sizing.size(SizeWish("NOUSDT", Side.BUY, SizeMethod.FRACTION, D(1)))
    with pytest.raises(Refused, match="least that BTCUSDT takes") as caught:
        await asked(rig, "risk_money", "0.01", price="100", stop="50")
    assert caught.value.code == "below_minimum"


async def test_a_size_counts_from_the_smaller_of_the_venue_and_the_ledger(rig: DeskRig) -> None:
    rig.desk.account.take([Balance("USDT", D(50_000), D(0))], complete=False)
    assert (await asked(rig, price="100", stop="95")).quantity == D("9.906866")
    assert (await asked(rig, "risk_money", "5000", price="100", stop="95")).quantity == D("99.950024")
    rig.desk.account.take([Balance("USDT", D(5000), D(0))], complete=False)
    fewer = await asked(rig, price="100", stop="95")
    assert "0.5 % of 5100.05 USDT" in fewer.sentence
    rig.desk.account.take([Balance("BTC", D(3), D(0))], complete=False)
    assert "0.5 % of 5100.05 USDT" in (await asked(rig, price="100", stop="95")).sentence
    sale = await asked(rig, "risk_money", "5000", side=Side.SELL, price="101", stop="105")
    assert sale.quantity == 3


async def test_a_typed_share_of_the_balance_counts_from_the_smaller_too_and_a_sale_is_not_held_back(
    rig: DeskRig,
) -> None:
    rig.desk.account.take([Balance("USDT", D(50_000), D(0)), Balance("BTC", D(3), D(0))], complete=False)
    assert (await rig.preview("buy btc 10%bal @100")).line == "buy BTCUSDT 9.995002 @100"
    assert (await rig.preview("sell btc all @101")).line == "sell BTCUSDT 3 @101"


async def test_coins_that_rest_in_orders_are_not_free_in_the_ledger_either(rig: DeskRig) -> None:
    assert (await rig.run("buy btc 50 @99")).ok
    rig.desk.account.take([Balance("USDT", D(50_000), D(0))], complete=False)
    # 10,000 less 4,950 and its fee, over 100 and its fee
    assert (await rig.preview("buy btc 100%bal @100")).line == "buy BTCUSDT 50.450024 @100"


async def test_before_the_ledger_begins_the_venue_alone_counts(rig: DeskRig) -> None:
    rig.desk.path.ledger.since = None
    rig.desk.account.take([Balance("USDT", D(50_000), D(0))], complete=False)
    assert "0.5 % of 50100.05 USDT" in (await asked(rig, price="100", stop="95")).sentence


async def test_without_prices_or_the_accounts_worth_there_is_no_size() -> None:
    rig = DeskRig()
    rig.exchange.pairs["XYZUSDT"] = instrument("XYZUSDT")
    richer(rig.exchange, USDT="10000", XYZ="1")
    await rig.start()
    with pytest.raises(Refused, match="What the account is worth is not known yet") as caught:
        await asked(rig, price="100", stop="95")
    assert caught.value.code == "no_equity"
    assert (await asked(rig, "risk_money", "5.0975", price="100", stop="95")).quantity == 1
    asking = asyncio.create_task(rig.services.sizing.size(SizeWish("XYZUSDT", Side.BUY, SizeMethod.FRACTION, D(1))))
    for _ in range(5):
        await rig.clock.advance(1)
    with pytest.raises(VenueUnavailable, match="no usable bid and ask of XYZUSDT"):
        await asking
    await rig.stop()


async def test_limits_that_a_size_touches_are_the_gates_own() -> None:
    rig = DeskRig(settings=Settings())
    richer(rig.exchange, USDT="10000")
    await rig.start()
    found = await asked(rig, "fraction", "9", price="100")
    assert [(each.code, each.level) for each in found.breaches] == [
        (each.code, each.level)
        for each in (await rig.preview(f"buy btc {found.quantity} @100")).steps[0].preview.breaches  # type: ignore[union-attr] # an order has one
    ]
    assert ("max_order_value", Level.HARD) in [(each.code, each.level) for each in found.breaches]
    await rig.stop()


async def test_another_quote_is_counted_in_itself() -> None:
    rig = DeskRig()
    richer(rig.exchange, USDT="10000", BTC="10")
    rig.exchange.quote_rows["ETHBTC"] = quote(rig.clock, "ETHBTC", "0.5", "0.51")
    await rig.start()
    found = await rig.services.sizing.size(
        SizeWish("ETHBTC", Side.BUY, SizeMethod.RISK_PERCENT, D(1), D("0.5"), D("0.4"))
    )
    # 1 % of 11,000.5 is 110.005, and a bitcoin stands at 100.05
    risked = D("110.005") / D("100.05")
    assert found.loss_at_stop is not None
    assert risked - D("0.000001") < found.loss_at_stop <= risked
    assert f"is {risked.quantize(D('0.00000001'))} BTC" in found.sentence
    await rig.stop()
