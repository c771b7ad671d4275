"""Changes of limits: at once where they tighten, later where they loosen, not at all where they make no sense."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tui_trader.domain.risk_profile import Preset, RiskProfile, flaws, preset
from tui_trader.errors import Refused
from tui_trader.rules.risk.limit_changes import (
    WAIT_MS,
    Effect,
    LimitState,
    ProfileChange,
    Step,
    Waiting,
    ask,
    loosen,
    merged,
)
from tui_trader.rules.risk.profile_values import values_of

D = Decimal
NOW = 1_760_000_000_000
LATER = NOW + WAIT_MS
BTC = "overrides.BTCUSDT.max_order_value"


def state(**changes: Any) -> LimitState:
    return LimitState(values_of(replace(RiskProfile(), **changes)))


def limits(**changes: str) -> ProfileChange:
    return ProfileChange(limits={name: D(value) for name, value in changes.items()})


def own(value: str | None, symbol: str = "BTCUSDT", name: str = "max_order_value") -> ProfileChange:
    return ProfileChange(overrides={symbol: {name: None if value is None else D(value)}})


def refused(change: ProfileChange, before: LimitState | None = None) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        ask(before or state(), change, NOW)
    assert caught.value.code == "unprocessable"
    return [(each["field"], each["reason"]) for each in caught.value.details["flaws"]]


def test_a_tightened_limit_holds_at_once_and_a_loosened_one_waits() -> None:
    after, steps = ask(state(), limits(max_order_value="400", max_open_orders="30"), NOW)
    assert after.profile == replace(RiskProfile(), max_order_value=D(400))
    assert after.waiting == (Waiting("max_open_orders", 30, LATER),)
    assert steps == (
        Step(Effect.CHANGED, "max_order_value", D(500), D(400)),
        Step(Effect.ASKED, "max_open_orders", 20, 30, LATER),
    )


def test_what_is_as_it_was_changes_nothing() -> None:
    assert ask(state(), limits(max_order_value="500.00"), NOW) == (state(), ())


def test_tightening_again_withdraws_and_asking_again_goes_on_waiting() -> None:
    waiting, _ = ask(state(), limits(max_order_value="900"), NOW)
    again, steps = ask(waiting, limits(max_order_value="900"), NOW + 30_000)
    assert (again, steps) == (waiting, ())
    other, steps = ask(waiting, limits(max_order_value="800"), NOW + 30_000)
    assert other.waiting == (Waiting("max_order_value", D(800), LATER + 30_000),)
    assert [each.effect for each in steps] == [Effect.WITHDRAWN, Effect.ASKED]
    stays, steps = ask(waiting, limits(max_order_value="500"), NOW + 1)
    assert (stays, steps) == (state(), (Step(Effect.WITHDRAWN, "max_order_value", D(900), D(500)),))
    tight, steps = ask(waiting, limits(max_order_value="300"), NOW + 1)
    assert (tight.profile.max_order_value, tight.waiting) == (300, ())
    assert [each.effect for each in steps] == [Effect.CHANGED, Effect.WITHDRAWN]


def test_another_change_leaves_what_waits_waiting() -> None:
    waiting, _ = ask(state(), limits(max_order_value="900"), NOW)
    after, _ = ask(waiting, limits(max_open_orders="5"), NOW + 30_000)
    assert after.waiting == waiting.waiting


def test_a_soft_limit_nobody_asked_for_follows_the_hard_one_down() -> None:
    after, _ = ask(state(), limits(max_order_value="50"), NOW)
    assert (after.profile.confirm_order_value, after.profile.max_order_value) == (50, 50)
    after, _ = ask(state(), limits(daily_loss_cancel_percent="1"), NOW)
    assert (after.profile.daily_loss_warn_percent, after.profile.daily_loss_percent) == (1, 1)
    assert refused(limits(max_order_value="50", confirm_order_value="60")) == [
        ("confirm_order_value", "is 60, above max_order_value, which is 50")
    ]


def test_a_soft_limit_may_wait_for_the_hard_one_above_it() -> None:
    first, _ = ask(state(), limits(max_order_value="900"), NOW)
    both, _ = ask(first, limits(confirm_order_value="800"), NOW + 30_000)
    half, _ = loosen(both, both.waiting[:1])
    hard, steps = loosen(both, [each for each in both.waiting if each.key == "max_order_value"])
    assert (hard.profile.max_order_value, hard.profile.confirm_order_value) == (900, 100)
    assert [each.effect for each in steps] == [Effect.LOOSENED]
    soft, steps = loosen(both, [each for each in both.waiting if each.key == "confirm_order_value"])
    assert (soft.profile.max_order_value, soft.profile.confirm_order_value) == (500, 500)
    assert steps == (Step(Effect.LOOSENED, "confirm_order_value", D(100), D(500)),)
    assert not flaws(half.profile)


def test_the_switch_and_the_list_of_pairs() -> None:
    off, _ = ask(state(), ProfileChange(auto_risk_control=False), NOW)
    assert (off.profile.auto_risk_control, off.waiting) == (True, (Waiting("auto_risk_control", False, LATER),))
    on, _ = ask(off, ProfileChange(auto_risk_control=True), NOW)
    assert on == state()
    one, _ = ask(state(), ProfileChange(symbols=("BTCUSDT", "ETHUSDT", "BTCUSDT")), NOW)
    assert (one.profile.symbols, one.waiting) == (("BTCUSDT", "ETHUSDT"), ())
    moved, _ = ask(one, ProfileChange(symbols=("ETHUSDT", "SOLUSDT")), NOW)
    assert (moved.profile.symbols, moved.target["symbols"]) == (("ETHUSDT",), ("ETHUSDT", "SOLUSDT"))
    other, _ = ask(one, ProfileChange(symbols=("SOLUSDT",)), NOW)
    assert other.profile.symbols == ("BTCUSDT", "ETHUSDT")
    every, _ = ask(one, ProfileChange(symbols=()), NOW)
    assert (every.profile.symbols, every.target["symbols"]) == (("BTCUSDT", "ETHUSDT"), ())


def test_a_pairs_own_limit() -> None:
    tight, steps = ask(state(), own("200"), NOW)
    assert tight.profile.of("BTCUSDT").max_order_value == 200
    assert steps == (Step(Effect.CHANGED, BTC, None, D(200)),)
    wide, steps = ask(state(), own("900"), NOW)
    assert wide.profile.overrides == {"BTCUSDT": {"max_order_value": D(500)}}
    assert steps == (Step(Effect.CHANGED, BTC, None, D(500)), Step(Effect.ASKED, BTC, D(500), D(900), LATER))
    assert ask(wide, own(None), NOW)[0] == state()
    gone, steps = ask(tight, own(None), NOW)
    assert gone.profile.of("BTCUSDT").max_order_value == 200
    assert gone.waiting == (Waiting(BTC, None, LATER),)
    assert loosen(gone, gone.waiting)[0] == state()
    wide, _ = loosen(wide, wide.waiting)
    assert ask(wide, own(None), NOW)[0] == state()
    assert ask(state(), own(None), NOW) == (state(), ())


def test_an_own_limit_is_not_loosened_through_the_general_one() -> None:
    tight, _ = ask(state(), own("200"), NOW)
    both = replace(own(None), limits={"max_order_value": D(150), "confirm_order_value": D(50)})
    after, _ = ask(tight, both, NOW)
    assert (after.profile.of("BTCUSDT").max_order_value, after.waiting) == (150, ())
    wider = replace(own(None), limits={"max_order_value": D(900)})
    after, _ = ask(tight, wider, NOW)
    assert after.profile.of("BTCUSDT").max_order_value == 200
    assert {each.key for each in after.waiting} == {BTC, "max_order_value"}


def test_an_own_limit_that_waits_is_not_overtaken_by_the_general_one() -> None:
    both = ProfileChange(limits={"max_order_value": D(900)}, overrides={"BTCUSDT": {"max_order_value": D(600)}})
    first, _ = ask(state(), both, NOW)
    general = [each for each in first.waiting if each.key == "max_order_value"]
    assert loosen(first, general)[0].profile.of("BTCUSDT").max_order_value == 500
    gone, _ = ask(first, own(None), NOW + 59_000)
    assert {(each.key, each.at) for each in gone.waiting} == {("max_order_value", LATER), (BTC, LATER + 59_000)}
    assert loosen(gone, general)[0].profile.of("BTCUSDT").max_order_value == 500
    assert loosen(gone, gone.waiting)[0].profile == replace(RiskProfile(), max_order_value=D(900))


def test_a_preset_begins_anew_but_for_the_pairs_and_the_switch() -> None:
    before = state(symbols=("BTCUSDT",), auto_risk_control=False, overrides={"BTCUSDT": {"max_order_value": D(200)}})
    after, _ = ask(before, ProfileChange(preset=Preset.CONSERVATIVE), NOW)
    assert after.profile == replace(
        preset(Preset.CONSERVATIVE),
        symbols=("BTCUSDT",),
        auto_risk_control=False,
        overrides={"BTCUSDT": {"max_order_value": D(200)}},
    )
    assert after.waiting == (Waiting(BTC, None, LATER),)
    bold, _ = ask(state(), ProfileChange(Preset.AGGRESSIVE, limits={"max_order_value": D(50)}), NOW)
    assert (bold.profile.name, bold.profile.max_order_value, bold.profile.max_open_orders) == ("aggressive", 50, 20)
    assert loosen(bold, bold.waiting)[0].profile == replace(
        preset(Preset.AGGRESSIVE), max_order_value=D(50), confirm_order_value=D(50)
    )


def test_nonsense_is_refused_with_every_field_and_reason() -> None:
    assert refused(limits(max_ordr_value="1", max_open_orders="1.5", max_drawdown_percent="101")) == [
        ("max_ordr_value", "is no limit of a risk profile"),
        ("max_drawdown_percent", "must not be above 100 percent"),
        ("max_open_orders", "must be a whole number"),
    ]
    assert refused(limits(max_order_value="-1", auto_risk_control="1")) == [
        ("max_order_value", "must be above 0"),
        ("auto_risk_control", "must be true or false"),
    ]
    assert refused(own("1", "BTC.USDT"))[0] == ("overrides.BTC.USDT", "is no pair such as BTCUSDT")
    assert refused(own("1", name="max_open_orders")) == [
        ("overrides.BTCUSDT.max_open_orders", "is no limit that a pair can have of its own")
    ]
    assert refused(own("1", name="nothing")) == [
        ("overrides.BTCUSDT.nothing", "is no limit that a pair can have of its own")
    ]
    assert refused(own("-1")) == [("overrides.BTCUSDT.max_order_value", "must be above 0")]
    assert refused(ProfileChange(symbols=("btc",))) == [("symbols", "holds 'btc', which is no pair such as BTCUSDT")]


def test_a_pairs_soft_limit_nobody_asked_for_follows_the_hard_one_down() -> None:
    after, steps = ask(state(), own("50"), NOW)
    assert after.profile.overrides == {"BTCUSDT": {"max_order_value": D(50), "confirm_order_value": D(50)}}
    assert (after.waiting, [each.effect for each in steps]) == ((), [Effect.CHANGED] * 2)
    soft = state(overrides={"BTCUSDT": {"confirm_order_value": D(80)}})
    after, _ = ask(soft, limits(max_order_value="60"), NOW)
    assert (after.profile.of("BTCUSDT").confirm_order_value, after.profile.confirm_order_value) == (60, 60)
    assert (after.profile.of("BTCUSDT").max_order_value, after.waiting) == (60, ())
    both = ProfileChange(overrides={"BTCUSDT": {"max_order_value": D(50), "confirm_order_value": D(60)}})
    assert refused(both) == [
        ("overrides.BTCUSDT.confirm_order_value", "is 60, above max_order_value, which is 50"),
    ]


def test_what_would_be_above_a_limit_that_waits_waits_with_it() -> None:
    asked = ProfileChange(
        limits={"max_order_value": D(300)},
        overrides={"ETHUSDT": {"max_order_value": D(900), "confirm_order_value": D(90)}},
    )
    between = state(overrides={"ETHUSDT": {"confirm_order_value": D(400)}})
    assert ask(between, asked, NOW)[0].profile.of("ETHUSDT").max_order_value == 300
    unasked = replace(asked, overrides={"ETHUSDT": {"max_order_value": D(900)}})
    after, _ = ask(between, unasked, NOW)
    limit = after.profile.of("ETHUSDT")
    assert (limit.max_order_value, limit.confirm_order_value, flaws(after.profile)) == (300, 300, ())
    assert {(each.key, each.value, each.at) for each in after.waiting} == {
        ("overrides.ETHUSDT.max_order_value", D(900), LATER),
        ("overrides.ETHUSDT.confirm_order_value", D(400), LATER),
    }
    assert ask(after, ProfileChange(), NOW + 30_000) == (after, ())
    limit = loosen(after, after.waiting)[0].profile.of("ETHUSDT")
    assert (limit.max_order_value, limit.confirm_order_value) == (900, 400)


def test_what_makes_no_sense_when_its_time_has_come_is_dropped() -> None:
    waiting = (Waiting(BTC, D(0), LATER),)
    before = LimitState(state().values, waiting)
    after, steps = loosen(before, waiting)
    assert after == state()
    assert steps == (Step(Effect.WITHDRAWN, BTC, D(0), None),)


def test_a_pairs_soft_limit_that_waited_stays_below_the_hard_one() -> None:
    key = "overrides.BTCUSDT.confirm_order_value"
    waiting = (Waiting(key, D(900), LATER),)
    after, steps = loosen(LimitState(state().values, waiting), waiting)
    assert after.profile.of("BTCUSDT").confirm_order_value == 500
    assert steps == (Step(Effect.LOOSENED, key, None, D(500)),)


def test_a_newer_configuration_counts_and_the_rest_stays_as_it_was_set() -> None:
    mine = values_of(RiskProfile())
    set_, _ = ask(state(), limits(max_order_value="400", max_open_orders="9", max_open_positions="9"), NOW)
    now = values_of(replace(RiskProfile(), max_open_orders=15, max_open_positions=7, max_spread_percent=D("0.5")))
    after, steps = merged(set_, mine, now)
    assert (after.profile.max_order_value, after.profile.max_open_orders) == (400, 15)
    assert (after.profile.max_spread_percent, after.profile.max_open_positions, after.waiting) == (D("0.5"), 7, ())
    assert steps == (
        Step(Effect.CONFIGURED, "max_open_orders", 9, 15),
        Step(Effect.CONFIGURED, "max_open_positions", 5, 7),
        Step(Effect.CONFIGURED, "max_spread_percent", D(1), D("0.5")),
        Step(Effect.WITHDRAWN, "max_open_positions", 9, 7),
    )
    assert merged(set_, mine, mine) == (set_, ())


def test_own_limits_of_pairs_come_and_go_with_the_configuration() -> None:
    plain = values_of(RiskProfile())
    with_own = values_of(replace(RiskProfile(), overrides={"BTCUSDT": {"max_order_value": D(200)}}))
    assert merged(LimitState(plain), plain, with_own)[0].values == with_own
    assert merged(LimitState(with_own), with_own, plain)[0].values == plain
    kept, _ = ask(state(), own("300"), NOW)
    assert merged(kept, plain, plain)[0] == kept


def test_limits_that_make_no_sense_together_are_no_limits() -> None:
    mine = values_of(RiskProfile())
    with pytest.raises(ValueError, match="max_order_value must be above 0"):
        merged(LimitState({**mine, "max_order_value": D(0)}), mine, mine)
    with pytest.raises(ValueError, match="max_order_value is missing"):
        merged(LimitState({key: value for key, value in mine.items() if key != "max_order_value"}), mine, mine)
    lower, _ = ask(state(), limits(max_order_value="50"), NOW)
    raised = values_of(replace(RiskProfile(), confirm_order_value=D(300)))
    assert merged(lower, mine, raised)[0].profile.confirm_order_value == 50
