"""The public half of the venue's façade: pairs, books, prints, candles, tickers.

Every call raises Refusal -1121 for an unknown pair.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tui_trader.errors import UsageError
from tui_trader.exchange.sim import figures
from tui_trader.exchange.sim.assembly import Driver
from tui_trader.exchange.sim.engine import Engine
from tui_trader.exchange.sim.generator import Generator
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.model import BestPrices, Candle, DayTicker, Depth, PublicTrade
from tui_trader.exchange.sim.refusals import INVALID_SYMBOL, Refusal
from tui_trader.exchange.sim.replay import Replayer
from tui_trader.exchange.sim.symbols import SymbolRules


class MarketData:
    """Looks into the markets of an engine; changes nothing there but a pair's rules."""

    def __init__(self, engine: Engine, drivers: dict[str, Driver]) -> None:
        self._engine = engine
        self._drivers = drivers

    def symbols(self) -> tuple[SymbolRules, ...]:
        """Rules of every listed pair, in listing order."""
        return tuple(market.rules for market in self._engine.markets.values())

    def rules(self, symbol: str) -> SymbolRules:
        """Rules of one pair."""
        return self._market(symbol).rules

    def change_rules(self, symbol: str, **changes: Any) -> SymbolRules:
        """Replace fields of a pair's rules (fees, open_to_api, status, trade_side, …) from now on.

        Decimals cannot be changed; UsageError for them and for unknown fields.
        """
        market = self._market(symbol)
        if changes.keys() & {"symbol", "price_decimals", "quantity_decimals", "replayed"}:
            raise UsageError("A pair's name and decimals cannot be changed while it trades.")
        try:
            market.rules = replace(market.rules, **changes)
        except TypeError:
            raise UsageError(f"There is no such rule: {', '.join(sorted(changes))[:80]}.") from None
        return market.rules

    def depth(self, symbol: str, limit: int = 100) -> Depth:
        """Book snapshot, best first, at most ``limit`` levels a side."""
        return self._market(symbol).depth(limit)

    def best(self, symbol: str) -> BestPrices:
        """Best bid and ask."""
        return self._market(symbol).best()

    def last_price(self, symbol: str) -> Decimal:
        """Price of the latest print."""
        return self._market(symbol).last_price()

    def trades(self, symbol: str, limit: int = 500) -> list[PublicTrade]:
        """Latest prints, newest first."""
        return self._prints(symbol, limit)[::-1]

    def trades_between(self, symbol: str, start_ms: int | None, end_ms: int | None, limit: int) -> list[PublicTrade]:
        """Return prints of [start, end], oldest first, as far as they are remembered (the last 1000)."""
        prints = self._prints(symbol, 1000)
        found = [p for p in prints if (start_ms or 0) <= p.time_ms and (end_ms is None or p.time_ms <= end_ms)]
        return found[:limit] if start_ms is not None else found[-limit:]

    def klines(
        self, symbol: str, interval: str, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        """Candles, oldest first, the running one last. ``interval`` in REST spelling, and ``8h``.

        ``end_ms`` is exclusive. Refusal -1121 for an unknown interval.
        """
        return figures.klines(self._market(symbol), interval, start_ms, end_ms, limit)

    def current_candle(self, symbol: str, interval: str) -> Candle | None:
        """Return the running candle (for pushes); None only before the first print of a replay."""
        return figures.current_candle(self._market(symbol), interval)

    def ticker(self, symbol: str) -> DayTicker:
        """Return the rolling 24 h figures."""
        return figures.day_ticker(self._market(symbol))

    def average_price(self, symbol: str) -> Decimal:
        """Volume weighted average of the last 5 minutes, rounded to the price step."""
        return figures.average_price(self._market(symbol))

    def symbol_time(self, symbol: str) -> int:
        """Return the pair's exchange time: venue time, or the file's own time on a replayed pair."""
        return self._market(symbol).clock_ms

    def replay_finished(self, symbol: str) -> bool | None:
        """Whether the pair's replay has printed its last row; None when the pair is not replayed."""
        self._market(symbol)
        driver = self._drivers[symbol]
        return driver.finished if isinstance(driver, Replayer) else None

    def _market(self, symbol: str) -> Market:
        market = self._engine.markets.get(symbol)
        if market is None:
            raise Refusal(*INVALID_SYMBOL)
        return market

    def _prints(self, symbol: str, limit: int) -> list[PublicTrade]:
        """Return the latest prints, oldest first; before the first live ones, those of the path."""
        market, driver = self._market(symbol), self._drivers[symbol]
        prints = list(market.prints)[-limit:]
        if len(prints) < limit and isinstance(driver, Generator):
            first = prints[0].time_ms if prints else market.clock_ms
            prints = [*driver.earlier_prints(min(first, driver.started_ms), limit - len(prints)), *prints]
        return prints
