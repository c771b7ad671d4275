"""Figures of an account at a moment, from what is known of it and what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from tui_trader.domain.assessment import Assessment, Metrics
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.rules.gate_limit import percent
from tui_trader.rules.risk.assessing import HeldCoin, Portfolio, fallen
from tui_trader.rules.risk.loss_lock import LossState
from tui_trader.rules.risk.tracking import GRAVE

_SHARE = Decimal("0.0001")
_MONEY = Decimal("1e-8")
"""To what estimates are rounded."""


def metrics_of(given: Portfolio, state: LossState | None, active: Sequence[Assessment], at: int) -> Metrics:
    """Return the figures; ``state`` has the highs and beginnings of day, week and month.

    Profit and loss of a period is the change since its beginning, without what came from or went elsewhere.
    """
    equity = given.equity if given.equity is not None and given.equity.is_finite() else None
    values = [each.value for each in given.coins]
    return Metrics(
        at=at,
        equity=equity,
        exposure=_rounded(given.exposure, _MONEY),
        drawdown_percent=_rounded(fallen(equity, given.peak)),
        max_drawdown_percent=ZERO if state is None else state.worst_percent,
        day_pnl=_since(given, state, lambda known: known.day_open),
        week_pnl=_since(given, state, lambda known: known.week_open),
        month_pnl=_since(given, state, lambda known: known.month_open),
        concentration_percent=_rounded(percent(max(values, default=ZERO), equity)) if equity else None,
        volatility_percent=_of_all(given.coins, lambda coin: coin.volatility, max),
        liquidity=_of_all(given.coins, lambda coin: coin.volume, min),
        score=max((each.score for each in active), default=0),
        active_risks=len(active),
        high_risks=sum(each.finding.level in GRAVE for each in active),
    )


def _since(given: Portfolio, state: LossState | None, begun: Callable[[LossState], Decimal]) -> Decimal | None:
    equity = given.losses.equity  # by the ledger, as the beginnings are
    return None if equity is None or state is None else _rounded(EXACT.subtract(equity, begun(state)), _MONEY)


def _of_all(
    coins: Sequence[HeldCoin], figure: Callable[[HeldCoin], Decimal | None], worst: Callable[[list[Decimal]], Decimal]
) -> Decimal | None:
    """Return the worst figure of the coins held; ``None`` without coins, or while one of them is not known."""
    figures = [figure(each) for each in coins]
    known = [each for each in figures if each is not None and each.is_finite()]
    return _rounded(worst(known), _MONEY) if known and len(known) == len(figures) else None


def _rounded(value: Decimal | None, step: Decimal = _SHARE) -> Decimal | None:
    """Round a figure; ``None`` for one that is no number."""
    return None if value is None or not value.is_finite() else value.quantize(step, context=EXACT)
