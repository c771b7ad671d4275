# ruff: noqa: E501 - a case of the table is one line
from __future__ import annotations

import pytest

from tui_trader.grammar.canonical import write, write_script
from tui_trader.grammar.completion import complete
from tui_trader.grammar.context import Context
from tui_trader.grammar.highlight import highlight
from tui_trader.grammar.parser import parse
from tui_trader.grammar.sentence import describe


@pytest.mark.parametrize(
    ("line", "canonical", "sentence"),
    [
        ("b 0.010 @bid +2t post", "buy BTCUSDT 0.01 @bid+2t post", "Buy 0.01 coins of BTCUSDT at 2 ticks above the best bid, post-only."),
        ("b btc $100 mkt", "buy BTCUSDT $100 mkt", "Buy BTCUSDT for $100 at the market, at no worse than the cap."),
        ("b btc 100usdt mkt cap off", "buy BTCUSDT $100 mkt cap off", "Buy BTCUSDT for $100 at the market, with no cap on the price."),
        ("s eth 25%bal @-0.3% ioc", "sell ETHUSDT 25%bal @-0.3% ioc", "Sell ETHUSDT for 25 % of the free balance at 0.3 % below the best ask, immediate or cancel."),
        ("s eth half @60000 fok", "sell ETHUSDT 50%pos @60000 fok", "Sell 50 % of the position in ETHUSDT at 60000, all at once or not at all."),
        ("s eth all @+0 ro", "sell ETHUSDT all @+0 ro", "Sell all free coins of ETHUSDT at the best ask, never more than is held."),
        ("b max @mid -1bp tag:x tag:y", "buy BTCUSDT max @mid-1bp tag:x tag:y", "Buy as much BTCUSDT as balance and limits allow at 1 basis point below the middle of bid and ask, tagged x, y."),
        ('b 1 @last note "a \\"b\\""', 'buy BTCUSDT 1 @last note "a \\"b\\""', 'Buy 1 coins of BTCUSDT at the last price, noted "a \\"b\\"".'),
        ("b 1 @+5", "buy BTCUSDT 1 @+5", "Buy 1 coins of BTCUSDT at 5 above the best bid."),
        ("close btc", "close BTCUSDT all", "Close: sell all free coins of BTCUSDT at 1 tick below the best ask, never more than is held."),
        ("close btc 5 @bid", "close BTCUSDT 5 @bid", "Close: sell 5 coins of BTCUSDT at the best bid, never more than is held."),
        ("cancel all", "cancel all", "Cancel every working order."),
        ("cancel last", "cancel last", "Cancel the order placed last."),
        ("cancel :1", "cancel 01J000000000000000000000A1", "Cancel order 01J000000000000000000000A1."),
        ("cancel :1 :4", "cancel 01J000000000000000000000A1 01J000000000000000000000B2", "Cancel 2 orders: 01J000000000000000000000A1, 01J000000000000000000000B2."),
        ("cancel side:buy", "cancel side:buy", "Cancel every working buy order."),
        ("cancel side:sell eth", "cancel ETHUSDT side:sell", "Cancel every working sell order of ETHUSDT."),
        ("ord", "ord", "Show the orders."),
        ("hist eth", "hist ETHUSDT", "Show the history of ETHUSDT."),
        ("eth", "ETHUSDT", "Show ETHUSDT; nothing is sent."),
        ("help", "help", "Commands: buy, sell, cancel, close, pos, ord, hist, bal, log, help."),
        ("b risk .50% @64000 to 63000.0 post", "buy BTCUSDT risk 0.5% @64000 to 63000 post", "Buy as much BTCUSDT as risks 0.5 % of the account at 64000, post-only, counted down to 63000; only the size comes from it, no stop is placed."),
        ("s eth risk $20 mkt to +2.50%", "sell ETHUSDT risk $20 mkt to +2.5%", "Sell as much ETHUSDT as risks $20 at the market, at no worse than the cap, counted up to 2.5 % above its price; only the size comes from it, no stop is placed."),
        ("b eth risk @bid to -2%", "buy ETHUSDT risk @bid to -2%", "Buy as much ETHUSDT as risks the profile's share for one trade at the best bid, counted down to 2 % below its price; only the size comes from it, no stop is placed."),
        ("buy?", "help buy", "Written as: buy [symbol] size price [to price] {flags}"),
        ("bal ?", "help bal", "Written as: bal"),
    ],
)  # fmt: skip
def test_a_command_has_one_spelling_and_one_sentence(
    context: Context, line: str, canonical: str, sentence: str
) -> None:
    (step,) = parse(line, context).steps
    assert (write(step.command), describe(step.command)) == (canonical, sentence)
    assert parse(canonical, context).steps[0].command == step.command


def test_a_script_is_written_with_its_joins_and_suffixes(context: Context) -> None:
    line = "cancel all ; close BTCUSDT all && buy BTCUSDT 1 @bid ? ; buy BTCUSDT 1 @bid !"
    assert write_script(parse(line, context)) == line


def texts(line: str, context: Context, cursor: int | None = None) -> list[str]:
    return [each.text for each in complete(line, len(line) if cursor is None else cursor, context)]


def test_completion_offers_what_fits_the_place(context: Context) -> None:
    assert texts("c", context) == ["cancel", "close"]
    assert texts("et", context) == ["eth"]
    assert texts("b ", context)[:4] == [".", "BTCUSDC", "btc", "eth"]
    assert "25%bal" in texts("b btc 2", context)
    assert texts("b btc 1 @b", context) == ["@bid", "@be"]
    assert texts("b 1 @bid p", context) == ["post"]
    assert texts("cancel s", context) == ["side:buy", "side:sell", "sol"]
    assert ":1" in texts("cancel ", context)
    assert texts("help b", context) == ["buy", "bal"]
    assert texts("pos e", context) == ["eth"]
    assert texts("pos eth ", context) == []
    assert texts("foo ", context) == []
    assert texts("bal; cl", context) == ["close"]
    assert texts("close e", context) == ["eth"]
    assert texts("close eth h", context) == ["half"]
    assert texts("close eth half m", context) == ["mkt"]
    assert texts("close eth mkt t", context) == ["tag:"]
    assert len(texts("", context)) == 17


def test_completion_knows_the_parts_of_a_size_by_risk(context: Context) -> None:
    assert texts("b btc ri", context) == ["risk"]
    assert texts("b btc risk ", context)[:4] == ["0.5%", "1%", "2%", "$50"]
    assert texts("b btc risk m", context) == ["mkt"]
    assert texts("b btc risk 1% m", context) == ["mkt"]
    assert texts("b btc risk 1% @64000 ", context) == ["to"]
    assert texts("b btc risk mkt t", context) == ["to"]
    assert texts("b btc risk mkt to -", context) == ["-1%", "-2%", "-5%"]
    assert texts("s btc risk mkt to +2", context) == ["+2%"]
    assert texts("b btc risk mkt to 5 p", context) == ["post"]
    assert texts("close btc ri", context) == []


def test_highlighting_names_the_parts_of_a_size_by_risk(context: Context) -> None:
    assert kinds("b btc risk 1% @bid -2t to -2% post", context) == [
        ("b", "verb"),
        ("btc", "symbol"),
        ("risk", "size"),
        ("1%", "size"),
        ("@bid", "price"),
        ("-2t", "price"),
        ("to", "to"),
        ("-2%", "to"),
        ("post", "flag"),
    ]
    assert kinds("b risk mkt to 5", context)[1:] == [("risk", "size"), ("mkt", "price"), ("to", "to"), ("5", "to")]


def test_completion_replaces_the_word_under_the_cursor(context: Context) -> None:
    (offer,) = complete("b et 1 mkt", 3, context)
    assert (offer.text, offer.start, offer.end, offer.kind, offer.detail) == ("eth", 2, 4, "symbol", "ETH/USDT")


def test_completion_offers_nothing_in_text_or_behind_an_error(context: Context) -> None:
    assert texts('b 1 mkt note "po', context) == []
    assert texts('b 1 mkt note "po"', context) == []
    assert texts("a & b", context) == []


def test_completion_needs_no_focus_and_is_not_endless(context: Context) -> None:
    many = Context({f"C{n}USDT": context.symbols["ETHUSDT"]._replace(base=f"C{n}") for n in range(99)})
    assert texts("b c", many)[:2] == ["c0", "c1"]
    assert len(texts("b c", many)) == 20


def kinds(line: str, context: Context) -> list[tuple[str, str]]:
    return [(line[each.start : each.end], each.kind) for each in highlight(line, context)]


def test_highlighting_names_every_word(context: Context) -> None:
    assert kinds("b btc 1 @bid +2t post; cancel all && eth ?", context) == [
        ("b", "verb"),
        ("btc", "symbol"),
        ("1", "size"),
        ("@bid", "price"),
        ("+2t", "price"),
        ("post", "flag"),
        (";", "separator"),
        ("cancel", "verb"),
        ("all", "target"),
        ("&&", "separator"),
        ("eth", "symbol"),
        ("?", "suffix"),
    ]
    assert kinds("b 1 mkt", context)[1:] == [("1", "size"), ("mkt", "price")]
    assert kinds("help buy", context) == [("help", "verb"), ("buy", "verb")]
    assert kinds("hist eth", context)[1] == ("eth", "symbol")


def test_highlighting_shows_the_error_last(context: Context) -> None:
    assert kinds("b btc 1 pst", context)[-2:] == [("pst", "flag"), ("pst", "error")]
    assert kinds("a & b", context) == [("&", "error")]
    assert kinds("", context) == [("", "error")]
