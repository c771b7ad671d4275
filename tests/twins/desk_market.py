"""A scripted market for the twin of the desk: the same figures every time, moved only when a test says so."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from tui_trader.contract.market import BookView, CandleView, InstrumentView, TickerView, TradeView
from tui_trader.domain.order import Side

NOW = 1_760_000_000_000
PAIRS = {
    "BTCUSDT": ("BTC", "USDT", "0.01", "0.000001", "65432.10"),
    "ETHUSDT": ("ETH", "USDT", "0.01", "0.0001", "2456.78"),
    "SOLUSDT": ("SOL", "USDT", "0.001", "0.01", "148.235"),
    "MXUSDT": ("MX", "USDT", "0.0001", "0.1", "2.4871"),
}
STEP_MS = {
    "1m": 60_000,
    "5m": 300_000,
    "15m": 900_000,
    "30m": 1_800_000,
    "1h": 3_600_000,
    "4h": 14_400_000,
    "1d": 86_400_000,
}


def decimals(step: str) -> int:
    return max(0, -int(Decimal(step).normalize().as_tuple().exponent))


class ScriptedMarket:
    """Prices by symbol; ``move`` is the only thing that changes them."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now
        self.last = {symbol: Decimal(pair[4]) for symbol, pair in PAIRS.items()}
        self.open = {
            symbol: self.round(symbol, price * Decimal(factor))
            for (symbol, price), factor in zip(self.last.items(), ("0.982", "1.013", "0.951", "1"), strict=True)
        }

    def tick(self, symbol: str) -> Decimal:
        return Decimal(PAIRS[symbol][2])

    def round(self, symbol: str, price: Decimal) -> Decimal:
        return (price / self.tick(symbol)).to_integral_value() * self.tick(symbol)

    def move(self, symbol: str, price: Decimal) -> None:
        self.last[symbol] = self.round(symbol, price)

    def bid(self, symbol: str) -> Decimal:
        return self.last[symbol] - self.tick(symbol)

    def ask(self, symbol: str) -> Decimal:
        return self.last[symbol] + self.tick(symbol)

    def instruments(self) -> list[InstrumentView]:
        return [
            InstrumentView(
                symbol=symbol,
                base=base,
                quote=quote,
                name=base,
                tick=Decimal(tick),
                lot=Decimal(lot),
                price_decimals=decimals(tick),
                quantity_decimals=decimals(lot),
                min_quantity=Decimal(lot),
                min_notional=Decimal(1),
                max_notional=Decimal(2_000_000),
                maker_fee=Decimal(0),
                taker_fee=Decimal("0.0005"),
                tradable=True,
                special_treatment=False,
            )
            for symbol, (base, quote, tick, lot, _) in PAIRS.items()
        ]

    def ticker(self, symbol: str) -> TickerView:
        last, opened = self.last[symbol], self.open[symbol]
        return TickerView(
            symbol=symbol,
            last=last,
            open=opened,
            high=self.round(symbol, last * Decimal("1.012")),
            low=self.round(symbol, opened * Decimal("0.993")),
            volume=Decimal(12_345),
            quote_volume=last * 12_345,
            change=last / opened - 1,
            bid=self.bid(symbol),
            ask=self.ask(symbol),
            at=self.now - 120,
            received=self.now - 80,
        )

    def book(self, symbol: str, depth: int) -> BookView:
        random, tick = Random(symbol), self.tick(symbol)
        lot = Decimal(PAIRS[symbol][3])

        def side(best: Decimal, step: int) -> list[tuple[Decimal, Decimal]]:
            levels, price = [], best
            for _ in range(depth):
                levels.append((price, (Decimal(random.randint(1, 4_000)) / 1000 / lot).to_integral_value() * lot + lot))
                price += step * tick * random.randint(1, 4)
            return levels

        return BookView(
            symbol=symbol,
            bids=side(self.bid(symbol), -1),
            asks=side(self.ask(symbol), 1),
            version=1,
            at=self.now - 60,
            received=self.now - 40,
        )

    def trades(self, symbol: str, limit: int) -> list[TradeView]:
        random = Random(symbol)
        return [
            TradeView(
                symbol=symbol,
                price=self.last[symbol] + self.tick(symbol) * random.randint(-30, 30),
                quantity=Decimal(random.randint(1, 900_000)).scaleb(-6),
                side=random.choice(list(Side)),
                at=self.now - 700 * back,
            )
            for back in range(limit)
        ]

    def candles(self, symbol: str, interval: str, limit: int) -> list[CandleView]:
        random, step = Random(f"{symbol}{interval}"), STEP_MS[interval]
        price, tick, out = self.last[symbol], self.tick(symbol), []
        start = self.now // step * step
        for back in range(limit):
            opened = self.round(symbol, price * (1 + Decimal(random.randint(-18, 17)) / 10_000))
            reach = Decimal(random.randint(0, 9)) / 10_000
            high, low = max(price, opened) * (1 + reach), min(price, opened) * (1 - reach)
            volume = Decimal(random.randint(5, 4_000)) / 100
            out.append(
                CandleView(
                    symbol=symbol,
                    interval=interval,
                    open_time=start - back * step,
                    open=opened,
                    high=self.round(symbol, high) + tick,
                    low=self.round(symbol, low),
                    close=price,
                    volume=volume,
                    quote_volume=volume * price,
                    closed=back > 0,
                )
            )
            price = opened
        return out[::-1]
