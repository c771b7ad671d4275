"""What the checks saw of an order and had to say, as the journal keeps it for ``why ORDER``."""

from __future__ import annotations

from typing import Any

from tui_trader.rules.checks import CHECKS
from tui_trader.services.journal_lines import breach_body
from tui_trader.services.judging import Judgement
from tui_trader.services.order_record import money

ACCOUNT = ("equity", "peak", "day_loss", "week_loss", "exposure", "held", "entries", "resting")
MARKET = ("volume", "volatility")


def seen(judged: Judgement) -> dict[str, Any]:
    """Write down prices, figures and breaches; ``checks`` is how many rows of the table looked at it."""
    given, quote = judged.given, judged.given.quote
    body: dict[str, Any] = {"gate": given.state.value, "checks": len(CHECKS)}
    if quote is not None:
        body |= {"bid": money(quote.bid), "ask": money(quote.ask), "quote_age_ms": judged.quote_age_ms}
    figures = [(name, getattr(given.account, name)) for name in ACCOUNT]
    figures += [(name, getattr(given.market, name)) for name in MARKET]
    body["figures"] = {name: money(value) for name, value in figures if value is not None}
    if judged.breaches:
        body["breaches"] = [breach_body(breach) for breach in judged.breaches]
    return body
