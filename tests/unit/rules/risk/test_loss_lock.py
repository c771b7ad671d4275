from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tui_trader.domain.risk import RiskProfile
from tui_trader.errors import Conflict
from tui_trader.rules.risk.loss_limits import Losses, cancels, exceeded, warned
from tui_trader.rules.risk.loss_lock import (
    WAIT_MS,
    LossEffect,
    LossState,
    begin,
    from_text,
    lift,
    moved,
    observe,
    to_text,
)

D = Decimal
WARN, LOCK, CANCEL, RELEASE = LossEffect.WARN, LossEffect.LOCK, LossEffect.CANCEL_ENTRIES, LossEffect.RELEASE
BY_PERCENT = RiskProfile(daily_loss_limit=D(10**6), weekly_loss_limit=D(10**6))
BY_MONEY = RiskProfile(daily_loss_warn_percent=D(90), daily_loss_percent=D(95), daily_loss_cancel_percent=D(99))


def at(day: int, hour: int = 12) -> int:
    return int(datetime(2026, 3, day, hour, tzinfo=UTC).timestamp() * 1000)


MONDAY, TUESDAY, SUNDAY, NEXT_MONDAY = 2, 3, 8, 9


def run(
    equities: list[int], profile: RiskProfile, state: LossState | None = None, when: int = at(TUESDAY)
) -> tuple[LossState, list[LossEffect]]:
    effects: list[LossEffect] = []
    for equity in equities:
        seen = observe(state, D(equity), when, profile)
        state = seen.state
        effects.extend(seen.effects)
    assert state is not None
    return state, effects


def test_it_warns_then_locks_then_wants_entries_cancelled_each_once() -> None:
    _, effects = run([10_000, 9801], BY_PERCENT)
    assert effects == []
    _, effects = run([10_000, 9800, 9790], BY_PERCENT)
    assert effects == [WARN]
    state, effects = run([10_000, 9800, 9701, 9700, 9690], BY_PERCENT)
    assert effects == [WARN, LOCK]
    assert state.locked == "The day's loss is 3.00 % of the account; the limit is 3 %."
    _, effects = run([9501, 9500, 9400], BY_PERCENT, state)
    assert effects == [CANCEL]


def test_a_fall_at_once_locks_and_cancels() -> None:
    assert run([10_000, 9000], BY_PERCENT)[1] == [LOCK, CANCEL]


def test_a_loss_counts_from_the_high_of_the_day() -> None:
    state, effects = run([10_000, 11_000, 10_671], BY_PERCENT)
    assert effects == [WARN]
    assert state.day_high == 11_000
    assert run([10_670], BY_PERCENT, state)[1] == [LOCK]


@pytest.mark.parametrize(("equity", "expected"), [(9901, []), (9900, [LOCK])])
def test_money_counts_beside_percent(equity: int, expected: list[LossEffect]) -> None:
    assert run([10_000, equity], BY_MONEY)[1] == expected


def test_the_week_counts_over_its_days() -> None:
    slow = replace(BY_MONEY, daily_loss_limit=D(10**5))
    state, _ = run([10_000, 9800], slow, when=at(MONDAY))
    state, effects = run([9800, 9501], slow, state, at(TUESDAY))
    assert effects == []
    state, effects = run([9500], slow, state, at(TUESDAY))
    assert (effects, state.by_week) == ([LOCK], True)
    state, effects = run([9500], slow, state, at(SUNDAY))
    assert (effects, bool(state.locked)) == ([], True)
    state, effects = run([9500], slow, state, at(NEXT_MONDAY, 0))
    assert (effects, state.locked) == ([RELEASE], "")


def test_a_days_lock_ends_with_the_utc_day_and_a_clock_set_back_ends_nothing() -> None:
    state, _ = run([10_000, 9000], BY_PERCENT, when=at(TUESDAY, 23))
    assert run([9000], BY_PERCENT, state, at(MONDAY))[1] == []
    after, effects = run([9000], BY_PERCENT, state, at(TUESDAY + 1, 0))
    assert effects == [RELEASE]
    assert (after.day_high, after.peak, after.worst_percent) == (9000, 10_000, 10)
    assert run([8700], BY_PERCENT, after, at(TUESDAY + 1, 1))[1] == [LOCK]


def test_a_month_begins_anew() -> None:
    state, _ = run([10_000, 9900], BY_PERCENT)
    later = int(datetime(2026, 4, 1, 1, tzinfo=UTC).timestamp() * 1000)
    assert run([9800], BY_PERCENT, state, later)[0].month_open == 9800
    assert state.month_open == 10_000


def test_a_lock_is_lifted_by_the_phrase_after_a_wait() -> None:
    state, _ = run([10_000, 9700], BY_PERCENT)
    assert state.phrase == "ACCEPT LOSS 300"
    locked = state.locked_at
    with pytest.raises(Conflict, match="in 15 min"):
        lift(state, state.phrase, D(9700), locked)
    with pytest.raises(Conflict, match="in 1 min"):
        lift(state, state.phrase, D(9700), locked + WAIT_MS - 1)
    with pytest.raises(Conflict, match="type exactly: ACCEPT LOSS 300"):
        lift(state, "accept loss 300", D(9700), locked + WAIT_MS)
    lifted = lift(state, " ACCEPT LOSS 300 ", D(9700), locked + WAIT_MS)
    assert (lifted.locked, lifted.day_high) == ("", 9700)
    with pytest.raises(Conflict, match="No loss lock"):
        lift(lifted, state.phrase, D(9700), locked + WAIT_MS)
    assert run([9700, 9507], BY_PERCENT, lifted)[1] == []
    assert run([9700, 9409], BY_PERCENT, lifted)[1] == [LOCK]


def test_a_state_survives_being_written_down() -> None:
    state, _ = run([10_000, 9700], BY_PERCENT)
    assert from_text(to_text(state)) == state


WRITTEN = to_text(begin(D(1), 0))


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"day": 1}', WRITTEN.replace('"1"', "1.5"), WRITTEN.replace('"day": 0', '"day": 1e999')],
)
def test_what_is_no_state_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        from_text(text)


def test_a_loss_nobody_knows_is_a_breach_and_cancels_nothing() -> None:
    for losses in (
        Losses(None, None, None),
        Losses(D(1), None, D(0)),
        Losses(D("NaN"), D(0), D(0)),
        Losses(D(1), D(-1), D(0)),
    ):
        reason = exceeded(losses, RiskProfile(), "USDT")
        assert reason is not None
        assert "not known" in reason.sentence
        assert not cancels(losses, RiskProfile())


def test_an_account_without_anything_has_lost_nothing() -> None:
    nothing = Losses(D(0), D(0), D(0))
    assert exceeded(nothing, RiskProfile(), "USDT") is None
    assert warned(nothing, RiskProfile()) is None


def test_what_came_from_elsewhere_shifts_every_measure_once() -> None:
    state = replace(begin(D(1000), at(TUESDAY), {"BTC": D(1)}), day_high=D(1200))
    rates = {"USDT": D(1), "BTC": D(100)}
    shifted = moved(state, {"BTC": D(3), "USDT": D(-50)}, rates.get)
    assert (shifted.day_open, shifted.day_high, shifted.peak) == (D(1150), D(1350), D(1150))
    assert moved(shifted, {"BTC": D(3), "USDT": D(-50)}, rates.get) is shifted
    assert from_text(to_text(shifted)) == shifted
    back = moved(shifted, {}, rates.get)
    assert (back.day_high, back.outside) == (D(1100), {"BTC": D(0), "USDT": D(0)})


def test_coins_without_a_price_shift_when_they_have_one_and_no_measure_falls_below_nothing() -> None:
    state = begin(D(10), at(TUESDAY))
    assert moved(state, {"NEW": D(5)}, lambda _: None) is state
    assert moved(state, {"NEW": D(5)}, lambda _: D(2)).peak == D(20)
    assert moved(state, {"USDT": D(-50)}, lambda _: D(1)).peak == D(0)
