"""A person's own rules: kept, changed, taken away, each with a line of before and after, and never nonsense."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.clock import VirtualClock
from tests.twins.keepers import Ear
from tests.twins.store import StoreTwin
from tests.unit.store.samples import Newer
from tui_trader.domain.assessment import Action, Constraint, Operator, RiskType, unreadable
from tui_trader.errors import Conflict, NotFound, Refused, StoreError
from tui_trader.services.constraint_keeper import MOST, ConstraintKeeper
from tui_trader.services.risk_lines import CONSTRAINT, constraint_of

D = Decimal
SPREAD: dict[str, Any] = {
    "type": RiskType.LIQUIDITY,
    "parameter": "spread_percent",
    "operator": Operator.GT,
    "value": D("0.5"),
    "action": Action.BLOCK,
}


class Kept:
    """One run of a keeper; another one over the same store is a restart."""

    def __init__(self, store: StoreTwin | None = None) -> None:
        self.store = store or StoreTwin()
        self.ear = Ear()
        self.holds: tuple[Constraint, ...] = ()
        self.keeper = ConstraintKeeper(self.store, self.ear, VirtualClock(), self._put)

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


async def test_a_rule_is_made_changed_taken_away_and_told_before_and_after() -> None:
    kept = await loaded()
    made = await kept.keeper.create("intent-0001", SPREAD, "person")
    assert kept.holds == kept.keeper.all() == (made,)
    changed = await kept.keeper.update(made.id, {"value": D("0.4"), "active": False}, "person")
    assert kept.holds == (replace(made, value=D("0.4"), active=False),)
    assert (await loaded(kept.store)).holds == (changed,)
    await kept.keeper.delete(made.id, "person")
    assert (kept.holds, (await loaded(kept.store)).holds) == ((), ())
    assert kept.told == [(None, made), (made, changed), (changed, None)]
    assert [event.data.text for event in kept.ear.events] == [
        "Own rule made: BLOCK spread_percent above 0.5.",
        "Own rule changed: BLOCK spread_percent above 0.5 → BLOCK spread_percent above 0.4 (off).",
        "Own rule taken away: BLOCK spread_percent above 0.4 (off).",
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
