"""Limits while the desk runs: written before they hold, loosened after a minute, over restarts, never by a clock."""

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
from tui_trader.domain.risk_profile import Preset, RiskProfile, preset
from tui_trader.errors import Conflict, Refused, StoreError
from tui_trader.rules.risk.limit_changes import ProfileChange
from tui_trader.services.limit_keeper import LimitKeeper
from tui_trader.services.limit_record import LINE, SETTING

D = Decimal
PLAIN = RiskProfile()


class SteppingClock(VirtualClock):
    """A clock whose wall time a test sets."""

    ahead_ms = 0

    def wall_ms(self) -> int:
        return super().wall_ms() + self.ahead_ms


class Kept:
    """One run of a keeper; another one over the same store and clock is a restart."""

    def __init__(
        self, store: StoreTwin | None = None, clock: SteppingClock | None = None, configured: RiskProfile = PLAIN
    ) -> None:
        self.store = store or StoreTwin()
        self.clock = clock or SteppingClock()
        self.ear = Ear()
        self.holds = configured
        self.keeper = LimitKeeper(self.store, self.ear, self.clock, configured, self._put)
        self._asked = 0

    def _put(self, profile: RiskProfile) -> None:
        self.holds = profile

    async def change(self, change: ProfileChange | None = None, **limits: str) -> None:
        self._asked += 1
        asked = change or ProfileChange(limits={name: D(value) for name, value in limits.items()})
        await self.keeper.change(f"intent-{id(self)}-{self._asked}", asked, "person")

    @property
    def told(self) -> list[tuple[str, str, Any, Any]]:
        bodies = [line.body for line in self.store.lines if line.kind == LINE]
        return [(each["effect"], each["limit"], each["before"], each["after"]) for each in bodies]


@asynccontextmanager
async def running(
    store: StoreTwin | None = None, clock: SteppingClock | None = None, configured: RiskProfile = PLAIN
) -> AsyncIterator[Kept]:
    kept = Kept(store, clock, configured)
    await kept.keeper.load()
    task = asyncio.create_task(kept.keeper.keep())
    try:
        yield kept
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_tightened_limit_holds_at_once_and_is_journalled_before_and_after() -> None:
    async with running() as kept:
        await kept.change(max_order_value="400.00000001")
        assert kept.holds == replace(PLAIN, max_order_value=D("400.00000001"))
        assert kept.told == [("CHANGED", "max_order_value", "500", "400.00000001")]
        assert [line.body["by"] for line in kept.store.lines if line.kind == LINE] == ["person"]
        notice = kept.ear.events[-1].data
        assert notice.text == "Limits changed: max_order_value 500 → 400.00000001."


async def test_a_loosened_limit_holds_after_a_minute_and_not_before() -> None:
    async with running() as kept:
        asked_at = kept.clock.wall_ms()
        await kept.change(max_order_value="900", max_open_orders="30")
        await kept.clock.advance(59.9)
        assert kept.holds == PLAIN
        await kept.clock.advance(0.1)
        assert kept.holds == replace(PLAIN, max_order_value=D(900), max_open_orders=30)
        assert kept.keeper.state.waiting == ()
        assert kept.told == [
            ("ASKED", "max_open_orders", 20, 30),
            ("ASKED", "max_order_value", "500", "900"),
            ("LOOSENED", "max_open_orders", 20, 30),
            ("LOOSENED", "max_order_value", "500", "900"),
        ]
        ats = [line.body.get("at") for line in kept.store.lines if line.kind == LINE]
        assert ats == [asked_at + 60_000, asked_at + 60_000, None, None]


async def test_tightening_withdraws_what_waits() -> None:
    async with running() as kept:
        await kept.change(max_order_value="900")
        await kept.clock.advance(30)
        await kept.change(max_order_value="300")
        await kept.clock.advance(600)
        assert kept.holds.max_order_value == 300
        assert [each[0] for each in kept.told] == ["ASKED", "CHANGED", "WITHDRAWN"]


@pytest.mark.parametrize("step_ms", [3_600_000, -3_600_000])
async def test_a_step_of_the_wall_clock_loosens_nothing_sooner_or_later(step_ms: int) -> None:
    async with running() as kept:
        kept.store.hold()
        asking = asyncio.create_task(kept.change(max_order_value="900"))
        await settle()
        kept.clock.ahead_ms = step_ms
        kept.store.release()
        await asking
        await kept.change(max_open_orders="25")
        await kept.clock.advance(59)
        assert kept.holds == PLAIN
        await kept.clock.advance(2)
        assert kept.holds == replace(PLAIN, max_order_value=D(900), max_open_orders=25)


async def test_a_restart_keeps_what_was_set_and_goes_on_waiting() -> None:
    async with running() as first:
        await first.change(max_order_value="400", max_open_orders="30")
        await first.clock.advance(40)
    async with running(first.store, first.clock) as second:
        assert second.holds == replace(PLAIN, max_order_value=D(400))
        await second.clock.advance(19)
        assert second.holds.max_open_orders == 20
        await second.clock.advance(1.1)
        assert second.holds.max_open_orders == 30
    written = len(second.store.changes)
    async with running(second.store, second.clock) as third:
        assert third.holds == replace(PLAIN, max_order_value=D(400), max_open_orders=30)
        assert len(third.store.changes) == written


async def test_what_has_waited_long_enough_meanwhile_holds_at_the_start() -> None:
    async with running() as first:
        await first.change(max_order_value="900")
    first.clock.jump(61)
    again = Kept(first.store, first.clock)
    await again.keeper.load()
    assert again.holds.max_order_value == 900


async def test_a_clock_that_was_set_back_lets_a_minute_pass_at_most() -> None:
    async with running() as first:
        await first.change(max_order_value="900")
    first.clock.ahead_ms = -86_400_000
    async with running(first.store, first.clock) as again:
        await again.clock.advance(59)
        assert again.holds == PLAIN
        await again.clock.advance(2)
        assert again.holds.max_order_value == 900


async def test_a_newer_word_of_the_configuration_counts() -> None:
    async with running() as first:
        await first.change(max_order_value="400", max_open_orders="9", max_open_positions="9")
    newer = replace(PLAIN, max_open_orders=15, max_open_positions=4)
    async with running(first.store, first.clock, newer) as second:
        assert second.holds == replace(newer, max_order_value=D(400))
        assert second.told[-3:] == [
            ("CONFIGURED", "max_open_orders", 9, 15),
            ("CONFIGURED", "max_open_positions", 5, 4),
            ("WITHDRAWN", "max_open_positions", 9, 4),
        ]
        await second.clock.advance(120)
        assert second.holds.max_open_positions == 4
    async with running(first.store, first.clock, newer) as third:
        assert third.holds == second.holds
        assert third.told == second.told


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", "null", '{"values": 1, "configured": {}, "waiting": [], "intent": ""}', "[" * 200_000],
    ids=["empty", "cut", "list", "bare", "null", "number", "deep"],
)
async def test_a_stored_profile_that_cannot_be_read_gives_way_to_conservative_limits(text: str) -> None:
    store = StoreTwin()
    store.settings[SETTING] = text
    await falls_back(store)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_order_value", "0"),
        ("max_order_value", "-5"),
        ("max_order_value", "NaN"),
        ("max_drawdown_percent", "101"),
        ("max_open_orders", 1.5),
        ("max_open_orders", "twenty"),
        ("auto_risk_control", "yes"),
        ("symbols", "BTCUSDT"),
        ("overrides.BTCUSDT.max_order_value", "-1"),
        ("overrides.BTCUSDT.max_open_orders", 3),
        ("max_order_value", None),
        ("max_order_value", "1" * 60),
    ],
)
async def test_a_stored_limit_that_makes_no_sense_does_so_too(key: str, value: Any) -> None:
    async with running() as first:
        await first.change(max_order_value="400")
    kept = json.loads(first.store.settings[SETTING])
    kept["values"][key] = value
    if value is None:
        del kept["values"][key]
    first.store.settings[SETTING] = json.dumps(kept)
    await falls_back(first.store)


@pytest.mark.parametrize("body", [{"at": "soon"}, {"value": "many"}, {"key": 7}, {"at": None}])
async def test_what_waits_and_cannot_be_read_does_so_too(body: dict[str, Any]) -> None:
    async with running() as first:
        await first.change(max_order_value="400", max_open_orders="30")
    kept = json.loads(first.store.settings[SETTING])
    kept["waiting"][0] |= body
    first.store.settings[SETTING] = json.dumps(kept)
    await falls_back(first.store)


async def falls_back(store: StoreTwin) -> None:
    text = store.settings[SETTING]
    async with running(store) as kept:
        assert kept.holds == preset(Preset.CONSERVATIVE)
        assert "could not be used" in kept.keeper.trouble
        assert "conservative" in kept.keeper.trouble
        assert store.settings[SETTING] == text
        notice = kept.ear.events[-1].data
        assert (notice.level, notice.text) == ("error", kept.keeper.trouble)
        line = next(each for each in reversed(store.lines) if each.kind == LINE)
        assert (line.body["effect"], line.body["limits"]["max_order_value"]) == ("FALLBACK", "250")
        await kept.change(max_order_value="100")
        assert kept.keeper.trouble == ""
    async with running(store) as again:
        assert again.holds == replace(preset(Preset.CONSERVATIVE), max_order_value=D(100), confirm_order_value=D(50))
        assert again.keeper.trouble == ""


async def test_a_record_of_another_version_is_read_as_far_as_it_goes() -> None:
    async with running() as first:
        await first.change(max_order_value="400", max_open_orders="30")
    kept = json.loads(first.store.settings[SETTING])
    for part in ("values", "configured"):
        kept[part]["max_of_tomorrow"] = "7"
        kept[part]["overrides.BTCUSDT.max_of_tomorrow"] = "7"
        del kept[part]["max_messages_per_fill"]
    kept["waiting"].append({"key": "max_of_tomorrow", "value": "9", "at": 1})
    first.store.settings[SETTING] = json.dumps(kept)
    async with running(first.store, first.clock) as again:
        assert (again.holds.max_order_value, again.holds.max_messages_per_fill) == (400, 50)
        assert [each.key for each in again.keeper.state.waiting] == ["max_open_orders"]


async def test_what_cannot_be_written_does_not_hold() -> None:
    async with running() as kept:
        kept.store.failing = "The disk is full."
        for limits in ({"max_order_value": "400"}, {"max_order_value": "900"}):
            with pytest.raises(StoreError, match="full"):
                await kept.change(**limits)
        assert (kept.holds, kept.keeper.state.waiting, kept.told) == (PLAIN, (), [])


async def test_what_cannot_be_written_when_its_time_has_come_waits_on() -> None:
    kept = Kept()
    await kept.keeper.load()
    await kept.change(max_order_value="900")
    kept.clock.jump(60)
    kept.store.failing = "The disk is full."
    with pytest.raises(StoreError, match="full"):
        await kept.keeper.keep()
    assert kept.holds == PLAIN
    kept.store.failing = None
    task = asyncio.create_task(kept.keeper.keep())
    await settle()
    assert kept.holds.max_order_value == 900
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_start_that_cannot_write_goes_on() -> None:
    store = StoreTwin()
    store.failing = "The disk is full."
    kept = Kept(store)
    await kept.keeper.load()
    assert kept.holds == PLAIN
    store.settings[SETTING] = "{"
    await kept.keeper.load()
    assert kept.holds == preset(Preset.CONSERVATIVE)


async def test_nothing_is_changed_before_what_is_stored_was_read() -> None:
    kept = Kept()
    with pytest.raises(Conflict, match="try again"):
        await kept.change(max_order_value="400")
    assert kept.store.changes == []


async def test_nonsense_changes_nothing() -> None:
    async with running() as kept:
        with pytest.raises(Refused, match="above 100"):
            await kept.change(max_order_value="400", max_drawdown_percent="101")
        assert (kept.holds, kept.told) == (PLAIN, [])


async def test_the_newest_intent_changes_nothing_again_after_a_restart() -> None:
    change = ProfileChange(limits={"max_order_value": D(400)})
    async with running() as first:
        await first.keeper.change("intent-0001", change, "person")
    async with running(first.store, first.clock) as again:
        written = len(first.store.changes)
        await again.keeper.change("intent-0001", change, "person")
        assert len(first.store.changes) == written


async def test_two_changes_at_once_both_hold() -> None:
    async with running() as kept:
        await asyncio.gather(kept.change(max_order_value="400"), kept.change(max_open_orders="5"))
        assert kept.holds == replace(PLAIN, max_order_value=D(400), max_open_orders=5)


async def test_many_changes_are_told_in_a_few_words() -> None:
    async with running() as kept:
        await kept.change(ProfileChange(preset=Preset.CONSERVATIVE, symbols=("AAUSDT", "BBUSDT")))
        text = kept.ear.events[-1].data.text
        assert text.startswith("Limits changed: confirm_order_value 100 → 50,")
        assert text.endswith("more.")
        await kept.change(ProfileChange(auto_risk_control=False, symbols=()))
        text = kept.ear.events[-1].data.text
        assert text == "Limits that hold in 60 s: auto_risk_control on → off, symbols AAUSDT BBUSDT → all."
        await kept.change(
            ProfileChange(
                symbols=tuple(f"{each}USDT" for each in "ABCDE"),
                overrides={"AAUSDT": {"max_order_value": D(100)}},
            )
        )
        text = kept.ear.events[-1].data.text
        assert "overrides.AAUSDT.max_order_value as all → 100" in text
