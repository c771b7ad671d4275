# ruff: noqa: E501 - a case of the table is one line
from __future__ import annotations

from decimal import Decimal

import pytest

from tui_trader.domain.expression import SizeExpression, SizeKind
from tui_trader.grammar.canonical import write, write_script
from tui_trader.grammar.commands import Close
from tui_trader.grammar.completion import complete
from tui_trader.grammar.context import Context
from tui_trader.grammar.highlight import highlight
from tui_trader.grammar.parser import parse
from tui_trader.grammar.sentence import describe
from tui_trader.grammar.sizes import write_size

D = Decimal


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
        ("buy?", "help buy", "Written as: buy [symbol] size price {flags}"),
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


@pytest.mark.parametrize(
    ("size", "text", "words"),
    [
        (SizeExpression(SizeKind.RISK_PERCENT, D("0.5")), "risk 0.5%", "as much BTCUSDT as risks 0.5 % of the account"),
        (SizeExpression(SizeKind.RISK_QUOTE, D(20)), "risk $20", "as much BTCUSDT as risks $20"),
    ],
)
def test_sizes_that_programs_may_use_have_words_too(size: SizeExpression, text: str, words: str) -> None:
    assert write_size(size) == text
    assert words in describe(Close("BTCUSDT", size))


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
