"""A typed line read as commands (console.md, grammar and rules). A line is understood as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from tui_trader.domain.expression import PriceExpression, SizeExpression, SizeKind
from tui_trader.domain.order import Side
from tui_trader.errors import GrammarError
from tui_trader.grammar.commands import (
    ONE_TICK_INSIDE,
    Cancel,
    Close,
    Command,
    Focus,
    Help,
    Join,
    Look,
    Place,
    Script,
    Step,
)
from tui_trader.grammar.context import Context
from tui_trader.grammar.flags import parse_style
from tui_trader.grammar.prices import looks_like_price, parse_price
from tui_trader.grammar.reader import Reader, unknown, wrong
from tui_trader.grammar.risks import parse_risk, parse_risk_price
from tui_trader.grammar.sizes import looks_like_size, parse_size
from tui_trader.grammar.targets import parse_cancel
from tui_trader.grammar.tokens import Token, statements, tokenize
from tui_trader.grammar.words import (
    ALIASES,
    BUY,
    CANCEL,
    CLOSE,
    HELP,
    RISK,
    SELL,
    UNAVAILABLE,
    VERBS,
    VIEWS,
    refusal,
)

LIKE_A_PRICE = Decimal("0.2")
"""A bare size within this share of the last price may be a price typed in the wrong place (rule 2)."""

SUFFIXES = ("?", "!")


def parse(line: str, context: Context) -> Script:
    """Read a line.

    Raises:
        GrammarError: it is not understood; position and length point at what is wrong, the message says what to do.

    """
    steps: list[Step] = []
    for separator, tokens in statements(tokenize(line)):
        if not tokens:
            place = 0 if separator is None else separator.start
            raise GrammarError("Type a command; help lists them.", position=place, hint=HELP)
        join = Join.THEN if separator is None else Join(separator.text)
        steps.append(replace(_statement(tokens, context), join=join))
    return Script(tuple(steps))


def _statement(tokens: list[Token], context: Context) -> Step:
    end = tokens[-1].end
    words, suffix = _split_suffix(tokens)
    if not words:
        return Step(Help())
    first = words[0]
    if "=" in first.text and not first.quoted:
        raise wrong(first, "Names for orders are not available; leave the part up to = out.")
    verb = _verb(first, context)
    if verb is None:
        return Step(_focus(words, context), preview=suffix == "?", force=suffix == "!")
    if len(words) == 1 and (suffix == "?" or verb not in VIEWS):
        return Step(Help("" if verb == HELP else verb))
    reader = Reader(words[1:], context, end)
    command = _PARSERS[verb](reader, verb)
    reader.finish()
    if isinstance(command, Help):
        return Step(command)
    if isinstance(command, Cancel) and command.everything and first.lower != CANCEL:
        raise wrong(first, "«cancel all» must be written in full.", "cancel all")
    return Step(command, preview=suffix == "?", force=suffix == "!")


def _split_suffix(tokens: list[Token]) -> tuple[list[Token], str]:
    last = tokens[-1]
    if last.quoted or not last.text.endswith(SUFFIXES):
        return tokens, ""
    rest = tokens[:-1] if len(last.text) == 1 else [*tokens[:-1], last.cut(1)]
    return rest, last.text[-1]


def _verb(first: Token, context: Context) -> str | None:
    """Return the verb that a word is; ``None`` for a pair. A unique beginning will do, except for dangerous verbs."""
    word = first.lower
    if word in VERBS or word in ALIASES:
        return ALIASES.get(word, word)
    sentence = refusal(word)
    if sentence is not None:
        raise wrong(first, sentence)
    if word in {".", ""} or word.startswith(":") or context.find(word):
        return None
    meant = [verb for verb in VERBS if verb.startswith(word)]
    if len(meant) == 1 and not any(other.startswith(word) for other in UNAVAILABLE):
        return meant[0]
    if len(meant) > 1:
        raise wrong(first, f"«{first.text}» could be {' or '.join(meant)}; write more of it.", meant[0])
    names = [pair.base.lower() for pair in context.symbols.values()]
    raise unknown(first, [*VERBS, *names], "is not a command or a pair")


def _focus(words: list[Token], context: Context) -> Command:
    reader = Reader(words, context, words[-1].end)
    symbol = reader.symbol(reader.take("A pair"))
    if reader.peek() is not None:
        raise wrong(words[0], f"A command comes first: buy {words[0].text} …, or sell {words[0].text} ….", "buy")
    return Focus(symbol)


def _optional_symbol(reader: Reader) -> str:
    token = reader.peek()
    if token is None or looks_like_size(token, reader.context) or looks_like_price(token):
        return reader.focus()
    return reader.symbol(reader.take("A pair"))


def _order(reader: Reader, verb: str) -> Command:
    side = Side.BUY if verb == BUY else Side.SELL
    symbol = _optional_symbol(reader)
    token = reader.take("A size (0.01, $100, 25%bal)")
    if looks_like_price(token):
        raise wrong(token, "The size comes before the price: 0.01, $100 or 25%bal.")
    pair = reader.context.symbols[symbol]
    size = parse_risk(reader, pair) if token.lower == RISK else parse_size(token, pair)
    price = _order_price(reader, symbol, side, size, token)
    risk_to = parse_risk_price(reader, side, size, price)
    return Place(side, symbol, size, price, parse_style(reader, side, market=price.market), risk_to)


def _order_price(reader: Reader, symbol: str, side: Side, size: SizeExpression, token: Token) -> PriceExpression:
    """Take the price; a missing one, or a size that must be the price, is an error (rules 1 and 2)."""
    similar = _like_a_price(reader.context, symbol, size)
    following = reader.peek()
    if following is None or not looks_like_price(following):
        if similar:
            raise wrong(token, f"There is no price. Did you mean @{token.text} after a size?", f"@{token.text}")
        if following is None:
            raise wrong(token, "There is no price; add mkt for the market, or @ and a price.", "mkt")
    if similar and _beyond_balance(reader.context, symbol, side, size):
        raise wrong(token, f"The size looks like a price. Did you mean @{token.text} after a size?", f"@{token.text}")
    return parse_price(reader)


def _like_a_price(context: Context, symbol: str, size: SizeExpression) -> bool:
    last = context.prices.get(symbol)
    if size.kind is not SizeKind.BASE or not last:
        return False
    return abs(size.value - last) <= last * LIKE_A_PRICE


def _beyond_balance(context: Context, symbol: str, side: Side, size: SizeExpression) -> bool:
    pair = context.symbols[symbol]
    needed = size.value if side is Side.SELL else size.value * context.prices[symbol]
    free = context.free.get(pair.base if side is Side.SELL else pair.quote)
    return free is not None and needed > free


def _close(reader: Reader, _verb: str) -> Command:
    first = reader.peek()
    if first is not None and first.lower == "all":
        raise wrong(first, "Say which pair: close btc all.")
    symbol = _optional_symbol(reader)
    size, price = SizeExpression(SizeKind.ALL), ONE_TICK_INSIDE
    token = reader.peek()
    if token is not None and looks_like_size(token, reader.context):
        size = parse_size(reader.take("A size"), reader.context.symbols[symbol])
    token = reader.peek()
    if token is not None and looks_like_price(token):
        price = parse_price(reader)
    style = parse_style(reader, Side.SELL, market=price.market, reduce_only=True)
    return Close(symbol, size, price, style)


def _look(reader: Reader, verb: str) -> Command:
    token = reader.peek()
    if token is None or verb in {"bal", "log"}:
        return Look(VIEWS[verb])
    return Look(VIEWS[verb], reader.symbol(reader.take("A pair")))


def _help(reader: Reader, _verb: str) -> Command:
    token = reader.take("A command")
    verb = ALIASES.get(token.lower, token.lower)
    if verb not in VERBS:
        raise unknown(token, VERBS, "is not a command")
    return Help("" if verb == HELP else verb)


_PARSERS: dict[str, Callable[[Reader, str], Command]] = {
    BUY: _order,
    SELL: _order,
    CANCEL: parse_cancel,
    CLOSE: _close,
    HELP: _help,
    **dict.fromkeys(VIEWS, _look),
}
