from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tui_trader.domain.assessment import Assessment, AssessmentStatus, Finding, RiskLevel, RiskType
from tui_trader.rules.risk.tracking import (
    CALM_AFTER_S,
    GRAVE,
    RAISE_AFTER_S,
    REWRITE_AFTER_S,
    Moment,
    Thing,
    Tracked,
    Turn,
    look,
    settled,
    taken_over,
)

A = AssessmentStatus
L, M, H, C = RiskLevel
BTC = Finding(RiskType.CONCENTRATION, M, "25 %", "Sell.", "BTCUSDT")
ETH = replace(BTC, symbol="ETHUSDT")


class Run:
    """Looks one after the other."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.known: dict[Thing, Tracked] = {}
        self.numbers = itertools.count(1)
        self.turns: list[Turn] = []

    def look(self, *found: Finding, after: float = 5.0) -> list[tuple[AssessmentStatus, RiskLevel, bool]]:
        """Look once more, so many seconds later."""
        self.now += after
        moment = Moment(round(self.now * 1000), self.now)
        self.known, turns = look(self.known, found, moment, lambda: f"risk{next(self.numbers)}")
        self.turns += turns
        return [(each.after.status, each.after.finding.level, each.alarming) for each in turns]

    def last(self, *found: Finding, seconds: float) -> list[tuple[AssessmentStatus, RiskLevel, bool]]:
        """Look every five seconds."""
        return [turn for _ in range(round(seconds / 5)) for turn in self.look(*found)]

    @property
    def told(self) -> list[Assessment]:
        return [each.risk for each in self.known.values() if each.risk is not None]


def test_a_finding_becomes_a_risk_when_it_lasts() -> None:
    run = Run()
    assert run.look(BTC) == []
    assert run.look(BTC) == []
    assert run.look(BTC) == [(A.ACTIVE, M, False)]
    assert run.turns == [Turn(None, Assessment("risk1", BTC, A.ACTIVE, 1_015_000, 1_015_000))]


def test_what_goes_at_once_never_was_a_risk() -> None:
    run = Run()
    run.look(BTC)
    assert run.last(seconds=RAISE_AFTER_S + 5) == []
    assert run.known == {}


def test_a_grave_one_alarms_and_a_worse_one_alarms_again_at_once() -> None:
    run = Run()
    assert run.last(replace(BTC, level=H), seconds=15) == [(A.ACTIVE, H, True)]
    assert run.look(replace(BTC, level=C)) == [(A.ACTIVE, C, True)]
    assert run.look(replace(BTC, level=C)) == []
    assert [each.after.id for each in run.turns] == ["risk1", "risk1"]
    assert run.turns[1].before == run.turns[0].after


def test_a_lower_level_is_told_after_a_while_and_without_an_alarm() -> None:
    run = Run()
    run.last(replace(BTC, level=C), seconds=15)
    calm = replace(BTC, message="21 %")
    assert run.last(calm, seconds=CALM_AFTER_S) == []
    assert run.told[0].finding == replace(calm, level=C)
    assert run.look(calm) == [(A.ACTIVE, M, False)]


def test_a_level_that_dances_is_told_once() -> None:
    run = Run()
    turns = [turn for _ in range(40) for turn in (*run.look(BTC), *run.look(replace(BTC, level=H)))]
    assert turns == [(A.ACTIVE, M, False), (A.ACTIVE, H, True)]


def test_a_risk_resolves_itself_when_it_was_gone_for_a_while() -> None:
    run = Run()
    run.last(BTC, seconds=15)
    assert run.last(seconds=CALM_AFTER_S - 5) == []
    assert run.look(BTC) == []
    assert run.last(seconds=CALM_AFTER_S - 5) == []
    assert run.look() == [(A.RESOLVED, M, False)]
    assert run.turns[-1].after.resolved_at == round(run.now * 1000)
    assert run.known == {}
    run.last(BTC, seconds=15)
    assert run.told[0].id == "risk2"


def test_a_new_figure_is_shown_at_once_and_written_now_and_then() -> None:
    run = Run()
    run.last(BTC, seconds=15)
    fresh = replace(BTC, message="26 %")
    assert run.look(fresh) == []
    assert run.told[0].finding == fresh
    assert run.last(replace(BTC, message="27 %"), seconds=REWRITE_AFTER_S) == [(A.ACTIVE, M, False)]


def ignored(run: Run, finding: Finding) -> None:
    """Have a person bear a risk."""
    tracked = run.known[finding.about]
    assert tracked.risk is not None
    risk = settled(tracked.risk, A.IGNORED, 1)
    run.known[finding.about] = replace(tracked, risk=risk, kept=risk)


def test_an_ignored_one_stays_so_until_it_is_worse() -> None:
    run = Run()
    run.last(BTC, seconds=15)
    ignored(run, BTC)
    assert run.last(replace(BTC, message="30 %"), seconds=900) == []
    assert run.last(replace(BTC, level=L), seconds=120) == []
    assert run.last(BTC, seconds=120) == []
    assert run.look(replace(BTC, level=H)) == [(A.ACTIVE, H, True)]
    assert run.told[0].id == "risk1"


def test_an_ignored_one_that_has_gone_is_over() -> None:
    run = Run()
    run.last(BTC, seconds=15)
    ignored(run, BTC)
    assert run.last(seconds=CALM_AFTER_S) == [(A.RESOLVED, M, False)]
    assert run.last(BTC, seconds=15) == [(A.ACTIVE, M, False)]


def test_a_restart_goes_on_with_what_was_open() -> None:
    run = Run()
    run.last(BTC, ETH, seconds=15)
    kept = run.told
    again = Run()
    again.known = taken_over(kept, again.now)
    assert again.look(BTC) == []
    assert again.last(BTC, seconds=CALM_AFTER_S) == [(A.RESOLVED, M, False)]
    assert [each.id for each in again.told] == ["risk1"]


findings = st.builds(
    Finding,
    type=st.sampled_from([RiskType.DATA, RiskType.LOSS]),
    level=st.sampled_from(list(RiskLevel)),
    message=st.sampled_from(["a", "b"]),
    recommendation=st.just("c"),
    symbol=st.sampled_from([None, "BTCUSDT"]),
)
steps = st.lists(st.tuples(st.lists(findings, max_size=4), st.floats(0, 400)), max_size=30)


@given(steps)
def test_no_thing_has_two_risks_and_every_change_follows_on_the_one_before(
    walk: list[tuple[list[Finding], float]],
) -> None:
    run, written = Run(), dict[str, Assessment]()
    for found, after in walk:
        run.look(*{each.about: each for each in found}.values(), after=after)
        for turn in run.turns:
            assert turn.before == written.get(turn.after.id)
            assert not turn.alarming or turn.after.finding.level in GRAVE
            written[turn.after.id] = turn.after
        run.turns.clear()
        left = [each for each in written.values() if each.status is A.ACTIVE]
        assert len({each.finding.about for each in left}) == len(left)
        assert {each.id for each in left} == {each.id for each in run.told}
