"""What a size counts from: the smaller of what the venue shows and what the ledger explains (R34)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.balance import Balance
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Side
from tui_trader.rules.reservation import available
from tui_trader.services.account import AccountService
from tui_trader.services.account_ledger import AccountLedger
from tui_trader.services.inner import Rates
from tui_trader.services.working import WorkingOrders


@dataclass(frozen=True, slots=True)
class SizeBasis:
    """Balances, the ledger and what working orders lock. ``currency`` is the account's.

    Before the ledger begins, the venue's word alone counts.
    """

    prices: Rates
    account: AccountService
    ledger: AccountLedger
    working: WorkingOrders
    currency: str = "USDT"

    def equity(self, quote: str) -> Decimal | None:
        """Return what the account is worth in a quote asset; ``None`` while it is not known."""
        worth, rate = self.account.valued(), self.prices.rate(quote, self.currency)
        if worth is None or not rate:
            return None
        total = ZERO
        for asset, value in worth.values.items():
            total = EXACT.add(total, EXACT.multiply(value, self._explained(self.account.balance(asset))))
        return EXACT.divide(total, rate)

    def free(self, pair: Instrument, side: Side) -> Decimal:
        """Return what a new order may pay with, fee included; 0 while balances are not known.

        A sale of coins that the venue shows is not held back by the ledger: it only reduces.
        """
        asset = pair.quote if side is Side.BUY else pair.base
        shown = available(asset, self.account.balance(asset), self.working.reservations(asset)) or ZERO
        if side is Side.SELL or self.ledger.since is None:
            return shown
        locked = sum((each.amount for each in self.working.pending.locked(asset)), ZERO)
        return max(ZERO, min(shown, EXACT.subtract(self.ledger.accounts.holding(asset), locked)))

    def _explained(self, balance: Balance | None) -> Decimal:
        """Return which part of a balance the ledger explains, at most all of it."""
        if balance is None or self.ledger.since is None or not balance.total > 0:
            return Decimal(1)
        holding = max(ZERO, self.ledger.accounts.holding(balance.asset))
        return Decimal(1) if holding >= balance.total else EXACT.divide(holding, balance.total)
