"""Whatever is asked, however often the desk starts again: nothing is looser sooner than a minute after it was asked.

A limit is never looser than every value that was asked for at least a minute ago, nor than what was asked for last. A
list of pairs that has none in common with the one before takes its place as a whole.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twins.clock import VirtualClock, settle
from tests.twins.keepers import Ear
from tests.twins.store import StoreTwin
from tui_trader.domain.risk_profile import PER_SYMBOL, Preset, RiskProfile, flaws
from tui_trader.errors import Refused
from tui_trader.rules.risk.limit_changes import ProfileChange
from tui_trader.rules.risk.profile_values import AUTO, DEFAULTS, SYMBOLS, looser, profile_of, values_of
from tui_trader.services.limit_keeper import LimitKeeper

D = Decimal
MINUTE_S = 60.0
PAIRS = ("BTCUSDT", "ETHUSDT")
NAMES = (
    "max_order_value",
    "confirm_order_value",
    "min_liquidity",
    "max_open_orders",
    "cooldown_losses",
    "cooldown_minutes",
    "daily_loss_warn_percent",
    "daily_loss_percent",
)
OWN = tuple(name for name in NAMES if name in PER_SYMBOL)
NUMBERS = st.sampled_from([D(0), D(1), D(2), D(3), D(10), D(100), D(400), D(600), D(100_000)])

changes = st.builds(
    ProfileChange,
    preset=st.sampled_from([None, None, None, *Preset]),
    auto_risk_control=st.sampled_from([None, True, False]),
    symbols=st.sampled_from([None, None, (), ("BTCUSDT",), ("ETHUSDT",), PAIRS]),
    limits=st.dictionaries(st.sampled_from(NAMES), NUMBERS, max_size=2),
    overrides=st.dictionaries(
        st.sampled_from(PAIRS),
        st.dictionaries(st.sampled_from(OWN), st.one_of(st.none(), NUMBERS), max_size=2),
        max_size=1,
    ),
)
steps = st.lists(
    st.one_of(changes, st.sampled_from([1.0, 20.0, 59.0, 60.0, 61.0]), st.sampled_from(["restart", "dead a while"])),
    max_size=12,
)


class World:
    """A desk's limits over restarts, and what was asked for and when."""

    def __init__(self, configured: RiskProfile) -> None:
        self.clock, self.store, self.configured = VirtualClock(), StoreTwin(), configured
        self.asked: list[tuple[float, RiskProfile]] = [(-MINUTE_S, configured)]
        self.intents = 0

    async def begin(self) -> None:
        self.holds = self.configured
        self.keeper = LimitKeeper(self.store, Ear(), self.clock, self.configured, self._put)
        await self.keeper.load()
        self.task = asyncio.create_task(self.keeper.keep())

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def _put(self, profile: RiskProfile) -> None:
        self.holds = profile

    async def do(self, step: Any) -> None:
        if isinstance(step, float):
            await self.clock.advance(step)
        elif isinstance(step, str):
            await self.end()
            if step == "dead a while":
                self.clock.jump(30)
            await self.begin()
            await settle()
        else:
            await self._ask(step)

    async def _ask(self, change: ProfileChange) -> None:
        self.intents += 1
        try:
            await self.keeper.change(f"intent-{self.intents:04d}", change, "person")
        except Refused:
            return
        self.asked.append((self.clock.monotonic(), profile_of(self.keeper.state.target)))

    @property
    def ripe(self) -> list[RiskProfile]:
        """What was asked for at least a minute ago."""
        return [profile for at, profile in self.asked if self.clock.monotonic() - at >= MINUTE_S]


def check(world: World) -> None:
    assert not flaws(world.holds)
    ripe, (_, newest) = world.ripe, world.asked[-1]
    for name in (*NAMES, AUTO, SYMBOLS):
        for symbol in (None, *(PAIRS if name in PER_SYMBOL else ())):
            held = value(world.holds, symbol, name)
            assert any(not looser(name, held, value(each, symbol, name)) for each in ripe), (name, symbol, held)
            wanted = value(newest, symbol, name)
            moved = name == SYMBOLS and wanted and set(held).isdisjoint(wanted)
            assert moved or not looser(name, held, wanted), (name, symbol, held)


def value(profile: RiskProfile, symbol: str | None, name: str) -> Any:
    return getattr(profile if symbol is None else profile.of(symbol), name)


@given(steps)
@settings(deadline=None)
def test_nothing_is_looser_sooner_than_a_minute_after_it_was_asked(series: list[Any]) -> None:
    async def live() -> None:
        world = World(RiskProfile(symbols=("BTCUSDT",), cooldown_losses=3))
        await world.begin()
        for step in series:
            await world.do(step)
            check(world)
        await world.end()

    asyncio.run(live())


@given(steps)
@settings(deadline=None)
def test_what_was_asked_last_holds_in_the_end_unless_something_stricter_does(series: list[Any]) -> None:
    async def live() -> None:
        world = World(RiskProfile())
        await world.begin()
        for step in series:
            await world.do(step)
        target = profile_of(world.keeper.state.target)
        await world.clock.advance(2 * MINUTE_S)
        assert world.keeper.state.waiting == ()
        held, wanted = values_of(world.holds), values_of(target)
        for name in (*DEFAULTS, SYMBOLS):
            assert not looser(name, held[name], wanted[name])
        await world.end()
        before = world.holds
        await world.begin()
        assert world.holds == before
        await world.end()

    asyncio.run(live())


@given(steps, st.sampled_from([None, *PAIRS]))
@settings(deadline=None)
def test_a_hard_limit_is_tightened_whatever_the_softer_ones_are(series: list[Any], symbol: str | None) -> None:
    async def live() -> None:
        world = World(RiskProfile())
        await world.begin()
        for step in series:
            await world.do(step)
        less = value(world.holds, symbol, "max_order_value") / 2
        tighter = {"max_order_value": less}
        change = ProfileChange(limits=tighter) if symbol is None else ProfileChange(overrides={symbol: tighter})
        await world.keeper.change("intent-tighter", change, "person")
        assert value(world.holds, symbol, "max_order_value") == less
        assert not flaws(world.holds)
        await world.end()

    asyncio.run(live())
