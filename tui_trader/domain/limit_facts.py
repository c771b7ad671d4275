"""What each limit of a risk profile is about: its group, unit, meaning, and which way it is loosened.

By the names of the profile's fields, in the order in which a person would read them. ``CURRENCY`` stands for the
account's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CURRENCY = "CURRENCY"


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """``loosened`` is ``up`` or ``down`` for a limit, ``neither`` for a choice that is no more daring either way."""

    group: str
    unit: str
    meaning: str
    loosened: str = "up"


def _orders(unit: str, meaning: str, loosened: str = "up") -> LimitFacts:
    return LimitFacts("Orders", unit, meaning, loosened)


def _account(unit: str, meaning: str, loosened: str = "up") -> LimitFacts:
    return LimitFacts("Positions and account", unit, meaning, loosened)


def _losses(unit: str, meaning: str, loosened: str = "up") -> LimitFacts:
    return LimitFacts("Losses", unit, meaning, loosened)


def _market(unit: str, meaning: str, loosened: str = "up") -> LimitFacts:
    return LimitFacts("Market", unit, meaning, loosened)


def _conduct(unit: str, meaning: str, loosened: str = "up") -> LimitFacts:
    return LimitFacts("Conduct", unit, meaning, loosened)


LIMIT_FACTS: Mapping[str, LimitFacts] = {
    "confirm_order_value": _orders(CURRENCY, "an order worth more asks first"),
    "max_order_value": _orders(CURRENCY, "an order worth more is refused"),
    "price_collar_percent": _orders("%", "how far a price may stand from the market"),
    "market_cap_percent": _orders("%", "how far a market order may fill from the best price"),
    "max_volume_percent": _orders("%", "an order's share of 24 h volume; a tenth of it asks first"),
    "max_depth_percent": _orders("%", "an order's share of the visible book; a fifth of it asks first"),
    "risk_per_trade_percent": _orders("%", "of the account, lost when a stop is hit"),
    "max_position_value": _account(CURRENCY, "what is held of one coin"),
    "max_total_exposure": _account(CURRENCY, "all coins held and entries under way"),
    "max_concentration_percent": _account("%", "one coin's share of the account"),
    "max_open_positions": _account("pairs", "pairs held or being entered"),
    "max_open_orders": _account("orders", "orders working at once"),
    "max_open_orders_per_symbol": _account("orders", "orders working on one pair"),
    "max_open_orders_percent": _account("%", "all working orders' share of the account"),
    "min_account_balance": _account(CURRENCY, "free cash that has to remain", "down"),
    "daily_loss_limit": _losses(CURRENCY, "loss of the UTC day that locks entries"),
    "weekly_loss_limit": _losses(CURRENCY, "loss of the UTC week that locks entries"),
    "daily_loss_warn_percent": _losses("%", "loss of the day that warns"),
    "daily_loss_percent": _losses("%", "loss of the day that locks entries"),
    "daily_loss_cancel_percent": _losses("%", "loss of the day that cancels resting entries too"),
    "max_drawdown_percent": _losses("%", "loss of a position, or of the account from its peak"),
    "max_slippage_paid_percent": _losses("%", "slippage paid within ten minutes, of the account"),
    "cooldown_losses": _losses("losses", "so many in a row begin a pause"),
    "cooldown_minutes": _losses("min", "how long that pause is", "down"),
    "min_liquidity": _market(CURRENCY, "value traded on a pair within 24 h", "down"),
    "volatility_threshold_percent": _market("%", "deviation of daily returns, or the 24 h change"),
    "max_spread_percent": _market("%", "spread between best bid and ask"),
    "max_depeg_percent": _market("%", "how far a stablecoin may stand from 1"),
    "max_quote_age_ms": _market("ms", "age of the price that a limit order is judged by"),
    "max_market_quote_age_ms": _market("ms", "the same for orders that take at once"),
    "max_orders_per_second": _conduct("orders", "a person's orders within one second"),
    "max_orders_per_minute": _conduct("orders", "a person's orders within one minute"),
    "max_rule_orders_per_second": _conduct("orders", "automatic orders within one second"),
    "max_rule_orders_per_minute": _conduct("orders", "automatic orders within one minute"),
    "max_messages_per_fill": _conduct("messages", "orders and cancels sent for each fill"),
    "duplicate_window_ms": _conduct("ms", "the same order again within it asks first", "down"),
}
