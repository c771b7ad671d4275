"""Balances and equity: fulfils ``faces.Account`` for the API and ``inner.BalanceKeeper``.

Events of kind ``balance`` carry a ``BalanceRow``, those of kind ``equity`` a ``Wealth``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance, EquitySample
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.rules.gate import CASH
from tui_trader.services.inner import Publisher, Rates
from tui_trader.services.model import BalanceRow, Wealth
from tui_trader.services.ports import Change, Store

DAY_MS = 86_400_000
SAMPLE_EVERY_S = 60.0
TELL_EVERY_S = 1.0
VALUED_FOR_S = 0.25
DUST = Decimal(1)
"""The price of what is worth no more than this may be old."""
SHOWN = Decimal("0.00000001")
"""To what an estimate of worth is rounded; balances themselves are exact."""


@dataclass(frozen=True, slots=True)
class Valued:
    """What the account is worth in its own currency: all of it, what is no cash, and each asset.

    ``unpriced`` ones have no market. ``heard_at`` is when the oldest price of what is worth more than dust was last
    heard of (UTC ms); ``None`` where it takes no price.
    """

    equity: Decimal
    coins: Decimal
    values: Mapping[str, Decimal]
    unpriced: tuple[str, ...]
    heard_at: int | None = None


class AccountService:
    """Balances as the venue reports them, valued in the account currency.

    ``reserved`` tells what orders under way will lock of an asset. Life: :meth:`load`, then :meth:`keep` for ever.
    """

    def __init__(
        self,
        store: Store,
        prices: Rates,
        bus: Publisher,
        clock: Clock,
        reserved: Callable[[str], Decimal],
        *,
        currency: str = "USDT",
    ) -> None:
        self._store = store
        self._prices = prices
        self._bus = bus
        self._clock = clock
        self._reserved = reserved
        self._currency = currency
        self._balances: dict[str, Balance] | None = None
        self._first: EquitySample | None = None
        self._told: EquitySample | None = None
        self._coins_moved = False
        self._valued: Valued | None = None
        self._valued_at = 0.0

    # -- life

    async def load(self) -> None:
        """Find the day's first sample."""
        now = self._clock.wall_ms()
        today = await self._store.equity(now - now % DAY_MS, now, limit=1)
        self._first = today[0] if today else None

    async def keep(self) -> None:
        """Tell the worth about once a second, and write a sample each minute and after coins moved, for ever."""
        due = self._clock.monotonic()
        while True:
            await self._clock.sleep(TELL_EVERY_S)
            sample = self._sample()
            if sample is None:
                continue
            if self._coins_moved or self._clock.monotonic() >= due:
                self._coins_moved = False
                due = self._clock.monotonic() + SAMPLE_EVERY_S
                await self._store.write(Change(equity=(sample,)))
            self._tell_worth(sample)

    # -- for the other services

    def take(self, balances: Sequence[Balance], *, complete: bool) -> None:
        """Take balances in and publish what changed; ``complete`` means assets not listed are gone."""
        self._valued = None
        known = self._balances or {}
        given = {each.asset: each for each in balances}
        if complete:
            at = self._clock.wall_ms()
            gone = {asset: Balance(asset, ZERO, ZERO, at) for asset in known if asset not in given}
            self._balances = given
        else:
            gone = {}
            self._balances = {**known, **given}
        for balance in (*given.values(), *gone.values()):
            before = known.get(balance.asset)
            if before is None or (before.free, before.locked) != (balance.free, balance.locked):
                self._coins_moved |= before is None or before.total != balance.total
                self._tell(EventKind.BALANCE, self._row(balance))

    def balance(self, asset: str) -> Balance | None:
        """Return the newest balance of an asset, zero when the account has none; ``None`` before the first snapshot."""
        if self._balances is None:
            return None
        return self._balances.get(asset) or Balance(asset, ZERO, ZERO)

    def valued(self) -> Valued | None:
        """Return what each asset is worth, at most a quarter of a second old unless a balance changed."""
        now = self._clock.monotonic()
        if self._valued is None or now - self._valued_at > VALUED_FOR_S:
            self._valued, self._valued_at = self._add_up(), now
        return self._valued

    def heard_at(self) -> int | None:
        """Return when the oldest price that the account's worth counts on was last heard of (UTC ms)."""
        worth = self.valued()
        return None if worth is None else worth.heard_at

    # -- looking

    def balances(self) -> Sequence[BalanceRow]:
        """List assets, the most valuable first, those without a price last."""
        rows = [self._row(balance) for balance in (self._balances or {}).values()]
        return sorted(rows, key=lambda row: (row.value is None, -(row.value or ZERO), row.asset))

    def wealth(self) -> Wealth | None:
        """Return equity now; ``None`` before balances and prices are known."""
        sample = self._sample()
        return None if sample is None else Wealth(sample, self._currency, self._day_pnl(sample))

    async def equity(self, start: int, end: int) -> Sequence[EquitySample]:
        """List samples, oldest first."""
        return await self._store.equity(start, end)

    # -- inside

    def _sample(self) -> EquitySample | None:
        """Add everything up; ``None`` while an asset that has a market has no price yet."""
        if self._balances is None:
            return None
        worth = self._add_up()
        if worth is None:
            return None
        cash = self._balances.get(self._currency)
        at = self._clock.wall_ms()
        sample = EquitySample(at, worth.equity, ZERO if cash is None else cash.total, worth.unpriced)
        if self._first is None or self._first.at // DAY_MS != at // DAY_MS:
            self._first = sample
        return sample

    def _add_up(self) -> Valued | None:
        """Value every asset; ``None`` before balances are known, or while one that has a market has no price yet."""
        if self._balances is None:
            return None
        total, coins, unpriced = ZERO, ZERO, []
        values: dict[str, Decimal] = {}
        for balance in self._balances.values():
            value = self._value(balance)
            if value is not None:
                values[balance.asset] = value
                total = EXACT.add(total, value)
                coins = coins if balance.asset in CASH else EXACT.add(coins, value)
            elif self._prices.find(f"{balance.asset}{self._currency}") is not None:
                return None
            elif balance.total:
                unpriced.append(balance.asset)
        heard = (self._prices.heard(asset, self._currency) for asset, value in values.items() if value > DUST)
        oldest = min((each for each in heard if each is not None), default=None)
        return Valued(total, coins, values, tuple(sorted(unpriced)), oldest)

    def _day_pnl(self, sample: EquitySample) -> Decimal | None:
        """Return the change since the day's first sample; deposits and withdrawals count as change."""
        return None if self._first is None else EXACT.subtract(sample.equity, self._first.equity)

    def _value(self, balance: Balance) -> Decimal | None:
        rate = self._prices.rate(balance.asset, self._currency)
        return None if rate is None else EXACT.multiply(balance.total, rate).quantize(SHOWN)

    def _row(self, balance: Balance) -> BalanceRow:
        return BalanceRow(
            asset=balance.asset,
            free=balance.free,
            locked=balance.locked,
            reserved=self._reserved(balance.asset),
            value=self._value(balance),
            at=balance.at,
        )

    def _tell_worth(self, sample: EquitySample) -> None:
        if self._told is None or (self._told.equity, self._told.cash) != (sample.equity, sample.cash):
            self._told = sample
            self._tell(EventKind.EQUITY, Wealth(sample, self._currency, self._day_pnl(sample)))

    def _tell(self, kind: EventKind, data: object) -> None:
        self._bus.publish(Event(kind, self._clock.wall_ms(), data))
