"""Double entry per asset: whatever comes to the holding, another account gives, so that all accounts add up to zero.

Openings, executions, fees, moves from elsewhere and adjustments are additions, so their order does not matter and the
same set gives the same totals. Everything is exact; nothing is ever rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.ledger import LedgerAccount, LedgerEntry, Move
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Order, Side
from tui_trader.rules.reservation import HAIRCUT, need

QUOTES = ("USDT", "USDC", "USD1", "USDE", "EUR", "BTC", "ETH", "MX")
"""By these the name of a pair that the venue no longer lists is taken apart."""
FEE_COIN = "MX"
"""The venue's own coin: fees of any pair may be paid in it."""
ANYTHING = Decimal("Infinity")

Find = Callable[[str], Instrument | None]


class AssetLedger:
    """The accounts of every asset. State only."""

    def __init__(self) -> None:
        self._accounts: dict[str, dict[LedgerAccount, Decimal]] = {}

    def post(self, moves: Iterable[Move], sign: int = 1) -> None:
        """Enter moves on both sides; with ``sign`` -1 take them back."""
        for asset, account, delta in moves:
            accounts = self._accounts.get(asset)
            if accounts is None:
                accounts = self._accounts[asset] = dict.fromkeys(LedgerAccount, ZERO)
            amount = delta if sign > 0 else delta.copy_negate()
            accounts[LedgerAccount.HOLDING] = EXACT.add(accounts[LedgerAccount.HOLDING], amount)
            accounts[account] = EXACT.subtract(accounts[account], amount)

    def assets(self) -> frozenset[str]:
        """List the assets that were ever moved."""
        return frozenset(self._accounts)

    def holding(self, asset: str) -> Decimal:
        """Return what must be there."""
        return self._of(asset, LedgerAccount.HOLDING)

    def given(self, asset: str, account: LedgerAccount) -> Decimal:
        """Return what an account gave to the holding in all; negative where it took more."""
        return self._of(asset, account).copy_negate() or ZERO

    def imbalance(self, asset: str) -> Decimal:
        """Add all accounts of an asset up: zero, or the ledger is broken."""
        total = ZERO
        for amount in self._accounts.get(asset, {}).values():
            total = EXACT.add(total, amount)
        return total

    def _of(self, asset: str, account: LedgerAccount) -> Decimal:
        accounts = self._accounts.get(asset)
        return ZERO if accounts is None else accounts[account]


def pair_assets(symbol: str, pair: Instrument | None) -> tuple[str, str]:
    """Return base and quote of a pair; one that the venue no longer lists is read from its name."""
    if pair is not None:
        return pair.base, pair.quote
    quote = next((each for each in QUOTES if symbol.endswith(each) and symbol != each), "")
    return symbol.removesuffix(quote), quote


def moves_of(fill: Fill, base: str, quote: str) -> tuple[Move, ...]:
    """Return what an execution moves: coins against money, and the fee in whatever asset it was taken."""
    coins, money = fill.quantity, fill.quote
    if fill.side is Side.BUY:
        money = money.copy_negate()
    else:
        coins = coins.copy_negate()
    traded = (Move(base, LedgerAccount.TRADED, coins), Move(quote, LedgerAccount.TRADED, money))
    return (*traded, Move(fill.fee_asset, LedgerAccount.FEES, fill.fee.copy_negate())) if fill.fee else traded


def ledger_of(fills: Iterable[Fill], entries: Iterable[LedgerEntry], find: Find, since: int) -> AssetLedger:
    """Make the ledger from nothing: each execution from ``since`` on and each entry once."""
    ledger = AssetLedger()
    for fill in {each.key: each for each in fills}.values():
        if fill.at >= since:
            ledger.post(moves_of(fill, *pair_assets(fill.symbol, find(fill.symbol))))
    ledger.post(each.move for each in {each.ref: each for each in entries}.values())
    return ledger


def lock_bounds(orders: Iterable[Order], find: Find) -> dict[str, tuple[Decimal, Decimal]]:
    """Return the least and the most that resting orders lock, per asset.

    A sale locks exactly what is left of it. What the venue adds to a purchase for its fee is its own affair, so there
    the most has some slack. A purchase without a price may lock anything.
    """
    bounds: dict[str, tuple[Decimal, Decimal]] = {}
    for order in orders:
        pair = find(order.symbol)
        if pair is None or (order.side is Side.BUY and order.price is None):
            bounds |= dict.fromkeys(pair_assets(order.symbol, pair), (ZERO, ANYTHING))
            continue
        asset, most = need(pair, order.side, order.remaining, order.price or ZERO)
        least = most
        if order.side is Side.BUY:
            least = EXACT.multiply(order.remaining, order.price or ZERO)
            most = EXACT.add(most, EXACT.multiply(least, HAIRCUT))
        low, high = bounds.get(asset, (ZERO, ZERO))
        bounds[asset] = (EXACT.add(low, least), EXACT.add(high, most))
    return bounds
