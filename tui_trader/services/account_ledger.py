"""The ledger while the desk runs: every balance explained by executions, moves from elsewhere and a person's word.

Entries of executions follow from the stored executions, so they are not stored again: ``ledger`` holds the others
only, and both are in one transaction with what they belong to. The ledger begins at the first exact picture of the
account; what the venue dates before that moment is in its openings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance, Mover
from tui_trader.domain.events import Notice
from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.ledger import LedgerAccount, LedgerBreak, LedgerEntry
from tui_trader.domain.money import EXACT, canonical
from tui_trader.exchange.port import BalanceChange
from tui_trader.rules.asset_ledger import AssetLedger, moves_of, pair_assets
from tui_trader.services.inner import BalanceKeeper, Rates
from tui_trader.services.ledger_words import came_or_went
from tui_trader.services.model import LedgerRow
from tui_trader.services.ports import Store
from tui_trader.services.recorder import Draft

EARLY_KEPT = 1000
"""So many executions are remembered until the ledger begins; those of its very moment are among them."""


class AccountLedger:
    """Accounts per asset.

    Life: :meth:`load`, :meth:`post` for every stored execution, and :meth:`fold`; alone, this does all of it.
    """

    def __init__(self, store: Store, prices: Rates, balances: BalanceKeeper, clock: Clock) -> None:
        self._store = store
        self._prices = prices
        self._balances = balances
        self._clock = clock
        self.accounts = AssetLedger()
        self.since: int | None = None
        """When the ledger begins, UTC ms by the venue's clock; ``None`` before the first exact picture."""
        self.loaded = False
        self.folded = False
        """Whether everything stored is in the accounts: before that their sums say nothing."""
        self.breaks: dict[str, LedgerBreak] = {}
        """What is not explained, by asset."""
        self.unclear: dict[str, list[BalanceChange]] = {}
        """Pushed moves whose cause may be an order's, until a comparison tells."""
        self.stand_ins: dict[tuple[str, str], Fill] = {}
        """What stands in for executions: their fees are not known."""
        self.changes = 0
        """Counts what was taken in; the accounts are as they were while it stays."""
        self._refs: set[str] = set()
        self._early: deque[tuple[Fill, int]] = deque(maxlen=EARLY_KEPT)

    # -- life

    async def load(self) -> None:
        """Read the stored entries; executions follow through :meth:`post`."""
        entries = await self._store.ledger()
        for entry in entries:
            self.book(entry)
        self.since = min((each.at for each in entries if each.account is LedgerAccount.OPENING), default=None)
        self.loaded = True

    async def fold(self) -> None:
        """Read entries and executions, once; where both were read, say that they are all."""
        if not self.loaded:
            await self.load()
            async for fill in self._store.all_fills():
                self.post(fill)
        self.folded = True

    def begin(self, draft: Draft, balances: Iterable[Balance], at: int) -> None:
        """Open with what is there at ``at``, less what executions known by now brought since then.

        An account without coins opens with the first ones.
        """
        coins = {each.asset: each.total for each in balances if each.total}
        if not coins:
            return
        self.since = at
        for fill, sign in self._early:
            self._count(fill, sign)
        self._early.clear()
        for asset in sorted(coins.keys() | self.accounts.assets()):
            found = coins.get(asset, Decimal(0))
            opening = EXACT.subtract(found, self.accounts.holding(asset))
            self.enter(draft, LedgerEntry(f"opening:{asset}", asset, LedgerAccount.OPENING, opening, at))

    # -- entries

    def post(self, fill: Fill) -> None:
        """Take an execution in."""
        if fill.source == SYNTHETIC:
            self.stand_ins[fill.key] = fill
        self._take(fill, 1)

    def take_back(self, fill: Fill) -> None:
        """Take a stand-in back."""
        self.stand_ins.pop(fill.key, None)
        self._take(fill, -1)

    def moved(self, draft: Draft, change: BalanceChange) -> None:
        """Take a pushed move in: what orders did is told by executions, anything else is from or to elsewhere."""
        if change.mover is Mover.ORDERS or not change.amount or self.since is None or change.balance.at < self.since:
            return
        if change.mover is Mover.UNCLEAR:
            self.unclear.setdefault(change.balance.asset, []).append(change)
        else:
            self.external(draft, change)

    def external(self, draft: Draft, change: BalanceChange) -> None:
        """Enter a move from or to elsewhere, and say so."""
        entry = external_entry(change)
        if self.enter(draft, entry):
            draft.say(Notice("info", came_or_went(entry), "external_move"), self._clock.wall_ms())

    def enter(self, draft: Draft, entry: LedgerEntry) -> bool:
        """Put an entry into a draft and count it; false where it was known."""
        if not self.book(entry):
            return False
        draft.enter(entry, self._clock.wall_ms())
        return True

    def book(self, entry: LedgerEntry) -> bool:
        """Count an entry that is written down; false where it was known."""
        if entry.ref in self._refs:
            return False
        self._refs.add(entry.ref)
        self.changes += 1
        self.accounts.post((entry.move,))
        return True

    # -- looking

    def assets_of(self, symbol: str) -> tuple[str, str]:
        """Return base and quote of a pair."""
        return pair_assets(symbol, self._prices.find(symbol))

    def find(self, symbol: str) -> Instrument | None:
        """Return a pair's rules."""
        return self._prices.find(symbol)

    async def rows(self) -> Sequence[LedgerRow]:
        """List every asset that was ever moved, by name.

        Raises:
            StoreError: what is written down cannot be read.

        """
        await self.fold()
        return [self._row(asset) for asset in sorted(self.accounts.assets())] if self.since is not None else []

    # -- inside

    def _take(self, fill: Fill, sign: int) -> None:
        if self.since is None:
            self._early.append((fill, sign))
        else:
            self._count(fill, sign)

    def _count(self, fill: Fill, sign: int) -> None:
        if self.since is not None and fill.at >= self.since:
            self.changes += 1
            self.accounts.post(moves_of(fill, *self.assets_of(fill.symbol)), sign)

    def _row(self, asset: str) -> LedgerRow:
        accounts, expected = self.accounts, self.accounts.holding(asset)
        balance = self._balances.balance(asset)
        return LedgerRow(
            asset=asset,
            opening=accounts.given(asset, LedgerAccount.OPENING),
            traded=accounts.given(asset, LedgerAccount.TRADED),
            fees=accounts.given(asset, LedgerAccount.FEES),
            external=accounts.given(asset, LedgerAccount.EXTERNAL),
            adjustment=accounts.given(asset, LedgerAccount.ADJUSTMENT),
            expected=expected,
            venue=None if balance is None else balance.total,
            difference=None if balance is None else EXACT.subtract(balance.total, expected),
            broken=asset in self.breaks,
            at=None if balance is None else balance.at or None,
        )


def external_entry(change: BalanceChange) -> LedgerEntry:
    """Make the entry of a pushed move; the same push always gives the same one."""
    after = change.balance
    figures = ":".join(canonical(each) for each in (after.free, after.locked, change.amount))
    ref = f"push:{after.asset}:{after.at}:{change.cause}:{figures}"
    return LedgerEntry(ref, after.asset, LedgerAccount.EXTERNAL, change.amount, after.at, change.cause)


def adjustment_entry(found: LedgerBreak, at: int, note: str) -> LedgerEntry:
    """Make the entry by which a person accepts a difference."""
    ref = f"adjustment:{found.asset}:{at}"
    return LedgerEntry(ref, found.asset, LedgerAccount.ADJUSTMENT, found.difference, at, note)
