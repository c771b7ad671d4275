"""Public data over REST."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Candle, DayTicker, Interval, Quote, Trade
from tui_trader.errors import VenueError
from tui_trader.exchange.mexc import market_rows
from tui_trader.exchange.mexc.core import Part, server_time_of
from tui_trader.exchange.wire import endpoints, limits
from tui_trader.exchange.wire.vocabulary import INTERVAL_BY_NAME


class MarketReads(Part):
    """The port's ``MarketData`` but for its streams."""

    async def server_time(self) -> int:
        """Return the venue's time, UTC ms."""
        return await self.core.reader.read(endpoints.TIME, {}, server_time_of)

    async def instruments(self) -> Sequence[Instrument]:
        """List every pair with its rules; ``api_tradable`` honours the key's own list where there is one."""
        pairs = await self.core.reader.read(endpoints.EXCHANGE_INFO, {}, market_rows.instruments_of)
        own = await self._own_symbols()
        if not own:
            return pairs
        return [dataclasses.replace(pair, api_tradable=pair.api_tradable and pair.symbol in own) for pair in pairs]

    async def day_tickers(self) -> Sequence[DayTicker]:
        """List 24 h figures of all pairs."""
        received = self.core.clock.wall_ms()
        return await self.core.reader.read(
            endpoints.TICKER_24HR, {}, lambda data: market_rows.day_tickers_of(data, received)
        )

    async def quotes(self) -> Sequence[Quote]:
        """List best bid and ask of all pairs."""
        received = self.core.clock.wall_ms()
        return await self.core.reader.read(
            endpoints.TICKER_BOOK, {}, lambda data: market_rows.quotes_of(data, received)
        )

    async def candles(
        self, symbol: str, interval: Interval, *, start: int | None = None, end: int | None = None, limit: int = 500
    ) -> Sequence[Candle]:
        """List bars, oldest first, at most 500 a call; the last may be running."""
        params = {"symbol": symbol, "interval": INTERVAL_BY_NAME[interval].rest}
        params |= {name: str(at) for name, at in (("startTime", start), ("endTime", end)) if at is not None}
        params["limit"] = str(min(max(1, limit), limits.MAX_KLINES))
        return await self.core.reader.read(
            endpoints.KLINES,
            params,
            lambda data: market_rows.candles_of(data, symbol, interval, self.core.server_clock.now_ms()),
        )

    async def trades(self, symbol: str, limit: int = 100) -> Sequence[Trade]:
        """List the newest public trades, oldest first."""
        params = {"symbol": symbol, "limit": str(min(max(1, limit), limits.MAX_TRADES))}
        return await self.core.reader.read(endpoints.TRADES, params, lambda data: market_rows.trades_of(data, symbol))

    async def _own_symbols(self) -> frozenset[str]:
        """Return the pairs that the key may trade; empty where that is not known."""
        if not self.core.signer.able:
            return frozenset()
        try:
            return await self.core.reader.read(endpoints.SELF_SYMBOLS, {}, market_rows.symbols_of)
        except VenueError as failure:
            self.core.log.warning("the key's own list of pairs is not known: %s", failure)
            return frozenset()
