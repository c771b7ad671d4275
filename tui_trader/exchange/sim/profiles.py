"""The pairs of the generated market: trading rules as MEXC publishes for such pairs, and how lively each is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire.vocabulary import OrderType


@dataclass(frozen=True, slots=True)
class Profile:
    """A pair and its behaviour.

    ``price`` is what the pair hovers about, ``volatility`` the standard deviation of a day's log return,
    ``trades_per_second`` and ``trade_value`` (mean, in quote) its flow, ``spread`` the usual distance of bid and
    ask in ticks, ``level_gap`` the distance of book levels as a ratio of the price, ``level_value`` the usual
    size of a level in quote. None of these is money: they shape noise.
    """

    rules: SymbolRules
    price: float
    volatility: float
    trades_per_second: float
    trade_value: float
    spread: int
    level_value: float
    level_gap: float = 2.5e-5

    @property
    def turnover(self) -> float:
        """A normal day's traded value in quote."""
        return 86_400 * self.trades_per_second * self.trade_value


def _rules(base: str, quote: str, decimals: tuple[int, int], least: str, **rules: object) -> SymbolRules:
    given = {**_band("0.2"), **rules}
    return SymbolRules(
        base + quote,
        base,
        quote,
        *decimals,
        min_quantity=Decimal(least),
        **given,  # type: ignore[arg-type]  # one row of a table
    )


def _band(ratio: str) -> dict[str, object]:
    """Price protection of the same width on both sides."""
    return {"band_up": Decimal(ratio), "band_down": Decimal(ratio)}


def _in_coin(least: str, most: str) -> dict[str, object]:
    """Limits of a pair whose quote is a coin."""
    low, high = Decimal(least), Decimal(most)
    return {"min_value": low, "min_value_market": low, "max_value": high, "max_value_market": high}


PROFILES: Final = (
    Profile(
        _rules("BTC", "USDT", (2, 6), "0.000001", full_name="Bitcoin", **_band("0.1")),
        95_000, 0.024, 3.5, 900, 60, 18_000,
    ),
    Profile(_rules("ETH", "USDT", (2, 5), "0.0001", full_name="Ethereum"), 3_400, 0.032, 2.6, 700, 4, 14_000),
    Profile(_rules("SOL", "USDT", (2, 3), "0.001", full_name="Solana"), 185, 0.042, 1.8, 500, 1, 9_000, 6e-5),
    Profile(_rules("XRP", "USDT", (4, 2), "0.1", full_name="XRP"), 2.2, 0.040, 1.6, 400, 2, 8_000, 6e-5),
    Profile(_rules("DOGE", "USDT", (5, 1), "1", full_name="Dogecoin"), 0.31, 0.048, 1.3, 300, 2, 6_000, 6e-5),
    Profile(_rules("BNB", "USDT", (2, 4), "0.001", full_name="BNB"), 640, 0.026, 0.8, 450, 5, 7_000, 5e-5),
    Profile(_rules("ADA", "USDT", (4, 1), "0.1", full_name="Cardano"), 0.78, 0.043, 0.7, 260, 1, 5_000, 1.3e-4),
    Profile(_rules("MX", "USDT", (4, 2), "0.1", full_name="MEXC Token"), 3.7, 0.022, 0.5, 150, 5, 2_500, 2e-4),
    Profile(
        _rules("ETH", "BTC", (6, 4), "0.001", full_name="Ethereum", **_in_coin("0.00001", "40")),
        0.0358, 0.018, 0.4, 0.006, 2, 0.15, 6e-5,
    ),
    Profile(
        _rules("XRP", "ETH", (8, 1), "1", full_name="XRP", **_in_coin("0.0003", "1000")),
        0.00065, 0.030, 0.2, 0.06, 40, 1.5, 1.5e-4,
    ),
    Profile(
        _rules(
            "PEPE", "USDT", (10, 0), "1000", full_name="Pepe", order_types=(OrderType.LIMIT, OrderType.LIMIT_MAKER)
        ),
        0.0000185, 0.060, 0.6, 180, 80, 3_000, 2e-4,
    ),
    Profile(
        _rules("KAS", "USDT", (5, 1), "1", full_name="Kaspa", open_to_api=False),
        0.115, 0.050, 0.3, 120, 4, 1_500, 2e-4,
    ),
)  # fmt: skip
"""Every pair that can be generated. KASUSDT is closed to API keys, PEPEUSDT takes no market orders."""

PROFILE_OF: Final = {profile.rules.symbol: profile for profile in PROFILES}
