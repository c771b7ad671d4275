"""The pairs of the venue, found by symbol or by asset."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from tui_trader.domain.instrument import Instrument
from tui_trader.errors import NotFound, VenueUnavailable

SUGGESTIONS = 3


class Catalog:
    """Every pair with its rules, replaced as a whole at each refresh. ``loaded_at`` is UTC ms."""

    def __init__(self) -> None:
        self.loaded_at: int | None = None
        self._by_symbol: dict[str, Instrument] = {}
        self._by_base: dict[str, list[Instrument]] = {}

    def replace(self, instruments: Sequence[Instrument], at: int) -> None:
        """Take a complete list in."""
        self._by_symbol = {each.symbol: each for each in instruments}
        self._by_base = {}
        for each in instruments:
            self._by_base.setdefault(each.base, []).append(each)
        self.loaded_at = at

    def all(self) -> Sequence[Instrument]:
        """List pairs, in the venue's order."""
        return list(self._by_symbol.values())

    def find(self, symbol: str) -> Instrument | None:
        """Return a pair, or ``None``."""
        return self._by_symbol.get(symbol)

    def of_base(self, asset: str) -> Sequence[Instrument]:
        """List the pairs that trade an asset."""
        return self._by_base.get(asset, ())

    def get(self, symbol: str) -> Instrument:
        """Return a pair.

        Raises:
            NotFound: there is none; the sentence names the nearest.
            VenueUnavailable: the list has not been loaded yet.

        """
        found = self._by_symbol.get(symbol)
        if found is not None:
            return found
        if self.loaded_at is None:
            raise VenueUnavailable("The venue's list of symbols is not loaded yet; try again in a moment.")
        near = self.nearest(symbol)
        hint = f"; did you mean {' or '.join(near)}?" if near else "."
        raise NotFound(
            f"There is no symbol {symbol[:30]!r} on this venue{hint}", details={"symbol": symbol[:30], "nearest": near}
        )

    def nearest(self, symbol: str) -> list[str]:
        """List the symbols most like a wrong one: its base against the common quote first, then by spelling."""
        wanted = symbol.upper()[:30]
        whole = [f"{wanted}{quote}" for quote in ("USDT", "USDC") if f"{wanted}{quote}" in self._by_symbol]
        close = difflib.get_close_matches(wanted, self._by_symbol, n=SUGGESTIONS, cutoff=0.6)
        return list(dict.fromkeys([*whole, *close]))[:SUGGESTIONS]
