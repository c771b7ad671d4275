from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.twins.clock import VirtualClock, settle
from tests.twins.store import StoreTwin
from tests.unit.store.samples import assessment
from tui_trader.domain.assessment import RiskLevel
from tui_trader.rules.risk.assessing import HeldCoin, Portfolio
from tui_trader.rules.risk.loss_limits import Losses
from tui_trader.rules.risk.loss_lock import LossState, begin
from tui_trader.rules.risk.metrics import metrics_of
from tui_trader.services.bus import EventBus
from tui_trader.services.risk_metrics import KEPT_MS, SAMPLE_EVERY_S, RiskMetrics
from tui_trader.services.tasks import Tasks

D = Decimal
STATE = replace(begin(D(1000), 0), day_open=D(990), week_open=D(1010), month_open=D(400), worst_percent=D("12.5"))
COINS = (
    HeldCoin("BTC", "BTCUSDT", D(250), D(9000), D(2)),
    HeldCoin("ETH", "ETHUSDT", D(125), D(700), D("3.5")),
)
RICH = Portfolio("USDT", D(1000), D(1250), D(375), Losses(D(1000), D(0), D(0)), COINS)


def test_figures_of_an_account() -> None:
    risks = [assessment(1), assessment(2, level=RiskLevel.HIGH), assessment(3, level=RiskLevel.CRITICAL)]
    found = metrics_of(RICH, STATE, risks, 7)
    assert (found.at, found.equity, found.exposure) == (7, D(1000), D(375))
    assert (found.drawdown_percent, found.max_drawdown_percent) == (D(20), D("12.5"))
    assert (found.day_pnl, found.week_pnl, found.month_pnl) == (D(10), D(-10), D(600))
    assert (found.concentration_percent, found.volatility_percent, found.liquidity) == (D(25), D("3.5"), D(700))
    assert (found.score, found.active_risks, found.high_risks) == (100, 3, 2)


def test_what_is_not_known_is_said_to_be_so() -> None:
    nothing = metrics_of(Portfolio("USDT", None, None, None, Losses(None, None, None)), None, [], 7)
    assert (nothing.equity, nothing.exposure, nothing.drawdown_percent, nothing.day_pnl) == (None, None, None, None)
    assert (nothing.concentration_percent, nothing.volatility_percent, nothing.liquidity) == (None, None, None)
    assert (nothing.max_drawdown_percent, nothing.score) == (D(0), 0)
    half = metrics_of(
        replace(RICH, coins=(COINS[0], replace(COINS[1], volatility=None, volume=D("NaN")))), STATE, [], 7
    )
    assert (half.volatility_percent, half.liquidity, half.concentration_percent) == (None, None, D(25))


def test_what_is_no_number_is_not_known_and_estimates_are_rounded() -> None:
    assert metrics_of(replace(RICH, exposure=D("NaN"), equity=D("NaN")), STATE, [], 7).exposure is None
    long = replace(RICH, exposure=D(1) / D(3), losses=Losses(D(1) / D(3), D(0), D(0)))
    found = metrics_of(long, STATE, [], 7)
    assert (found.exposure, found.day_pnl) == (D("0.33333333"), D("-989.66666667"))


def test_without_coins_there_is_no_concentration() -> None:
    assert metrics_of(replace(RICH, coins=()), STATE, [], 7).concentration_percent == 0


async def test_a_sample_is_written_each_minute_and_goes_after_ninety_days() -> None:
    clock, store = VirtualClock(), StoreTwin()
    states: list[LossState | None] = [STATE]
    service = RiskMetrics(store, clock, lambda: RICH, lambda: states[-1], list)
    tasks = Tasks(EventBus(store), clock)
    tasks.run("samples", service.keep)
    await settle()
    first = clock.wall_ms() + round(SAMPLE_EVERY_S * 1000)
    await clock.advance(3 * SAMPLE_EVERY_S)
    assert [each.at for each in await service.history(0, 2**60, 9)] == [first, first + 60_000, first + 120_000]
    store.failing = "The disk is full."
    await clock.advance(SAMPLE_EVERY_S)
    store.failing = None
    states.append(None)
    clock.jump(KEPT_MS / 1000 - 3 * SAMPLE_EVERY_S)
    await clock.advance(2 * SAMPLE_EVERY_S)
    kept = await service.history(0, 2**60, 9)
    assert kept[0].at > first
    assert (kept[0].day_pnl, kept[-1].day_pnl) == (D(10), None)
    await tasks.close()
