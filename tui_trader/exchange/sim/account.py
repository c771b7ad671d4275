"""One account's money: free and locked per asset, every movement with its cause."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tui_trader.exchange.sim.events import BalanceChanged
from tui_trader.exchange.sim.exact import ZERO, add
from tui_trader.exchange.sim.model import Balance
from tui_trader.exchange.wire.vocabulary import AccountCause

Tell = Callable[[BalanceChanged], None]


class Account:
    """Balances of one account. ``dirty`` holds the assets changed since the state log took them."""

    def __init__(self, name: str, tell: Tell) -> None:
        self.name = name
        self.prevents_self_trades = False
        self.dirty: dict[str, None] = {}
        self._tell = tell
        self._free: dict[str, Decimal] = {}
        self._locked: dict[str, Decimal] = {}

    def free(self, asset: str) -> Decimal:
        """Return what may be used."""
        return self._free.get(asset, ZERO)

    def balance(self, asset: str) -> Balance:
        """Both figures of one asset."""
        return Balance(asset, self.free(asset), self._locked.get(asset, ZERO))

    def balances(self) -> list[Balance]:
        """Every asset the account has or had."""
        return [self.balance(asset) for asset in self._free]

    def restore(self, asset: str, free: Decimal, locked: Decimal) -> None:
        """Set both figures without telling (from the state log)."""
        self._free[asset] = free
        self._locked[asset] = locked

    def move(self, asset: str, free: Decimal, locked: Decimal, cause: AccountCause, now_ms: int) -> None:
        """Change an asset by these signed amounts and tell; a movement of nothing is not told."""
        if not free and not locked:
            return
        self._free[asset] = new_free = add(self.free(asset), free) or ZERO
        self._locked[asset] = new_locked = add(self._locked.get(asset, ZERO), locked) or ZERO
        self.dirty[asset] = None
        self._tell(BalanceChanged(self.name, asset, new_free, free, new_locked, locked, cause, now_ms))
