"""Changing the risk profile: read it, fill in the form, say what takes effect when, one call, say what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tui_trader.domain.money import canonical, parse
from tui_trader.domain.text import clean
from tui_trader.errors import DeskUnavailable, Refused, TraderError
from tui_trader.ui.flows.risk import said
from tui_trader.ui.flows.session import Session, new_intent
from tui_trader.ui.numbers import countdown
from tui_trader.ui.panels.form import Field, Form, Values

if TYPE_CHECKING:
    from tui_trader.contract.risk_limits import LimitView, ProfileView, UpdateProfile

WAIT = "from 60 s after saving, and kept in the journal"
PRESETS = ("conservative", "moderate", "aggressive")
PRESET, CONTROL, PAIRS = "preset", "auto_risk_control", "symbols"
KEEP, ALL = "keep", "all"
SWITCH = ("on", "off")


async def edit_limits(session: Session, symbol: str | None = None) -> None:
    """Change the general limits, or those of one pair."""
    try:
        profile = await session.desk().risk.profile()
        known = session.model.instruments
        form = pair_form(profile, symbol) if symbol else whole_form(profile, known)
        while (values := await session.view.fill_in(form)) is not None:
            form = replace(form, values=values)
            try:
                changed = await session.desk().risk.update_profile(_change(profile, values, symbol))
            except Refused as error:
                form = replace(form, flaws=flaws_of(error, symbol), said=said(error, "limits"))
                continue
            _tell(session, changed)
            return
    except DeskUnavailable as error:
        session.view.say(f"{clean(error, 200)} e shows whether the limits were changed, once it is back.", "error")
    except TraderError as error:
        session.view.say(said(error, "limits"), "error")
    else:
        session.view.say("No limit was changed.", "dim")


def whole_form(profile: ProfileView, known: Iterable[str]) -> Form:
    """Make the form of the general limits."""
    pairs = ", ".join(clean(each, 20) for each in profile.symbols) or ALL
    fields = [
        Field(
            PRESET,
            "begin from a preset",
            KEEP,
            "",
            "",
            f"All limits of a preset at once; now {profile.preset}. What you type below is laid upon it.",
            choices=(KEEP, *PRESETS),
            group="Profile",
        ),
        Field(
            CONTROL,
            "automatic control",
            SWITCH[not profile.auto_risk_control],
            "",
            "",
            "On: a high or critical risk refuses orders. Off: it asks first.",
            choices=SWITCH,
            group="Profile",
        ),
        Field(
            PAIRS,
            "pairs that may be traded",
            pairs,
            "",
            "all, or BTCUSDT, ETHUSDT",
            "The only pairs that orders pass for; all: every pair that the key may trade.",
            group="Profile",
        ),
        *(_field(each, canonical(each.value), _due(profile, each.name, None)) for each in profile.limits),
    ]
    title = f"Limits of the risk profile ({clean(profile.preset, 20)})"
    pairs_known = frozenset(known)
    return Form(
        title,
        fields,
        lambda values: {**_pair_flaws(values, pairs_known), **limit_flaws(profile.limits, values)},
        lambda values: list(_effects(profile, values)),
    )


def pair_form(profile: ProfileView, symbol: str) -> Form:
    """Make the form of one pair's own limits; an empty field follows the general limit."""
    own = profile.overrides.get(symbol, {})
    limits = [each for each in profile.limits if each.per_symbol]
    fields = [
        replace(
            _field(each, canonical(own[each.name]) if each.name in own else "", _due(profile, each.name, symbol)),
            hint=f"as all: {canonical(each.value)}",
        )
        for each in limits
    ]
    return Form(
        f"Limits of {symbol} alone; empty: as for all pairs",
        fields,
        lambda values: limit_flaws(limits, values, own=True),
        lambda values: list(_pair_effects(limits, own, values)),
    )


def limit_flaws(limits: Sequence[LimitView], values: Values, *, own: bool = False) -> dict[str, str]:
    """Return what makes no sense, by field: no number, outside what is allowed, softer above harder."""
    flaws: dict[str, str] = {}
    read: dict[str, Decimal] = {each.name: each.value for each in limits}
    for each in limits:
        text = values.get(each.name, "")
        if own and not text:
            continue
        reason = _value_flaw(each, text)
        if reason:
            flaws[each.name] = reason
        else:
            read[each.name] = parse(text)
    for each in limits:
        upper = read.get(each.not_above)
        if each.name not in flaws and each.not_above not in flaws and upper is not None and read[each.name] > upper:
            flaws[each.name] = (
                f"is {canonical(read[each.name])}, above {words(each.not_above)}, which is {canonical(upper)}"
            )
    return flaws


def flaws_of(error: Refused, symbol: str | None) -> dict[str, str]:
    """Return what the desk found wrong, by field."""
    lead = f"overrides.{symbol}." if symbol else ""
    found = error.details.get("flaws", ())
    return {
        clean(each.get("field", ""), 80).removeprefix(lead): clean(each.get("reason", ""), 200)
        for each in found
        if isinstance(each, Mapping)
    }


def words(name: str) -> str:
    """Write the name of a limit."""
    return clean(name, 40).removesuffix("_percent").removesuffix("_ms").replace("_", " ")


def _field(limit: LimitView, value: str, due: tuple[str, int] | None) -> Field:
    """Make the field of a limit."""
    off = "; 0 is off" if limit.off_at_zero else ""
    most = "" if limit.most is None else f" to {canonical(limit.most)}"
    allowed = f"{'whole, ' if limit.whole else ''}from {canonical(limit.least)}{most}{off}"
    return Field(
        limit.name,
        words(limit.name),
        value,
        clean(limit.unit, 12),
        allowed,
        f"{clean(limit.meaning, 200)}.",
        group=clean(limit.group, 40),
        due=due,
    )


def _due(profile: ProfileView, name: str, symbol: str | None) -> tuple[str, int] | None:
    """Return what a limit will be soon, and from when on."""
    found = next((each for each in profile.pending if (each.name, each.symbol) == (name, symbol)), None)
    return None if found is None else (canonical(found.value), found.at)


def _value_flaw(limit: LimitView, text: str) -> str:
    """Say what is wrong with one value; empty when nothing is."""
    try:
        value = parse(text)
    except ValueError:
        return "must be a number"
    if limit.whole and value != value.to_integral_value():
        return "must be a whole number"
    if value < limit.least and not (limit.off_at_zero and value == 0):
        return f"must be at least {canonical(limit.least)}"
    if limit.most is not None and value > limit.most:
        return f"must not be above {canonical(limit.most)}"
    return ""


def _pair_flaws(values: Values, known: frozenset[str]) -> dict[str, str]:
    """Look at the pairs that may be traded."""
    strange = [each for each in _pairs(values) if known and each not in known]
    return {PAIRS: f"names {clean(strange[0], 20)}, which is no pair of this exchange"} if strange else {}


def _pairs(values: Values) -> list[str]:
    """Read the list of pairs."""
    names = [each.strip().upper().replace("/", "") for each in values.get(PAIRS, ALL).split(",")]
    return [] if names in ([ALL.upper()], [""]) else [each for each in names if each]


def _loosens(limit: LimitView, before: Decimal, after: Decimal) -> bool:
    """Tell whether a change waits: it is the daring way, or it switches the limit off."""
    if limit.daring.value == "neither":
        return False
    if limit.off_at_zero and limit.daring.value == "up" and 0 in {before, after}:
        return after == 0
    return after < before if limit.daring.value == "down" else after > before


def _effects(profile: ProfileView, values: Values) -> Iterator[str]:
    """Say what saving would do."""
    preset = values[PRESET]
    if preset != KEEP:
        yield f"All limits become those of {preset}; whatever that loosens, {WAIT}."
    if values[CONTROL] != SWITCH[not profile.auto_risk_control]:
        yield f"Automatic control is switched {values[CONTROL]}."
    if _pairs(values) != profile.symbols:
        yield f"Pairs that may be traded: {', '.join(_pairs(values)) or 'all'}."
    for each in profile.limits:
        after = parse(values[each.name])
        if after != each.value:
            yield _effect(each, each.value, after)


def _pair_effects(limits: Sequence[LimitView], own: Mapping[str, Decimal], values: Values) -> Iterator[str]:
    """Say what saving a pair's own limits would do."""
    for each in limits:
        before, text = own.get(each.name, each.value), values[each.name]
        after = parse(text) if text else each.value
        if text and (each.name not in own or after != before):
            yield _effect(each, before, after)
        elif not text and each.name in own:
            yield f"{_effect(each, before, after)} (as for all pairs)"


def _effect(limit: LimitView, before: Decimal, after: Decimal) -> str:
    """Say how one limit changes, and when."""
    when = WAIT if _loosens(limit, before, after) else "at once"
    return f"{words(limit.name)}: {canonical(before)} to {canonical(after)} {clean(limit.unit, 12)}, {when}"


def _change(profile: ProfileView, values: Values, symbol: str | None) -> UpdateProfile:
    """Make the request: only what differs."""
    from tui_trader.contract.risk_limits import UpdateProfile  # noqa: PLC0415 - pydantic stays out of the first paint

    if symbol is not None:
        own = profile.overrides.get(symbol, {})
        wanted = {
            each.name: parse(values[each.name]) if values[each.name] else None
            for each in profile.limits
            if each.per_symbol
        }
        return UpdateProfile(
            intent_id=new_intent(),
            overrides={symbol: {name: value for name, value in wanted.items() if value != own.get(name)}},
        )
    changes: dict[str, object] = {
        "intent_id": new_intent(),
        "limits": {
            each.name: parse(values[each.name]) for each in profile.limits if parse(values[each.name]) != each.value
        },
    }
    if values[PRESET] != KEEP:
        changes[PRESET] = values[PRESET]
    if values[CONTROL] != SWITCH[not profile.auto_risk_control]:
        changes[CONTROL] = values[CONTROL] == SWITCH[0]
    if _pairs(values) != profile.symbols:
        changes[PAIRS] = _pairs(values)
    return UpdateProfile.model_validate(changes)


def _tell(session: Session, changed: ProfileView) -> None:
    """Say what became of the change."""
    waiting = [each for each in changed.pending if each.at > session.wall_ms()]
    text = "The limits are saved."
    if waiting:
        left = countdown(max(each.at for each in waiting) - session.wall_ms())
        text += f" {', '.join(words(each.name) for each in waiting)}: loosened in {left}."
    session.view.say(text, "buy")
    session.log("info", text)
