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


class LedgerView(Answer):
    """One asset's accounts, each with its sign: all of them together are ``expected``.

    ``traded`` and ``fees`` are what executions gave and took, ``external`` what came from elsewhere (deposits,
    withdrawals, airdrops), ``adjustment`` what a person accepted. ``venue`` is free and locked as last known, ``at``
    its time; ``difference`` is what the ledger does not explain of it, for a moment while news are under way, and
    ``broken`` once that was established.
    """

    asset: str
    opening: Money
    traded: Money
    fees: Money
    external: Money
    adjustment: Money
    expected: Money
    venue: Money | None
    difference: Money | None
    broken: bool
    at: Time | None


class BreakView(Answer):
    """A balance that the ledger does not explain: ``expected`` by the ledger, ``found`` at the exchange."""

    asset: str
    expected: Money
    found: Money
    difference: Money
    since: Time


class EquityView(Answer):
    """The account's worth at a moment. ``day_pnl`` counts from UTC midnight."""

    at: Time
    equity: Money | None
    cash: Money
    currency: str
    day_pnl: Money | None = None
    unpriced: tuple[str, ...] = ()
