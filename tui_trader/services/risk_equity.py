"""What the account is worth by its ledger: the figure that losses are measured in.

A balance is told asset by asset, so between the two halves of a trade an account seems poorer or richer by the whole
trade; the ledger takes both halves of an execution in at once. And it knows what came from or went elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.ledger import LedgerAccount
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.services.account import SHOWN, VALUED_FOR_S
from tui_trader.services.account_ledger import AccountLedger
from tui_trader.services.inner import Rates


class LedgerEquity:
    """Values the ledger's coins in the account's currency."""

    def __init__(self, ledger: AccountLedger, rates: Rates, clock: Clock, currency: str = "USDT") -> None:
        self._ledger = ledger
        self._rates = rates
        self._clock = clock
        self._currency = currency
        self._worth: Decimal | None = None
        self._taken: tuple[int, float] | None = None
        self._outside: tuple[int, Mapping[str, Decimal]] = (-1, {})

    def worth(self) -> Decimal | None:
        """Return it, at most a quarter of a second old; ``None`` before the ledger began or while a price is missing.

        Coins that no market prices are worth nothing here, as they are in the account's figures.
        """
        now, changes = self._clock.monotonic(), self._ledger.changes
        fresh = self._taken is not None and self._taken[0] == changes and now - self._taken[1] <= VALUED_FOR_S
        if self._worth is None or not fresh:
            self._worth, self._taken = self._add_up(), (changes, now)
        return self._worth

    def outside(self) -> Mapping[str, Decimal]:
        """Return by asset what came from elsewhere in all, less what went there; adjustments count as such."""
        if self._outside[0] != self._ledger.changes:
            self._outside = (self._ledger.changes, self._moved())
        return self._outside[1]

    def rate(self, asset: str) -> Decimal | None:
        """Return what one unit of an asset is worth."""
        return self._rates.rate(asset, self._currency)

    def _moved(self) -> Mapping[str, Decimal]:
        accounts = self._ledger.accounts
        elsewhere = (LedgerAccount.EXTERNAL, LedgerAccount.ADJUSTMENT)
        moved = {asset: EXACT.add(*(accounts.given(asset, each) for each in elsewhere)) for asset in accounts.assets()}
        return {asset: amount for asset, amount in moved.items() if amount}

    def _add_up(self) -> Decimal | None:
        if self._ledger.since is None or not self._ledger.folded:
            return None
        accounts, total = self._ledger.accounts, ZERO
        for asset in accounts.assets():
            amount = accounts.holding(asset)
            rate = self.rate(asset) if amount else ZERO
            if rate is not None:
                total = EXACT.add(total, EXACT.multiply(amount, rate).quantize(SHOWN))
            elif self._rates.find(f"{asset}{self._currency}") is not None:
                return None
        return total
