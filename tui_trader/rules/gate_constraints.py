"""A person's own rules: which parameters there are, and whether an order breaks one (features.md §4, Constraint)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from tui_trader.domain.assessment import Action, Constraint, Operator, RiskType
from tui_trader.domain.limit_facts import CURRENCY
from tui_trader.domain.money import EXACT, ZERO, canonical
from tui_trader.domain.risk import Breach, Level
from tui_trader.domain.risk_profile import Flaw
from tui_trader.rules.gate import GateFacts
from tui_trader.rules.gate_conduct import MINUTE_MS, sent_within
from tui_trader.rules.gate_limit import HUNDRED, percent

Figure = Callable[[GateFacts], Decimal | None]


def _share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or not whole else percent(part, whole)


def _deviation(facts: GateFacts) -> Decimal | None:
    if facts.quote is None or facts.price is None:
        return None
    return percent(abs(EXACT.subtract(facts.price, facts.quote.mid)), facts.quote.mid)


def _exposure(facts: GateFacts) -> Decimal | None:
    held, worth = facts.given.account.exposure, facts.worth
    if held is None or worth is None:
        return None
    return EXACT.add(EXACT.add(held, facts.given.account.entries), worth if facts.enters else ZERO)


def _in_currency(amount: Decimal | None, rate: Decimal | None) -> Decimal | None:
    return None if amount is None or rate is None else EXACT.multiply(amount, rate)


def _fallen(facts: GateFacts) -> Decimal | None:
    share = _share(facts.given.account.equity, facts.given.account.peak)
    return None if share is None else max(ZERO, HUNDRED - share)


PARAMETERS: Mapping[RiskType, Mapping[str, Figure]] = {
    RiskType.POSITION: {
        "order_value": lambda facts: facts.worth,
        "position_value": lambda facts: facts.held_after,
        "open_positions": lambda facts: Decimal(facts.given.account.positions),
    },
    RiskType.VOLATILITY: {
        "volatility_percent": lambda facts: facts.given.market.volatility,
        "change_percent": lambda facts: _in_currency(facts.given.market.change, HUNDRED),
    },
    RiskType.LIQUIDITY: {
        "day_volume": lambda facts: _in_currency(facts.given.market.volume, facts.rate),
        "spread_percent": lambda facts: None if facts.quote is None else percent(facts.quote.spread, facts.quote.mid),
    },
    RiskType.EXPOSURE: {"total_exposure": _exposure},
    RiskType.CONCENTRATION: {
        "concentration_percent": lambda facts: _share(facts.held_after, facts.given.account.equity)
    },
    RiskType.DRAWDOWN: {
        "drawdown_percent": _fallen,
        "position_loss_percent": lambda facts: facts.given.account.position_loss_percent,
    },
    RiskType.LOSS: {
        "day_loss": lambda facts: facts.given.account.day_loss,
        "week_loss": lambda facts: facts.given.account.week_loss,
    },
    RiskType.PRICE: {"price": lambda facts: facts.price, "deviation_percent": _deviation},
    RiskType.RATE: {
        "orders_per_minute": lambda facts: Decimal(sent_within(facts, MINUTE_MS)),
        "open_orders": lambda facts: Decimal(facts.given.working_count),
    },
    RiskType.DATA: {
        "quote_age_ms": lambda facts: None if facts.quote is None else Decimal(facts.given.now - facts.quote.received)
    },
    RiskType.VENUE: {"budget_percent": lambda facts: Decimal(str(facts.given.conduct.budget_used)) * HUNDRED},
}
"""What a constraint can be about; money in the account currency, but ``price`` in the pair's quote asset."""


_SHARES = frozenset({"concentration_percent", "drawdown_percent", "position_loss_percent", "budget_percent"})
QUOTE = "quote asset"
_COUNTS: Mapping[str, str] = {
    "open_positions": "pairs",
    "orders_per_minute": "orders",
    "open_orders": "orders",
    "quote_age_ms": "ms",
    "price": QUOTE,
}


def parameter_unit(parameter: str) -> str:
    """Return what a parameter is counted in; ``CURRENCY`` stands for the account's."""
    return "%" if parameter.endswith("_percent") else _COUNTS.get(parameter, CURRENCY)


def parameter_most(parameter: str) -> Decimal | None:
    """Return the largest value that makes sense; ``None`` where there is none."""
    return HUNDRED if parameter in _SHARES else None


def constraint_flaws(constraint: Constraint) -> tuple[Flaw, ...]:
    """Return what makes no sense in a constraint."""
    found = []
    known = PARAMETERS[constraint.type]
    if constraint.parameter not in known:
        found.append(Flaw("parameter", f"of type {constraint.type} is one of {', '.join(known)}"))
    if not constraint.value.is_finite() or (constraint.value < 0 and constraint.parameter != "change_percent"):
        found.append(Flaw("value", "must be a number that is not negative"))
    elif constraint.value > (parameter_most(constraint.parameter) or constraint.value):
        found.append(Flaw("value", "must not be above 100 percent"))
    return tuple(found)


def own_rules(facts: GateFacts) -> Iterator[Breach]:
    """Look at every active constraint; one that blocks also blocks while its figure is not known."""
    for each in facts.given.constraints:
        if each.active and each.symbol in {None, facts.instrument.symbol}:
            yield from _broken(facts, each)


def _broken(facts: GateFacts, rule: Constraint) -> Iterator[Breach]:
    level = Level.HARD if rule.action is Action.BLOCK else Level.SOFT
    measure = PARAMETERS[rule.type].get(rule.parameter)
    figure = None if measure is None else measure(facts)
    name = rule.parameter.replace("_", " ")
    words = "above" if rule.operator is Operator.GT else "below"
    limit, code = canonical(rule.value), f"constraint_{rule.id}"
    about = f" ({rule.description})" if rule.description else ""
    if figure is None or not figure.is_finite():
        message = f"Your rule{about} on {name} cannot be checked: it is not known."
        yield Breach(code, level, message, "unknown", limit)
    elif figure > rule.value if rule.operator is Operator.GT else figure < rule.value:
        shown = canonical(figure.quantize(Decimal("1e-8"), context=EXACT))
        message = f"Your rule{about}: {name} is {shown}, {words} {limit}."
        yield Breach(code, level, message, shown, limit)
