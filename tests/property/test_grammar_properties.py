"""The typed line: what is written is read back, and no text at all breaks the reader."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

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
from tui_trader.grammar.canonical import write, write_script
from tui_trader.grammar.commands import Cancel, Close, Focus, Help, Join, Look, Place, Script, Step, Style, View
from tui_trader.grammar.completion import complete
from tui_trader.grammar.context import Context, Pair
from tui_trader.grammar.highlight import highlight
from tui_trader.grammar.parser import parse
from tui_trader.grammar.sentence import describe
from tui_trader.grammar.words import UNAVAILABLE, VERBS

CONTEXT = Context(
    {f"{base}USDT": Pair(base, "USDT") for base in ("BTC", "ETH", "ALL", "1INCH")}, "BTCUSDT", ("ETHUSDT",)
)
numbers = st.decimals(Decimal("1e-8"), Decimal("1e9"), places=8, allow_nan=False)
symbols = st.sampled_from(sorted(CONTEXT.symbols))
percents = st.decimals(Decimal("0.01"), Decimal(100), places=2)
sizes = st.one_of(
    st.builds(SizeExpression, st.sampled_from([SizeKind.BASE, SizeKind.QUOTE]), numbers),
    st.builds(SizeExpression, st.sampled_from([SizeKind.BALANCE_PERCENT, SizeKind.POSITION_PERCENT]), percents),
    st.builds(SizeExpression, st.sampled_from([SizeKind.ALL, SizeKind.MAX])),
)
offsets = st.one_of(numbers, numbers.map(lambda each: -each))
limits = st.one_of(
    st.builds(PriceExpression, absolute=numbers),
    st.builds(PriceExpression, reference=st.sampled_from(list(Reference))),
    st.builds(
        PriceExpression,
        reference=st.sampled_from(list(Reference)),
        offset=offsets,
        unit=st.sampled_from(list(OffsetUnit)),
    ),
)
tags = st.lists(st.from_regex(r"[A-Za-z0-9_.-]{1,32}", fullmatch=True), max_size=8, unique=True).map(tuple)
notes = st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), max_size=200)


@st.composite
def styles(draw: st.DrawFn, *, market: bool, sell: bool, reduces: bool = False) -> Style:
    kind = draw(st.sampled_from(["gtc", "post", "ioc", "fok"]))
    type_ = OrderType.MARKET if market else OrderType.LIMIT_MAKER if kind == "post" else OrderType.LIMIT
    force = TimeInForce.IOC if market else {"ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}.get(kind, TimeInForce.GTC)
    reduce_only = reduces or (sell and draw(st.booleans()))
    return Style(type_, force, not market or draw(st.booleans()), reduce_only, draw(tags), draw(notes))


risks = st.one_of(
    st.builds(SizeExpression, st.just(SizeKind.RISK_PERCENT), percents),
    st.builds(SizeExpression, st.just(SizeKind.RISK_QUOTE), numbers),
    st.just(SizeExpression(SizeKind.RISK)),
)


@st.composite
def risk_prices(draw: st.DrawFn, side: Side, price: PriceExpression) -> RiskPrice:
    """Draw what a risk counts to, on the losing side."""
    if draw(st.booleans()):
        percent = draw(st.decimals(Decimal("0.01"), Decimal("99.99"), places=2))
        return RiskPrice(percent=-percent if side is Side.BUY else percent)
    away = draw(numbers)
    if price.absolute is None:
        return RiskPrice(absolute=away)
    losing = price.absolute - away if side is Side.BUY else price.absolute + away
    return RiskPrice(absolute=losing if losing > 0 else price.absolute / 2)


@st.composite
def orders(draw: st.DrawFn) -> Place | Close:
    market = draw(st.booleans())
    price = MARKET if market else draw(limits)
    if draw(st.booleans()):
        return Close(draw(symbols), draw(sizes), price, draw(styles(market=market, sell=True, reduces=True)))
    side = draw(st.sampled_from(list(Side)))
    if draw(st.booleans()):
        level = draw(risk_prices(side, price))
        style = draw(styles(market=market, sell=side is Side.SELL))
        return Place(side, draw(symbols), draw(risks), price, style, level)
    return Place(side, draw(symbols), draw(sizes), price, draw(styles(market=market, sell=side is Side.SELL)))


ids = st.from_regex(r"[0-9][A-Z0-9]{25}", fullmatch=True)
commands = st.one_of(
    orders(),
    st.builds(Cancel, ids=st.lists(ids, min_size=1, max_size=3).map(tuple)),
    st.builds(Cancel, symbol=st.none() | symbols, side=st.none() | st.sampled_from(list(Side))),
    st.just(Cancel(last=True)),
    st.builds(Look, st.sampled_from([View.POSITIONS, View.ORDERS, View.HISTORY]), st.none() | symbols),
    st.builds(Look, st.sampled_from([View.BALANCES, View.LOG])),
    st.builds(Focus, symbols),
    st.builds(Help, st.sampled_from(["", *VERBS]).filter(lambda each: each != "help")),
)


@settings(max_examples=300, deadline=None)
@given(commands)
def test_a_command_written_is_read_back_as_itself(command: Place | Close | Cancel | Look | Focus | Help) -> None:
    line = write(command)
    assert parse(line, CONTEXT) == Script((Step(command),))
    assert write(parse(line, CONTEXT).steps[0].command) == line
    assert describe(command)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(orders(), st.sampled_from(["", "?", "!"]), st.sampled_from(list(Join))), min_size=1, max_size=3)
)
def test_a_whole_line_too(parts: list[tuple[Place | Close, str, Join]]) -> None:
    steps = [
        Step(command, suffix == "?", suffix == "!", join if place else Join.THEN)
        for place, (command, suffix, join) in enumerate(parts)
    ]
    line = write_script(Script(tuple(steps)))
    if len(line) <= 2000:
        assert parse(line, CONTEXT) == Script(tuple(steps))


SCRAPS = "b s btc eth/usdt . :1 :9 1 $5 25%bal half mkt @bid @ +2t @-1% post cap off tag:x note risk 0.5% to 63000"
MARKS = '" ; && & ? ! last side:buy = é'
words = st.sampled_from([*VERBS, *UNAVAILABLE, *SCRAPS.split(), *MARKS.split(), '"a b"', "\x1b"])
lines = st.one_of(
    st.text(max_size=60), st.lists(words, max_size=10).map(" ".join), st.lists(words, max_size=6).map("".join)
)


@settings(max_examples=500, deadline=None)
@given(lines, st.integers(0, 60))
def test_any_text_is_read_or_refused_with_a_place(line: str, cursor: int) -> None:
    error = refusal_of(line)
    if error is None:
        script = parse(line, CONTEXT)
        assert parse(write_script(script), CONTEXT) == script
    else:
        assert 0 <= error.position <= max(len(line), 1)
        assert "\x1b" not in str(error)
    for span in highlight(line, CONTEXT):
        assert 0 <= span.start < span.end
    for offer in complete(line, min(cursor, len(line)), CONTEXT):
        assert offer.start <= min(cursor, len(line)) <= offer.end


def refusal_of(line: str) -> GrammarError | None:
    try:
        parse(line, CONTEXT)
    except GrammarError as error:
        return error
    return None
