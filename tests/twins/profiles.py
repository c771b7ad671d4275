"""Limits that tests of something else do not reach."""

from __future__ import annotations

from decimal import Decimal

from tui_trader.domain.risk import RiskProfile
from tui_trader.domain.risk_profile import limits

D = Decimal
HUNDRED = D(100)

WIDE = RiskProfile(
    max_order_value=D(5000),
    confirm_order_value=D(5000),
    max_position_value=D(1_000_000),
    max_total_exposure=D(1_000_000),
    max_concentration_percent=HUNDRED,
    max_open_orders_percent=HUNDRED,
    max_open_orders=1000,
    max_open_orders_per_symbol=1000,
    max_open_positions=1000,
    max_volume_percent=HUNDRED,
    max_depth_percent=HUNDRED,
    max_spread_percent=HUNDRED,
    min_liquidity=D(1),
    volatility_threshold_percent=HUNDRED,
    max_drawdown_percent=HUNDRED,
    daily_loss_limit=D(10**9),
    weekly_loss_limit=D(10**9),
    daily_loss_warn_percent=HUNDRED,
    daily_loss_percent=HUNDRED,
    daily_loss_cancel_percent=HUNDRED,
    max_slippage_paid_percent=HUNDRED,
    max_messages_per_fill=10**6,
    max_orders_per_second=50,
    max_orders_per_minute=500,
)


def limits_in_env(profile: RiskProfile) -> dict[str, str]:
    """Write what differs from the usual limits as variables of the environment."""
    return {
        f"TUI_TRADER_RISK_{name.upper()}": str(getattr(profile, name))
        for name, default in limits()
        if getattr(profile, name) != default
    }
