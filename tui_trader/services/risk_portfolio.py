"""The account as :mod:`tui_trader.rules.risk.assessing` looks at it, from what the desk knows at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.assessment import Finding
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import OrderStatus
from tui_trader.domain.position import Position, PositionSide
from tui_trader.domain.risk import RiskProfile
from tui_trader.rules.gate import CASH
from tui_trader.rules.gate_limit import HUNDRED, percent
from tui_trader.rules.risk.assessing import HeldCoin, HeldPosition, Portfolio, assess_portfolio
from tui_trader.services.account import Valued
from tui_trader.services.risk_figures import Figures

DOUBTFUL = frozenset({OrderStatus.UNKNOWN, OrderStatus.QUARANTINED})
DUST = Decimal(1)
"""What is held of a coin without a pair of its own counts from this value on; of others, what could be sold."""


@dataclass(frozen=True, slots=True)
class PortfolioFigures:
    """Collects, from where the gate's own figures come. ``doubt_budget`` orders of unknown outcome close the gate."""

    figures: Figures
    doubt_budget: int

    def now(self) -> Portfolio:
        """Return the account as it is."""
        known, losses = self.figures, self.figures.losses.losses()
        worth = known.worth()
        working = known.working.working()
        return Portfolio(
            currency=known.currency,
            equity=None if worth is None else worth.equity,
            peak=None if worth is None or losses.peak is None else EXACT.add(worth.equity, losses.peak),
            exposure=None if worth is None else self._exposure(worth),
            losses=losses,
            coins=() if worth is None else tuple(self._coins(worth)),
            positions=tuple(
                HeldPosition(each.id, each.symbol, loss_percent(each))
                for each in known.positions.book.open()
                if each.entry_price is not None
            ),
            unpriced=() if worth is None else worth.unpriced,
            doubtful=tuple((each.id, each.symbol) for each in working if each.status in DOUBTFUL),
            doubt_budget=self.doubt_budget,
        )

    def findings(self, profile: RiskProfile) -> tuple[Finding, ...]:
        """Return what is found now."""
        return assess_portfolio(self.now(), profile)

    def pairs(self) -> list[str]:
        """List the pairs of what is held, each once."""
        worth = self.figures.account_.valued()
        coins = () if worth is None else tuple(self._coins(worth))
        opened = (each.symbol for each in self.figures.positions.book.open())
        return list(dict.fromkeys((*opened, *(each.symbol for each in coins if each.symbol != each.asset))))

    def _exposure(self, worth: Valued) -> Decimal:
        entries, *_ = self.figures.under_way("")
        return EXACT.add(worth.coins, entries)

    def _coins(self, worth: Valued) -> Iterator[HeldCoin]:
        """List what is held of coins, leaving out what is too little to be sold."""
        market, currency = self.figures.market_, self.figures.currency
        for asset, value in worth.values.items():
            symbol = f"{asset}{currency}"
            pair = market.find(symbol)
            if asset in CASH or value < (DUST if pair is None else pair.min_notional):
                continue
            ticker, daily = market.ticker(symbol), self.figures.daily.get(symbol)
            yield HeldCoin(
                asset,
                symbol if pair is not None else asset,
                value,
                volume=None if ticker is None else ticker.quote_volume,
                volatility=None if daily is None else daily.volatility,
                change=None if ticker is None or ticker.change is None else EXACT.multiply(ticker.change, HUNDRED),
            )


def loss_percent(position: Position) -> Decimal | None:
    """Return how far a position stands on the losing side of its cost in percent; ``None`` where that is not known."""
    entry, price = position.entry_price, position.current_price
    if entry is None or price is None or entry <= 0:
        return None
    down = EXACT.subtract(entry, price)
    return max(ZERO, percent(down if position.side is PositionSide.LONG else -down, entry))
