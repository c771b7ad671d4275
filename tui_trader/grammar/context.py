"""What words of a line refer to: pairs, the focused pair, the rows on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

QUOTES = ("USDT", "USDC", "BTC", "ETH")
"""Which quote a lone coin means, the first that exists."""


class Pair(NamedTuple):
    """The two assets of a pair."""

    base: str
    quote: str


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a line may refer to.

    ``symbols`` are the tradable pairs by name. ``focus`` is what ``.`` and a missing symbol mean. ``rows`` are the ids
    on the screen from the top (symbols, orders or positions); ``row_symbols`` names the pair of a row that is not one.
    ``prices`` (per symbol) and ``free`` (per asset) serve only to notice a price typed where a size belongs.
    """

    symbols: Mapping[str, Pair]
    focus: str | None = None
    rows: tuple[str, ...] = ()
    selected: str | None = None
    row_symbols: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    free: Mapping[str, Decimal] = field(default_factory=dict)

    def find(self, word: str) -> str | None:
        """Return the symbol that ``btc``, ``btc/usdt`` or ``BTCUSDT`` means; ``None`` when it means none."""
        name = word.upper().replace("/", "").replace("-", "")
        if name in self.symbols:
            return name
        if name != word.upper() or not name:
            return None
        preferred = next((name + quote for quote in QUOTES if name + quote in self.symbols), None)
        return preferred or next((symbol for symbol, pair in self.symbols.items() if pair.base == name), None)

    def row(self, number: int) -> str | None:
        """Return the id in a row, counted from 1."""
        return self.rows[number - 1] if 1 <= number <= len(self.rows) else None

    def symbol_of_row(self, identifier: str) -> str | None:
        """Return the pair that a row is about."""
        return identifier if identifier in self.symbols else self.row_symbols.get(identifier)
