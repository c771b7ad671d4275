"""Balances and equity."""

from __future__ import annotations

from tui_trader.contract.base import Answer, Money, Time


class BalanceView(Answer):
    """One asset. ``reserved`` is what orders under way will lock; ``value`` is in the account currency."""

    asset: str
    free: Money
    locked: Money
    total: Money
    reserved: Money
    value: Money | None
    at: Time


class EquityView(Answer):
    """The account's worth at a moment. ``day_pnl`` counts from UTC midnight."""

    at: Time
    equity: Money | None
    cash: Money
    currency: str
    day_pnl: Money | None = None
    unpriced: tuple[str, ...] = ()
