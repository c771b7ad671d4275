"""Figures for the gate, from what the desk knows at this moment; fulfils ``inner.RiskFigures``."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Side
from tui_trader.domain.position import Position, PositionSource
from tui_trader.rules.gate_figures import AccountFigures, ConductFigures, MarketFigures
from tui_trader.rules.gate_limit import percent
from tui_trader.services.account import AccountService, Valued
from tui_trader.services.market import MarketService
from tui_trader.services.position_keeper import PositionKeeper
from tui_trader.services.risk_conduct import Conduct
from tui_trader.services.risk_daily import HOUR_MS, DailyFigures
from tui_trader.services.risk_losses import LossKeeper
from tui_trader.services.working import WorkingOrders

OTHER_STABLE = {"USDT": "USDC", "USDC": "USDT", "USD1": "USDT", "USDE": "USDT"}
"""What a quote asset's peg is measured against."""

TOO_OLD_MS = 300_000
"""A coin whose price was not heard of for longer leaves the account's worth unknown."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Collects. ``currency`` is the account's."""

    market_: MarketService
    account_: AccountService
    positions: PositionKeeper
    working: WorkingOrders
    losses: LossKeeper
    daily: DailyFigures
    conduct_: Conduct
    clock: Clock
    currency: str = "USDT"

    async def prepare(self, symbol: str) -> None:
        """Wait shortly for what a decision on a pair needs and is not there: its daily candles and its book."""
        await self.daily.ensure(symbol)
        await self.market_.ensure_book(symbol)

    def market(self, pair: Instrument) -> MarketFigures:
        """Return the figures of a pair."""
        ticker, daily, now = self.market_.ticker(pair.symbol), self.daily.get(pair.symbol), self.clock.wall_ms()
        loaded, other = self.market_.loaded_at, OTHER_STABLE.get(pair.quote)
        return MarketFigures(
            rules_age_ms=None if loaded is None else now - loaded,
            volume=None if ticker is None else ticker.quote_volume,
            change=None if ticker is None else ticker.change,
            vwap=self.market_.vwap(pair.symbol),
            volatility=None if daily is None else daily.volatility,
            age_hours=None if daily is None or daily.since is None else (now - daily.since) // HOUR_MS,
            peg=None if other is None else self.market_.rate(pair.quote, other),
        )

    def account(self, pair: Instrument, side: Side) -> AccountFigures:
        """Return the figures of the account, with regard to what an order of this side on this pair would acquire."""
        acquired = pair.base if side is Side.BUY else pair.quote
        worth, losses = self.worth(), self.losses.losses()
        held, seen = self.held(acquired), ZERO if worth is None else worth.values.get(acquired, ZERO)
        entries, entries_here, resting = self.under_way(acquired)
        both = self.open_pairs() | self.working.pending.entered
        coins = None if worth is None else worth.coins
        return AccountFigures(
            equity=None if worth is None else worth.equity,
            peak=None if worth is None or losses.peak is None else EXACT.add(worth.equity, losses.peak),
            day_loss=losses.day,
            week_loss=losses.week,
            exposure=None if coins is None or held is None else EXACT.add(coins, EXACT.subtract(held, seen)),
            held=held,
            entries=entries,
            entries_here=entries_here,
            resting=resting,
            positions=len(both),
            entered=pair.symbol in both,
            position_loss_percent=self.fall(pair),
        )

    def conduct(self, symbol: str) -> ConductFigures:
        """Return what was done lately."""
        return self.conduct_.figures(symbol)

    def worth(self) -> Valued | None:
        """Return what the account is worth; ``None`` where it is not known, or counts on a price that is too old."""
        worth = self.account_.valued()
        if worth is None or worth.heard_at is None or self.clock.wall_ms() - worth.heard_at <= TOO_OLD_MS:
            return worth
        return None

    def held(self, asset: str) -> Decimal | None:
        """Return the worth of what is held of an asset: the balance or what executions say, whichever is more."""
        balance, rate = self.account_.balance(asset), self.market_.rate(asset, self.currency)
        if balance is None or (rate is None and balance.total):
            return None
        made = self.positions.held(f"{asset}{self.currency}")
        return ZERO if rate is None else EXACT.multiply(max(balance.total, made), rate)

    def under_way(self, acquired: str) -> tuple[Decimal, Decimal, Decimal]:
        """Add up what works: entries, entries into an asset, and all."""
        entries = here = resting = ZERO
        for quote, enters, amount in self.working.pending.money():
            worth = self._worth(amount, quote)
            resting = EXACT.add(resting, worth)
            if enters:
                entries = EXACT.add(entries, worth)
        for quote, amount in self.working.pending.into(acquired):
            here = EXACT.add(here, self._worth(amount, quote))
        return entries, here, resting

    def _worth(self, amount: Decimal, asset: str) -> Decimal:
        """Value money in the account's currency; what has no way there makes every sum unknown."""
        rate = self.market_.rate(asset, self.currency)
        return Decimal("NaN") if rate is None else EXACT.multiply(amount, rate)

    def open_pairs(self) -> set[str]:
        """List the pairs of which something is held that could be sold."""
        return {each.symbol for each in self.positions.book.open() if self._counts(each)}

    def _counts(self, position: Position) -> bool:
        price = position.current_price or position.entry_price
        pair = self.market_.find(position.symbol)
        if position.source is not PositionSource.FILLS:
            return False
        return price is None or pair is None or EXACT.multiply(price, position.quantity) >= pair.min_notional

    def fall(self, pair: Instrument) -> Decimal:
        """Return how far the pair's position stands below its cost in percent; 0 where there is none, or no cost."""
        position, quote = self.positions.book.made_by_fills(pair.symbol), self.market_.quote(pair.symbol)
        if position is None or position.entry_price is None or quote is None or position.entry_price <= 0:
            return ZERO
        return max(ZERO, percent(EXACT.subtract(position.entry_price, quote.bid), position.entry_price))
