from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain.expression import (
    MARKET,
    OffsetUnit,
    PriceExpression,
    Reference,
    RiskPrice,
    SizeExpression,
    SizeKind,
)
from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.errors import GrammarError
from tui_trader.grammar.commands import (
    Cancel,
    Close,
    Command,
    Focus,
    Help,
    Join,
    Look,
    Place,
    Style,
    View,
)
from tui_trader.grammar.context import Context
from tui_trader.grammar.parser import parse
from tui_trader.grammar.words import UNAVAILABLE

D = Decimal
ORDER = "01J000000000000000000000A1"
BTC, ETH = "BTCUSDT", "ETHUSDT"
MARKET_STYLE = Style(OrderType.MARKET, TimeInForce.IOC)
AT_BID = PriceExpression(reference=Reference.BID)


def one(line: str, context: Context) -> Command:
    (step,) = parse(line, context).steps
    return step.command


def buy(size: SizeExpression, price: PriceExpression = MARKET, style: Style = MARKET_STYLE, symbol: str = BTC) -> Place:
    return Place(Side.BUY, symbol, size, price, style)


ONE = SizeExpression(SizeKind.BASE, D(1))


@pytest.mark.parametrize(
    ("word", "symbol"),
    [
        ("btc", BTC),
        ("BTC", BTC),
        ("btc/usdt", BTC),
        ("btc-usdc", "BTCUSDC"),
        ("BTCUSDT", BTC),
        (".", BTC),
        (":2", ETH),
        (":3", ETH),
        ("1inch", "1INCHUSDT"),
        ("all/usdt", "ALLUSDT"),
        ("sol", "SOLEUR"),
    ],
)
def test_a_pair_in_all_its_spellings(context: Context, word: str, symbol: str) -> None:
    assert one(f"b {word} 1 mkt", context) == buy(ONE, symbol=symbol)
    assert one(word, context) == Focus(symbol)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0.01", SizeKind.BASE, "0.01"),
        (".5", SizeKind.BASE, "0.5"),
        ("2.", SizeKind.BASE, "2"),
        ("0.5btc", SizeKind.BASE, "0.5"),
        ("$100", SizeKind.QUOTE, "100"),
        ("100usdt", SizeKind.QUOTE, "100"),
        ("25%bal", SizeKind.BALANCE_PERCENT, "25"),
        ("50%pos", SizeKind.POSITION_PERCENT, "50"),
        ("half", SizeKind.POSITION_PERCENT, "50"),
        ("quarter", SizeKind.POSITION_PERCENT, "25"),
        ("all", SizeKind.ALL, "0"),
        ("max", SizeKind.MAX, "0"),
    ],
)
def test_sizes_with_and_without_a_pair(context: Context, text: str, kind: SizeKind, value: str) -> None:
    expected = buy(SizeExpression(kind, D(value)))
    assert one(f"buy btc {text} mkt", context) == expected
    assert one(f"buy {text} mkt", context) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mkt", MARKET),
        ("market", MARKET),
        ("@60000", PriceExpression(absolute=D(60000))),
        ("@ 60000", PriceExpression(absolute=D(60000))),
        ("@bid", AT_BID),
        ("@bid+2t", replace(AT_BID, offset=D(2), unit=OffsetUnit.TICKS)),
        ("@bid +2t", replace(AT_BID, offset=D(2), unit=OffsetUnit.TICKS)),
        ("@bid 2t", replace(AT_BID, offset=D(2), unit=OffsetUnit.TICKS)),
        ("@mid -15bp", PriceExpression(reference=Reference.MID, offset=D(-15), unit=OffsetUnit.BASIS_POINTS)),
        ("@ask -10", PriceExpression(reference=Reference.ASK, offset=D(-10))),
        ("@-0.3%", PriceExpression(reference=Reference.OWN, offset=D("-0.3"), unit=OffsetUnit.PERCENT)),
        ("@+10", PriceExpression(reference=Reference.OWN, offset=D(10))),
        ("@2t", PriceExpression(reference=Reference.OWN, offset=D(2), unit=OffsetUnit.TICKS)),
        ("@+0", PriceExpression(reference=Reference.OWN)),
        ("@bid-0t", AT_BID),
        ("@be", PriceExpression(reference=Reference.BREAK_EVEN)),
        ("@ENTRY", PriceExpression(reference=Reference.ENTRY)),
    ],
)
def test_prices(context: Context, text: str, expected: PriceExpression) -> None:
    place = one(f"b btc 1 {text}", context)
    assert isinstance(place, Place)
    assert place.price == expected


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("", Style()),
        ("post", Style(OrderType.LIMIT_MAKER)),
        ("ioc", Style(time_in_force=TimeInForce.IOC)),
        ("FOK tag:a tag:b", Style(time_in_force=TimeInForce.FOK, tags=("a", "b"))),
        ("ro", Style(reduce_only=True)),
        ('note "say \\"no\\"; && \\\\"', Style(note='say "no"; && \\')),
        ('note "tab\there"', Style(note="tab\ufffdhere")),
    ],
)
def test_flags(context: Context, flags: str, expected: Style) -> None:
    place = one(f"sell btc 1 @bid {flags}", context)
    assert isinstance(place, Place)
    assert place.style == expected


@pytest.mark.parametrize(
    ("text", "kind", "value", "level"),
    [
        ("risk 0.5% mkt to 63000", SizeKind.RISK_PERCENT, "0.5", RiskPrice(absolute=D(63000))),
        ("risk 100% mkt to @63000.5", SizeKind.RISK_PERCENT, "100", RiskPrice(absolute=D("63000.5"))),
        ("RISK .5% MKT TO -2%", SizeKind.RISK_PERCENT, "0.5", RiskPrice(percent=D(-2))),
        ("risk $20 mkt to -0.25%", SizeKind.RISK_QUOTE, "20", RiskPrice(percent=D("-0.25"))),
        ("risk 20usdt mkt to -99.9%", SizeKind.RISK_QUOTE, "20", RiskPrice(percent=D("-99.9"))),
        ("risk mkt to 63000", SizeKind.RISK, "0", RiskPrice(absolute=D(63000))),
    ],
)
def test_sizes_by_risk(context: Context, text: str, kind: SizeKind, value: str, level: RiskPrice) -> None:
    expected = replace(buy(SizeExpression(kind, D(value))), risk_to=level)
    assert one(f"b btc {text}", context) == expected
    assert one(f"b {text}", context) == expected


def test_flags_follow_what_a_risk_counts_to_and_a_sale_counts_upwards(context: Context) -> None:
    level = RiskPrice(percent=D(3))
    place = one("s btc risk 1% @64000 to +3% post ro", context)
    style = Style(OrderType.LIMIT_MAKER, reduce_only=True)
    price = PriceExpression(absolute=D(64000))
    assert place == Place(Side.SELL, BTC, SizeExpression(SizeKind.RISK_PERCENT, D(1)), price, style, level)


def test_a_market_order_has_a_cap_unless_it_is_taken_off(context: Context) -> None:
    assert one("b btc 1 mkt cap off", context) == buy(ONE, style=replace(MARKET_STYLE, capped=False))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("close btc", Close(BTC)),
        ("close .", Close(BTC)),
        ("close half", Close(BTC, SizeExpression(SizeKind.POSITION_PERCENT, D(50)))),
        ("close eth all @bid", Close(ETH, price=AT_BID)),
        ("close eth @bid post", Close(ETH, price=AT_BID, style=Style(OrderType.LIMIT_MAKER, reduce_only=True))),
        ("close eth mkt", Close(ETH, price=MARKET, style=replace(MARKET_STYLE, reduce_only=True))),
        ("close :3 25%pos", Close(ETH, SizeExpression(SizeKind.POSITION_PERCENT, D(25)))),
        ("cancel last", Cancel(last=True)),
        ("cancel all", Cancel()),
        ("cancel all btc", Cancel(symbol=BTC)),
        ("cancel side:sell btc", Cancel(symbol=BTC, side=Side.SELL)),
        ("cancel .", Cancel(symbol=BTC)),
        ("cancel :1 :4", Cancel(ids=(ORDER, "01J000000000000000000000B2"))),
        ("cancel :2", Cancel(symbol=ETH)),
        (f"cancel {ORDER.lower()}", Cancel(ids=(ORDER,))),
        ("cancel C02__443776347957968896X1", Cancel(ids=("C02__443776347957968896X1",))),
        ("canc last", Cancel(last=True)),
        ("pos", Look(View.POSITIONS)),
        ("ord eth", Look(View.ORDERS, ETH)),
        ("hist", Look(View.HISTORY)),
        ("bal", Look(View.BALANCES)),
        ("log", Look(View.LOG)),
        ("help", Help()),
        ("help s", Help("sell")),
        ("help help", Help()),
        ("?", Help()),
        ("buy", Help("buy")),
        ("close", Help("close")),
        ("cancel", Help("cancel")),
        ("pos?", Help("pos")),
        ("s ?", Help("sell")),
    ],
)
def test_other_commands(context: Context, line: str, expected: Command) -> None:
    assert one(line, context) == expected


def test_statements_wait_and_may_stop_on_failure(context: Context) -> None:
    script = parse("cancel all;close btc && bal; b btc 1 @bid ?;b btc 1 @bid!; btc ?; eth!", context)
    assert [step.join for step in script.steps] == [Join.THEN, Join.THEN, Join.IF_DONE, *[Join.THEN] * 4]
    assert [step.preview for step in script.steps] == [False, False, False, True, False, True, False]
    assert [step.force for step in script.steps] == [False, False, False, False, True, False, True]


@pytest.mark.parametrize(
    ("line", "position", "length", "word", "hint"),
    [
        ("", 0, 1, "help lists them", "help"),
        ("bal;", 3, 1, "Type a command", "help"),
        ("; bal", 0, 1, "Type a command", "help"),
        ("by btc 1 mkt", 0, 2, "did you mean «buy»", "buy"),
        ("zzzz", 0, 4, "is not a command or a pair.", None),
        ("c btc", 0, 1, "could be cancel or close", "cancel"),
        ("canc all", 0, 4, "must be written in full", "cancel all"),
        ("bu btc 1 mkt", 0, 2, "did you mean «buy»", "buy"),
        ("@e = buy btc 1 mkt", 0, 2, "is not a command", None),
        ("@e=buy btc 1 mkt", 0, 6, "Names for orders", None),
        ("btc 1 mkt", 0, 3, "A command comes first: buy btc", "buy"),
        ('"buy" btc', 0, 5, "is not a pair", None),
        ("b foo/bar 1 mkt", 2, 7, "is not a pair", None),
        ("b ehh 1 mkt", 2, 3, "did you mean «eth»", "eth"),
        ("b :9 1 mkt", 2, 2, "no row 9; 4 rows", None),
        ("b :x 1 mkt", 2, 2, "no row x", None),
        ("b : 1 mkt", 2, 1, r"no row \?", None),
        ("b :4 1 mkt", 2, 2, "Row 4 is not about a pair", None),
        ("b btc", 5, 1, "A size .* is missing", None),
        ("b btc @bid", 6, 4, "size comes before the price", None),
        ("b btc 0 mkt", 6, 1, "above zero", None),
        ("b btc 25% mkt", 6, 3, "Percent of what", "25%bal"),
        ("b btc 101%bal mkt", 6, 7, "More than 100", "100%bal"),
        ("b btc $5usdt mkt", 6, 6, r"with \$ takes no unit", "$5"),
        ("b btc 5eth mkt", 6, 4, "neither BTC nor USDT", "5usdt"),
        ("b btc p1 mkt", 6, 2, "presets are not available", None),
        ("b btc risk 1% mkt", 17, 1, "Say what the risk counts to: to 63000, or to -2%. No stop", None),
        ("b btc risk 1% mkt post", 18, 4, "Say what the risk counts to", None),
        ("b btc risk 1% mkt sl 63000", 18, 2, "«sl» is not available; place the exit order by hand", None),
        ("b btc risk 1% mkt to", 20, 1, "that the risk counts to .63000, -2%. is missing", None),
        ("b btc risk 1% mkt to 5t", 21, 2, "Give a price or a percentage with its sign", None),
        ("b btc risk 1% mkt to 2%", 21, 2, "with its sign: to 63000, or to -2%", None),
        ("b btc risk 1% mkt to -63000", 21, 6, "Give a price", None),
        ("b btc risk 1% mkt to @bid", 21, 4, "Give a price", None),
        ("b btc risk 1% mkt to 0", 21, 1, "above zero", None),
        ("b btc risk 1% mkt to +2%", 21, 3, "A buy loses below its price", None),
        ("b btc risk 1% mkt to -0%", 21, 3, "A buy loses below its price", None),
        ("b btc risk 1% mkt to -100%", 21, 5, "no price above zero", None),
        ("s btc risk 1% mkt to -2%", 21, 3, "A sale loses above its price", None),
        ("b btc risk 1% @64000 to 64000", 24, 5, "A buy loses below its price", None),
        ("s btc risk 1% @64000 to 63999", 24, 5, "A sale loses above its price", None),
        ("b btc risk to 63000", 11, 2, "«to» follows the price", None),
        ("b btc risk 1", 11, 1, "Write 1% or .1", "1%"),
        ("b btc risk 1btc mkt to 5", 11, 4, "Write 1% or .1", "1%"),
        ("b btc risk 0% mkt to 5", 11, 2, "above zero", None),
        ("b btc risk 100.1% mkt to 5", 11, 6, "More than 100 % cannot be lost", "100%"),
        ("b btc risk $5usdt mkt to 5", 11, 6, "with . takes no unit", "$5"),
        ("b btc risk half mkt to 5", 11, 4, "A risk is percent of the account or money", "0.5%"),
        ("b btc risk 1%", 6, 4, "There is no price", "mkt"),
        ("b btc 1 mkt to 63000", 12, 2, "«to» follows the price of an order that is sized by risk", None),
        ("close btc risk mkt", 10, 4, "«risk» is a size", None),
        ("risk btc 1%", 0, 4, "«risk» is a size: buy btc risk 0.5% @64000 to 63000", None),
        ("b btc 1 mkt risk 1%", 12, 4, "«risk» is a size", None),
        ("b btc maxx mkt", 6, 4, "did you mean «max»", "max"),
        (f"b btc {'1' * 39} mkt", 6, 39, "more than 38 digits", None),
        ("b btc 1", 6, 1, "There is no price", "mkt"),
        ("b btc 60000", 6, 5, "Did you mean @60000", "@60000"),
        ("b btc 60000 post", 6, 5, "Did you mean @60000", "@60000"),
        ("b btc 60000 mkt", 6, 5, "looks like a price", "@60000"),
        ("s btc 60000 mkt", 6, 5, "looks like a price", "@60000"),
        ("b btc 1 60000", 8, 5, "written with @", "@60000"),
        ("b btc 1 post", 8, 4, "is not a price", None),
        ("b btc 1 @", 9, 1, "A price after @ is missing", None),
        ("b btc 1 @foo", 8, 4, "is not a price", None),
        ("b btc 1 @bid5", 8, 5, "is not a price", "@bid"),
        ("b btc 1 @$x", 8, 3, "Variables", None),
        ("b btc 1 @0", 8, 2, "above zero", None),
        ("b btc 1 @bid @ask", 13, 4, "is not a flag", None),
        ("b btc 1 @bid pst", 13, 3, "did you mean «post»", "post"),
        ("b btc 1 @bid post ioc", 18, 3, "does not go with «post»", None),
        ("b btc 1 mkt post", 12, 4, "immediate already", None),
        ("b btc 1 @bid ro", 13, 2, "only a sell reduces", None),
        ("b btc 1 mkt cap", 12, 3, "Write «cap off»", "cap off"),
        ("b btc 1 @bid cap off", 13, 3, "goes with mkt only", None),
        ("b btc 1 mkt tag:", 12, 4, "1 to 32 letters", None),
        ("b btc 1 mkt tag:a tag:a", 18, 5, "each once", None),
        ("b btc 1 mkt note x", 12, 4, "in quotes", None),
        ("b btc 1 mkt note", 12, 4, "in quotes", None),
        ('b btc 1 mkt note "a" note "b"', 21, 4, "has one note", None),
        (f'b btc 1 mkt note "{"x" * 201}"', 17, 203, "at most 200", None),
        ('b btc 1 mkt note "x', 17, 2, "quote is not closed", None),
        ("a & b", 2, 1, "single & means nothing", "&&"),
        ("b \x1b[2J", 2, 4, "unprintable", None),
        ("x" * 2001, 2000, 1, "at most 2000", None),
        ("close all", 6, 3, "Say which pair", None),
        ("close btc 5 foo", 12, 3, "is not a flag", "fok"),
        ("cancel xyz", 7, 3, "is not an order, a pair or a filter", None),
        ("cancel lst", 7, 3, "did you mean «last»", "last"),
        ("cancel last btc", 7, 4, "not both", None),
        ("cancel :1 last", 7, 2, "not both", None),
        ("cancel btc eth", 11, 3, "One filter of a kind", None),
        ("cancel btc :2", 11, 2, "One filter of a kind", None),
        ("cancel side:buy side:buy", 16, 8, "One filter of a kind", None),
        ("cancel :9", 7, 2, "no row 9", None),
        ("pos btc eth", 8, 3, "is not understood here", None),
        ("bal btc", 4, 3, "is not understood here", None),
        ("help foo", 5, 3, "is not a command", None),
    ],
)
def test_errors_point_at_the_word_and_say_what_to_do(
    context: Context, line: str, position: int, length: int, word: str, hint: str | None
) -> None:
    with pytest.raises(GrammarError, match=word) as caught:
        parse(line, context)
    assert (caught.value.position, caught.value.length, caught.value.hint) == (position, length, hint)


@pytest.mark.parametrize("verb", sorted(UNAVAILABLE))
def test_words_of_the_full_language_say_that_they_are_not_available(context: Context, verb: str) -> None:
    for line in (f"{verb} btc 1", f"b btc 1 mkt {verb} 5"):
        with pytest.raises(GrammarError, match=f"«{verb}» is not available; .*\\.$"):
            parse(line, context)


def test_a_large_size_is_only_taken_for_a_price_when_nobody_could_pay_it(context: Context) -> None:
    rich = replace(context, free={"USDT": D(10**12)})
    assert isinstance(one("b btc 60000 mkt", rich), Place)
    assert isinstance(one("b btc 60000 mkt", replace(context, free={})), Place)
    assert isinstance(one("b btc $60000 mkt", context), Place)
    with pytest.raises(GrammarError, match="There is no price"):
        parse("b btc 60000", replace(context, prices={}))


def test_without_a_focus_a_pair_must_be_named(context: Context) -> None:
    lost = replace(context, focus=None)
    for line, position in (("b 1 mkt", 7), ("b . 1 mkt", 2), ("close half", 10)):
        with pytest.raises(GrammarError, match="No pair is in focus") as caught:
            parse(line, lost)
        assert caught.value.position == position


def test_at_most_eight_tags(context: Context) -> None:
    tags = " ".join(f"tag:t{n}" for n in range(9))
    with pytest.raises(GrammarError, match="at most 8 tags"):
        parse(f"b btc 1 mkt {tags}", context)


def test_a_long_word_is_shortened_in_the_error(context: Context) -> None:
    with pytest.raises(GrammarError) as caught:
        parse("x" * 99, context)
    assert str(caught.value) == f"«{'x' * 39}…» is not a command or a pair."
