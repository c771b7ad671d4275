"""A person's own rules: the list of them, and making, changing, switching and deleting one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_trader.domain.money import canonical, parse
from tui_trader.domain.text import clean
from tui_trader.errors import DeskUnavailable, Refused, TraderError
from tui_trader.ui.flows.limits import flaws_of, words
from tui_trader.ui.flows.risk import said
from tui_trader.ui.flows.session import Session, new_intent
from tui_trader.ui.panels.choice import Choice, ChoiceRow
from tui_trader.ui.panels.dialogue import Question
from tui_trader.ui.panels.form import Field, Form, Values
from tui_trader.ui.panels.trades import clock

if TYPE_CHECKING:
    from tui_trader.contract.risk_limits import ConstraintsView, ConstraintView, ParameterView

OPERATORS = {"GT": "above", "LT": "below"}
ACTIONS = {"BLOCK": "refuses", "WARN": "warns"}
KEYS = {"n": "new", "enter": "change", "space": "on/off", "d": "delete"}
ALL = "all"
NONE = (
    "No rules of your own yet. n makes one, such as: an order of any pair is refused while its spread is above 0.5 %."
)


async def own_rules(session: Session) -> None:
    """Show the rules and do what is asked with them, until left."""
    chosen = ""
    try:
        while True:
            rules = await session.desk().risk.constraints()
            choice = await session.view.choose(_listing(rules, chosen))
            if choice is None:
                return
            key, chosen = choice
            rule = next((each for each in rules.items if each.id == chosen), None)
            await _do(session, key, rule, rules)
    except DeskUnavailable as error:
        session.view.say(f"{clean(error, 200)} o shows what became of the rules, once it is back.", "error")
    except TraderError as error:
        session.view.say(said(error, "rules of your own"), "error")


def rule_text(rule: ConstraintView, parameters: Sequence[ParameterView]) -> str:
    """Write a rule as a sentence."""
    about = clean(rule.symbol, 20) if rule.symbol else "all pairs"
    unit = next((clean(each.unit, 12) for each in parameters if each.parameter == rule.parameter), "")
    text = (
        f"{about}: {ACTIONS[rule.action.value]} while {words(rule.parameter)} is {OPERATORS[rule.operator.value]} "
        f"{canonical(rule.value)} {unit}".rstrip()
    )
    note = f"  ({clean(rule.description, 80)})" if rule.description else ""
    later = "" if rule.until is None else f"  until {clock(rule.until)}, then {clean(rule.then, 120)}"
    return f"{text}{note}{'' if rule.active else '  OFF'}{later}"


async def _do(session: Session, key: str, rule: ConstraintView | None, rules: ConstraintsView) -> None:
    """Do what a key of the list means."""
    if key == "n" or rule is None:
        await _fill_in(session, None, rules)
    elif key == "enter":
        await _fill_in(session, rule, rules)
    elif key == "space":
        await _switch(session, rule, rules)
    elif await session.view.ask(Question(f"Delete this rule? {rule_text(rule, rules.parameters)}", answer="y")):
        await _delete(session, rule, rules)


async def _delete(session: Session, rule: ConstraintView, rules: ConstraintsView) -> None:
    """Delete a rule; one that refuses is there until it has waited."""
    port = session.desk().risk
    await port.delete_constraint(rule.id)
    kept = next((each for each in (await port.constraints()).items if each.id == rule.id), None)
    said = "Deleted" if kept is None else "Holds still"
    session.view.say(f"{said}: {rule_text(kept or rule, rules.parameters)}", "dim")


async def _switch(session: Session, rule: ConstraintView, rules: ConstraintsView) -> None:
    """Switch a rule off or on; off is asked about, for it lets orders pass. One that waits for it stays on."""
    from tui_trader.contract.risk_limits import UpdateConstraint  # noqa: PLC0415 - pydantic after the first paint

    off = rule.active and rule.until is None
    if off and not await session.view.ask(
        Question(f"Switch this rule off? {rule_text(rule, rules.parameters)}", answer="y")
    ):
        return
    change = UpdateConstraint(intent_id=new_intent(), active=not off)
    changed = await session.desk().risk.update_constraint(rule.id, change)
    said = "Holds still" if changed.until is not None else "On" if changed.active else "Off"
    session.view.say(f"{said}: {rule_text(changed, rules.parameters)}", "dim")


async def _fill_in(session: Session, rule: ConstraintView | None, rules: ConstraintsView) -> None:
    """Make or change a rule by form; what the desk refuses is mended there."""
    form = rule_form(rule, rules.parameters, frozenset(session.model.instruments))
    while (values := await session.view.fill_in(form)) is not None:
        try:
            saved = await _save(session, rule, values, rules.parameters)
        except Refused as error:
            form = replace(form, values=values, flaws=flaws_of(error, None), said=said(error, "rules of your own"))
            continue
        session.view.say(f"Saved: {rule_text(saved, rules.parameters)}", "buy")
        return


async def _save(
    session: Session, rule: ConstraintView | None, values: Values, parameters: Sequence[ParameterView]
) -> ConstraintView:
    """Make the one call."""
    from tui_trader.contract.risk_limits import CreateConstraint, UpdateConstraint  # noqa: PLC0415 - as above

    about = _about(values, parameters)
    body = {
        "intent_id": new_intent(),
        "type": about.type.value,
        "parameter": about.parameter,
        "operator": _key(OPERATORS, values["operator"]),
        "value": parse(values["value"]),
        "action": _key(ACTIONS, values["action"]),
        "symbol": _symbol(values["symbol"]),
        "description": values["description"],
    }
    port = session.desk().risk
    if rule is None:
        return await port.create_constraint(CreateConstraint.model_validate(body))
    return await port.update_constraint(rule.id, UpdateConstraint.model_validate(body))


def rule_form(rule: ConstraintView | None, parameters: Sequence[ParameterView], known: frozenset[str]) -> Form:
    """Make the form of a rule."""
    names = tuple(dict.fromkeys(map(_named, parameters)))
    mine = next((_named(each) for each in parameters if rule and each.parameter == rule.parameter), names[0])
    fields = [
        Field("parameter", "while", mine, about="What the rule looks at, and its unit.", choices=names),
        Field(
            "operator",
            "is",
            OPERATORS[rule.operator.value] if rule else "above",
            about="On which side of the value the rule is broken.",
            choices=tuple(OPERATORS.values()),
        ),
        Field("value", "value", canonical(rule.value) if rule else "", about="In the unit of what the rule looks at."),
        Field(
            "action",
            "then it",
            ACTIONS[rule.action.value] if rule else "refuses",
            about="A broken rule refuses orders, or only warns. What only reduces is never refused by it.",
            choices=tuple(ACTIONS.values()),
        ),
        Field(
            "symbol",
            "for",
            (rule.symbol or ALL) if rule else ALL,
            allowed="all, or a pair such as BTCUSDT",
            about="The pair that the rule is about.",
        ),
        Field("description", "note", clean(rule.description, 200) if rule else "", about="Why the rule is there."),
    ]
    return Form(
        "Change a rule of your own" if rule else "A new rule of your own",
        fields,
        lambda values: _flaws(values, parameters, known),
        lambda values: [_sentence(values, parameters)],
    )


def _named(parameter: ParameterView) -> str:
    """Name what a rule can look at, with its unit."""
    unit = clean(parameter.unit, 12)
    return words(parameter.parameter) + (f" ({unit})" if unit else "")


def _about(values: Values, parameters: Sequence[ParameterView]) -> ParameterView:
    """Return what the rule looks at."""
    return next(each for each in parameters if _named(each) == values["parameter"])


def _flaws(values: Values, parameters: Sequence[ParameterView], known: frozenset[str]) -> dict[str, str]:
    """Return what makes no sense, by field."""
    flaws: dict[str, str] = {}
    about = _about(values, parameters)
    try:
        value = parse(values["value"])
    except ValueError:
        flaws["value"] = "must be a number" + (f", in {clean(about.unit, 12)}" if about.unit else "")
    else:
        if value < 0 and about.parameter != "change_percent":
            flaws["value"] = "must not be negative"
        elif about.most is not None and value > about.most:
            flaws["value"] = f"must not be above {canonical(about.most)}"
    symbol = _symbol(values["symbol"])
    if symbol is not None and known and symbol not in known:
        flaws["symbol"] = f"names {clean(symbol, 20)}, which is no pair of this exchange"
    return flaws


def _sentence(values: Values, parameters: Sequence[ParameterView]) -> str:
    """Say what the rule would do."""
    about, who = _about(values, parameters), _symbol(values["symbol"]) or "all pairs"
    unit = f" {clean(about.unit, 12)}" if about.unit else ""
    return f"{who}: {values['action']} while {words(about.parameter)} is {values['operator']} {values['value']}{unit}"


def _symbol(text: str) -> str | None:
    """Read the pair; ``None`` for all."""
    name = text.strip().upper().replace("/", "")
    return None if name in {"", ALL.upper()} else name


def _key(words: dict[str, str], word: str) -> str:
    """Return what a word stands for."""
    return next(key for key, each in words.items() if each == word)


def _listing(rules: ConstraintsView, selected: str) -> Choice:
    """Make the list."""
    rows = [
        ChoiceRow(each.id, rule_text(each, rules.parameters), "text" if each.active else "dim") for each in rules.items
    ]
    return Choice("Rules of your own", rows, KEYS, NONE, frozenset({"n"}), selected)
