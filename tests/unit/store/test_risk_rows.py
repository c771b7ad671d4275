from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.store.samples import START, assessment, constraint, metrics
from tui_trader.clock import SystemClock
from tui_trader.domain.assessment import Assessment, AssessmentStatus, Constraint, Finding, Metrics, unreadable
from tui_trader.errors import StoreError
from tui_trader.services.ports import Change, JournalEntry, Rebuilt
from tui_trader.services.risk_lines import (
    ASSESSMENT,
    CONSTRAINT,
    assessment_body,
    assessment_line,
    assessment_of,
    constraint_body,
    constraint_line,
    constraint_of,
)
from tui_trader.store import SqliteStore
from tui_trader.store.risk_rows import (
    assessment_from,
    assessment_row,
    constraint_from,
    constraint_row,
    metrics_from,
    metrics_row,
)

D = Decimal


def ruled(before: Constraint | None, after: Constraint | None) -> Change:
    """Write a rule down as its service does."""
    gone = () if before is None or after is not None else (before.id,)
    return Change(
        journal=[constraint_line(START, before, after)],
        constraints=[after] if after else (),
        removed_constraints=gone,
    )


def assessed(before: Assessment | None, after: Assessment) -> Change:
    """Write an assessment down as its service does."""
    return Change(journal=[assessment_line(START, before, after)], assessments=[after])


async def fill(store: SqliteStore) -> None:
    """Go through the lives of rules and assessments."""
    first, second, gone = constraint(1), constraint(2, symbol=None), constraint(3)
    for pair in ((None, first), (None, second), (None, gone), (first, constraint(1, value=D("9.99"))), (gone, None)):
        await store.write(ruled(*pair))
    one, two = assessment(1), assessment(2)
    await store.write(assessed(None, one))
    await store.write(assessed(None, two))
    await store.write(assessed(one, replace(one, status=AssessmentStatus.RESOLVED, resolved_at=START + 5)))
    for _ in range(3):
        await store.write(Change(journal=[JournalEntry("other", START, {})] * 400))
    await store.write(assessed(two, replace(two, status=AssessmentStatus.IGNORED)))


async def test_rules_and_assessments_follow_from_the_lines(store: SqliteStore) -> None:
    await fill(store)
    assert await store.rebuilt() == Rebuilt(0, 0)


DAMAGE = {
    "a rule's value": ("UPDATE constraints SET value = '10'", ("constraint rule-1", "value", "9.99", "10")),
    "a rule gone": ("DELETE FROM constraints WHERE id = 'rule-2'", ("constraint rule-2", "", "a line", "no row")),
    "a rule that was taken away": (
        (
            "INSERT INTO constraints SELECT 99, 'rule-3', type, parameter, operator, value, action, symbol, active, "
            "description FROM constraints WHERE id = 'rule-1'"
        ),
        ("constraint rule-3", "", "nothing", "a row"),
    ),
    "an assessment's level": (
        "UPDATE assessments SET level = 'LOW' WHERE status = 'IGNORED'",
        (f"assessment {assessment(2).id}", "level", "MEDIUM", "LOW"),
    ),
    "an assessment gone": (
        "DELETE FROM assessments WHERE status = 'RESOLVED'",
        (f"assessment {assessment(1).id}", "", "a line", "no row"),
    ),
    "an assessment too many": (
        (
            "INSERT INTO assessments SELECT 99, 'x', type, level, status, symbol, position_id, order_id, message, "
            "recommendation, created_at, updated_at, resolved_at FROM assessments WHERE status = 'RESOLVED'"
        ),
        ("assessments", "rows", "2", "3"),
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_what_was_changed_in_a_table_is_named(tmp_path: Path, damage: str) -> None:
    path, (statement, expected) = tmp_path / "desk.db", DAMAGE[damage]
    store = await SqliteStore.open(path, SystemClock())
    await fill(store)
    await store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
    store = await SqliteStore.open(path, SystemClock())
    found = await store.rebuilt()
    await store.close()
    assert expected in [(each.row, each.column, each.journal, each.table) for each in found.differences]


async def test_a_line_that_is_none_of_ours_is_a_difference(store: SqliteStore) -> None:
    bodies = [{}, {"before": None, "after": {**constraint_body(constraint()), "value": "much"}}]
    await store.write(Change(journal=[JournalEntry(CONSTRAINT, START, body) for body in bodies]))
    await store.write(Change(journal=[JournalEntry(ASSESSMENT, START, {"before": None, "after": {"id": 1}})]))
    found = await store.rebuilt()
    assert [each.row for each in found.differences] == ["line 1", "line 2", "line 3"]


@pytest.mark.parametrize("change", [{"value": 0.5}, {"value": D("NaN")}, {"value": None}])
async def test_what_is_no_rule_is_not_kept(store: SqliteStore, change: dict[str, object]) -> None:
    with pytest.raises(StoreError):
        await store.write(Change(constraints=[constraint(1, **change)]))
    assert await store.constraints() == []


@pytest.mark.parametrize(
    "damage",
    [
        "value = 'garbage'",
        "value = 'NaN'",
        "type = 'WEATHER'",
        "operator = 'EQ'",
        "action = ''",
    ],
)
async def test_a_damaged_rule_refuses_beside_the_others(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = await damaged(tmp_path, f"UPDATE constraints SET {damage} WHERE id = 'rule-1'")
    assert await store.constraints() == [unreadable("rule-1"), constraint(2, symbol=None)]
    assert "The rule rule-1 cannot be read" in caplog.text
    await store.write(ruled(unreadable("rule-1"), None))
    assert await store.constraints() == [constraint(2, symbol=None)]
    assert await store.rebuilt() == Rebuilt(0, 0)
    await store.close()


@pytest.mark.parametrize("damage", ["type = 'WEATHER'", "level = ''"])
async def test_a_damaged_assessment_is_left_out(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    store = await damaged(tmp_path, f"UPDATE assessments SET {damage} WHERE id = '{assessment(1).id}'")
    assert await store.assessments(AssessmentStatus.RESOLVED, 9) == []
    assert await store.assessment(assessment(1).id) is None
    assert [each.id for each in await store.assessments(AssessmentStatus.IGNORED, 9)] == [assessment(2).id]
    assert f"The assessment {assessment(1).id} cannot be read" in caplog.text
    await store.close()


async def damaged(folder: Path, statement: str) -> SqliteStore:
    """Fill a store, damage a table and open it again."""
    path = folder / "desk.db"
    store = await SqliteStore.open(path, SystemClock())
    await fill(store)
    await store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
    return await SqliteStore.open(path, SystemClock())


amounts = st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**12), max_value=10**12)
texts = st.none() | st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=20)
times = st.integers(0, 2**52)
some_constraints = st.builds(Constraint, parameter=texts.map(str), value=amounts, symbol=texts)
findings = st.builds(Finding, symbol=texts, position_id=texts, order_id=texts)
some_assessments = st.builds(
    Assessment, finding=findings, created_at=times, updated_at=times, resolved_at=st.none() | times
)
samples = st.builds(
    Metrics,
    **{each.name: amounts if each.type == "Decimal" else st.none() | amounts for each in fields(Metrics)[1:-3]},
    at=times,
)


@given(some_constraints)
def test_every_rule_comes_back_from_row_and_line(rule: Constraint) -> None:
    assert constraint_from(constraint_row(rule)) == constraint_of(constraint_body(rule)) == rule


@given(some_assessments)
def test_every_assessment_comes_back_from_row_and_line(found: Assessment) -> None:
    assert assessment_from(assessment_row(found)) == assessment_of(assessment_body(found)) == found


@given(samples)
def test_every_sample_comes_back(sample: Metrics) -> None:
    assert metrics_from(metrics_row(sample)) == sample


async def test_no_field_of_a_sample_is_lost(store: SqliteStore) -> None:
    empty = Metrics(START, None, None, None, D(0), None, None, None, None, None, None, 0, 0, 0)
    await store.write(Change(metrics=[metrics(START + 1), empty]))
    assert await store.metrics(START, START + 1) == [empty, metrics(START + 1)]
