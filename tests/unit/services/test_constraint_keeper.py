"""A person's own rules: kept, changed, taken away, each with a line of before and after, and never nonsense."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.twins.keepers import Ear
from tests.twins.store import StoreTwin
from tests.unit.store.samples import Newer
from tui_trader.domain.assessment import Action, Constraint, Operator, RiskType, unreadable
from tui_trader.errors import Conflict, NotFound, Refused, StoreError
from tui_trader.services.constraint_keeper import MOST, ConstraintKeeper
from tui_trader.services.risk_lines import CONSTRAINT, constraint_of
from tui_trader.services.rule_waits import LINE, SETTING

D = Decimal
SPREAD: dict[str, Any] = {
    "type": RiskType.LIQUIDITY,
    "parameter": "spread_percent",
    "operator": Operator.GT,
    "value": D("0.5"),
    "action": Action.BLOCK,
}


class Kept:
    """One run of a keeper; another one over the same store and clock is a restart."""

    def __init__(self, store: StoreTwin | None = None, clock: VirtualClock | None = None) -> None:
        self.store = store or StoreTwin()
        self.clock = clock or VirtualClock()
        self.ear = Ear()
        self.holds: tuple[Constraint, ...] = ()
        self.keeper = ConstraintKeeper(self.store, self.ear, self.clock, self._put)

    def _put(self, rules: tuple[Constraint, ...]) -> None:
        self.holds = rules

    @property
    def told(self) -> list[tuple[Constraint | None, Constraint | None]]:
        """Read the journal's lines back."""
        bodies = [line.body for line in self.store.lines if line.kind == CONSTRAINT]
        return [
            (
                None if each["before"] is None else constraint_of(each["before"]),
                None if each["after"] is None else constraint_of(each["after"]),
            )
            for each in bodies
        ]


async def loaded(store: StoreTwin | None = None) -> Kept:
    kept = Kept(store)
    await kept.keeper.load()
    return kept


@asynccontextmanager
async def running(store: StoreTwin | None = None, clock: VirtualClock | None = None) -> AsyncIterator[Kept]:
    kept = Kept(store, clock)
    await kept.keeper.load()
    task = asyncio.create_task(kept.keeper.keep())
    try:
        yield kept
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_rule_is_made_changed_taken_away_and_told_before_and_after() -> None:
    kept = await loaded()
    made = await kept.keeper.create("intent-0001", {**SPREAD, "action": Action.WARN}, "person")
    assert kept.holds == kept.keeper.all() == (made,)
    changed = await kept.keeper.update(made.id, {"value": D("0.4"), "active": False}, "person")
    assert kept.holds == (replace(made, value=D("0.4"), active=False),)
    assert (await loaded(kept.store)).holds == (changed,)
    await kept.keeper.delete(made.id, "person")
    assert (kept.holds, (await loaded(kept.store)).holds) == ((), ())
    assert kept.told == [(None, made), (made, changed), (changed, None)]
    assert [event.data.text for event in kept.ear.events] == [
        "Own rule made: WARN spread_percent above 0.5.",
        "Own rule changed: WARN spread_percent above 0.5 → WARN spread_percent above 0.4 (off).",
        "Own rule taken away: WARN spread_percent above 0.4 (off).",
    ]


async def test_a_rule_that_could_not_be_read_is_told_of_and_cannot_be_changed() -> None:
    store = StoreTwin()
    rule = Constraint("rule-1", **SPREAD)
    store.constraint_rows = {"rule-1": replace(rule, type=Newer.WEATHER), "rule-2": replace(rule, id="rule-2")}
    kept = await loaded(store)
    assert kept.holds == (unreadable("rule-1"), replace(rule, id="rule-2"))
    (notice,) = (each.data for each in kept.ear.events)
    assert notice.level == "error"
    assert notice.text == (
        "Your rule rule-1 could not be read, so that it refuses all orders but those that reduce; "
        "delete it and make it anew."
    )
    assert [line.body["text"] for line in store.lines] == [notice.text]
    with pytest.raises(Conflict, match="delete it"):
        await kept.keeper.update("rule-1", {"active": False}, "person")
    assert kept.holds[0] == unreadable("rule-1")


async def test_the_same_intent_makes_one_rule_after_a_restart_too() -> None:
    kept = await loaded()
    made = await kept.keeper.create("intent-0001", SPREAD, "person")
    again = await loaded(kept.store)
    assert await again.keeper.create("intent-0001", SPREAD, "person") == made
    other = await again.keeper.create("intent-0002", {**SPREAD, "symbol": "BTCUSDT"}, "person")
    assert again.holds == (made, other)


async def test_two_at_once_are_two() -> None:
    kept = await loaded()
    await asyncio.gather(*(kept.keeper.create(f"intent-000{each}", SPREAD, "person") for each in range(2)))
    assert len(kept.holds) == 2


@pytest.mark.parametrize(
    ("fields", "flaw"),
    [
        ({"parameter": "price"}, ("parameter", "of type LIQUIDITY is one of day_volume, spread_percent")),
        ({"value": D(-1)}, ("value", "must be a number that is not negative")),
        (
            {"type": RiskType.CONCENTRATION, "parameter": "concentration_percent", "value": D(101)},
            ("value", "must not be above 100 percent"),
        ),
    ],
)
async def test_nonsense_is_refused_and_changes_nothing(fields: dict[str, Any], flaw: tuple[str, str]) -> None:
    kept = await loaded()
    made = await kept.keeper.create("intent-0001", SPREAD, "person")
    for asked in (
        kept.keeper.create("intent-0002", {**SPREAD, **fields}, "person"),
        kept.keeper.update(made.id, fields, "person"),
    ):
        with pytest.raises(Refused) as caught:
            await asked
        assert caught.value.code == "unprocessable"
        assert caught.value.details["flaws"] == [{"field": flaw[0], "reason": flaw[1]}]
    assert (kept.holds, len(kept.told)) == ((made,), 1)


async def test_an_unknown_rule_is_not_found() -> None:
    kept = await loaded()
    with pytest.raises(NotFound, match="no rule 'rule-9'"):
        await kept.keeper.update("rule-9", {}, "person")
    with pytest.raises(NotFound, match="no rule 'rule-9'"):
        await kept.keeper.delete("rule-9", "person")


async def test_what_changes_nothing_is_not_told() -> None:
    kept = await loaded()
    made = await kept.keeper.create("intent-0001", SPREAD, "person")
    assert await kept.keeper.update(made.id, {"value": D("0.50")}, "person") == made
    assert len(kept.told) == 1


async def test_a_description_is_made_harmless() -> None:
    kept = await loaded()
    made = await kept.keeper.create("intent-0001", {**SPREAD, "description": "  wide\x1b[31m\n"}, "person")
    assert "\x1b" not in made.description
    assert made.description.startswith("wide")


async def test_what_cannot_be_written_does_not_hold() -> None:
    kept = await loaded()
    made = await kept.keeper.create("intent-0001", SPREAD, "person")
    kept.store.failing = "The disk is full."
    for asked in (
        kept.keeper.create("intent-0002", SPREAD, "person"),
        kept.keeper.update(made.id, {"active": False}, "person"),
        kept.keeper.delete(made.id, "person"),
    ):
        with pytest.raises(StoreError, match="full"):
            await asked
    assert kept.holds == (made,)


async def test_there_are_not_more_than_an_order_can_be_measured_against() -> None:
    kept = await loaded()
    for number in range(MOST):
        await kept.keeper.create(f"intent-{number:04d}", SPREAD, "person")
    with pytest.raises(Conflict, match="take one away"):
        await kept.keeper.create("intent-9999", SPREAD, "person")
    assert await kept.keeper.create("intent-0007", SPREAD, "person") == kept.holds[7]


async def test_nothing_is_changed_before_what_is_stored_was_read() -> None:
    kept = Kept()
    with pytest.raises(Conflict, match="try again"):
        await kept.keeper.create("intent-0001", SPREAD, "person")


LOOSER: list[dict[str, Any] | None] = [
    None,
    {"active": False},
    {"value": D("0.6")},
    {"action": Action.WARN},
    {"symbol": "BTCUSDT"},
    {"parameter": "day_volume"},
    {"operator": Operator.LT},
    {"value": D("0.4"), "active": False},
]


async def change(kept: Kept, rule: Constraint, fields: dict[str, Any] | None) -> None:
    """Ask for fields, or with ``None`` for the rule to go."""
    if fields is None:
        await kept.keeper.delete(rule.id, "person")
    else:
        await kept.keeper.update(rule.id, fields, "person")


def afterwards(rule: Constraint, fields: dict[str, Any] | None) -> tuple[Constraint, ...]:
    return () if fields is None else (replace(rule, **fields),)


@pytest.mark.parametrize("fields", LOOSER, ids=str)
async def test_what_lets_pass_what_a_rule_refuses_waits_a_minute(fields: dict[str, Any] | None) -> None:
    async with running() as kept:
        rule = await kept.keeper.create("intent-0001", SPREAD, "person")
        asked_at = kept.clock.wall_ms()
        await change(kept, rule, fields)
        assert kept.ear.events[-1].data.text.startswith("Own rule that holds for 60 s more: BLOCK spread_percent above")
        assert kept.keeper.waiting[rule.id].at == asked_at + 60_000
        await kept.clock.advance(59.9)
        assert (kept.holds, tuple(kept.store.constraint_rows.values())) == ((rule,), (rule,))
        await kept.clock.advance(0.2)
        assert kept.holds == tuple(kept.store.constraint_rows.values()) == afterwards(rule, fields)
        assert (kept.keeper.waiting, kept.store.settings[SETTING]) == ({}, "{}")
        assert kept.told == [(None, rule), (rule, next(iter(kept.holds), None))]
        lines = [line.body for line in kept.store.lines if line.kind in {CONSTRAINT, LINE}]
        assert [each["by"] for each in lines] == ["person", "person", "desk"]


@pytest.mark.parametrize("fields", LOOSER, ids=str)
async def test_a_restart_neither_ends_nor_forgets_the_minute(fields: dict[str, Any] | None) -> None:
    async with running() as first:
        rule = await first.keeper.create("intent-0001", SPREAD, "person")
        await change(first, rule, fields)
        await first.clock.advance(40)
    async with running(first.store, first.clock) as second:
        await second.clock.advance(19)
        assert second.holds == (rule,)
        await second.clock.advance(1.1)
        assert second.holds == afterwards(rule, fields)


async def test_a_minute_that_has_passed_meanwhile_is_over_at_the_start_and_never_longer_than_one() -> None:
    async with running() as first:
        rule = await first.keeper.create("intent-0001", SPREAD, "person")
        await first.keeper.delete(rule.id, "person")
    first.clock.jump(61)
    async with running(first.store, first.clock) as second:
        await settle()
        assert second.holds == ()
    third = StoreTwin()
    third.constraint_rows = {rule.id: rule}
    third.settings[SETTING] = json.dumps({rule.id: {"after": None, "at": 10**15}})
    async with running(third) as again:
        await again.clock.advance(59)
        assert again.holds == (rule,)
        await again.clock.advance(1.1)
        assert again.holds == ()


@pytest.mark.parametrize(
    ("before", "fields"),
    [
        ({}, {"value": D("0.4")}),
        ({}, {"description": "wide"}),
        ({"symbol": "BTCUSDT"}, {"symbol": None}),
        ({"action": Action.WARN}, {"action": Action.BLOCK}),
        ({"action": Action.WARN}, {"value": D(9)}),
        ({"action": Action.WARN}, None),
        ({"active": False}, None),
        ({"active": False}, {"active": True}),
        ({"operator": Operator.LT}, {"value": D("0.6")}),
    ],
)
async def test_what_tightens_or_only_asked_holds_at_once(before: dict[str, Any], fields: dict[str, Any] | None) -> None:
    kept = await loaded()
    rule = await kept.keeper.create("intent-0001", {**SPREAD, **before}, "person")
    await change(kept, rule, fields)
    assert kept.holds == afterwards(rule, fields)
    assert kept.keeper.waiting == {}


async def test_asking_again_goes_on_waiting_and_a_newer_word_takes_its_place() -> None:
    async with running() as kept:
        rule = await kept.keeper.create("intent-0001", SPREAD, "person")
        await kept.keeper.delete(rule.id, "person")
        await kept.clock.advance(30)
        await kept.keeper.delete(rule.id, "person")
        await kept.clock.advance(30.1)
        assert kept.holds == ()
        rule = await kept.keeper.create("intent-0002", SPREAD, "person")
        await kept.keeper.update(rule.id, {"active": False}, "person")
        await kept.clock.advance(30)
        assert await kept.keeper.update(rule.id, {"value": D(2)}, "person") == rule
        await kept.clock.advance(31)
        assert kept.holds == (rule,)
        await kept.clock.advance(30)
        assert kept.holds == (replace(rule, value=D(2)),)


async def test_what_waits_is_withdrawn_by_the_rule_as_it_is() -> None:
    async with running() as kept:
        rule = await kept.keeper.create("intent-0001", SPREAD, "person")
        await kept.keeper.update(rule.id, {"active": False}, "person")
        assert await kept.keeper.update(rule.id, {"active": True}, "person") == rule
        assert kept.ear.events[-1].data.text == "Own rule stays: BLOCK spread_percent above 0.5."
        ats = [line.body["at"] for line in kept.store.lines if line.kind == LINE]
        assert [each is None for each in ats] == [False, True]
        await kept.clock.advance(120)
        assert kept.holds == (rule,)
        assert kept.told == [(None, rule)]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"rule-1": 1}', '{"rule-1": {"after": null}}', '{"rule-1": {"after": {}, "at": 1}}']
)
async def test_what_waits_and_cannot_be_read_leaves_the_rules_as_they_are(text: str) -> None:
    store = StoreTwin()
    rule = Constraint("rule-1", **SPREAD)
    store.constraint_rows, store.settings = {"rule-1": rule}, {SETTING: text}
    async with running(store) as kept:
        assert "could not be read" in kept.ear.events[-1].data.text
        await kept.clock.advance(120)
        assert (kept.holds, kept.keeper.waiting) == ((rule,), {})


async def test_what_cannot_be_written_does_not_begin_to_wait_and_what_waits_waits_on() -> None:
    kept = await loaded()
    rule = await kept.keeper.create("intent-0001", SPREAD, "person")
    kept.store.failing = "The disk is full."
    with pytest.raises(StoreError, match="full"):
        await kept.keeper.delete(rule.id, "person")
    assert kept.keeper.waiting == {}
    kept.store.failing = None
    await kept.keeper.delete(rule.id, "person")
    kept.clock.jump(60)
    kept.store.failing = "The disk is full."
    with pytest.raises(StoreError, match="full"):
        await kept.keeper.keep()
    assert kept.holds == (rule,)
    kept.store.failing = None
    task = asyncio.create_task(kept.keeper.keep())
    await settle()
    assert kept.holds == ()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_rule_that_could_not_be_read_goes_after_its_minute() -> None:
    store = StoreTwin()
    store.constraint_rows = {"rule-1": Constraint("rule-1", **{**SPREAD, "type": Newer.WEATHER})}
    async with running(store) as kept:
        await kept.keeper.delete("rule-1", "person")
        assert kept.holds == (unreadable("rule-1"),)
        await kept.clock.advance(60.1)
        assert (kept.holds, store.constraint_rows) == ((), {})
