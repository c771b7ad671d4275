"""How far executions were read, per pair; kept in one setting and advanced in the transaction that writes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from tui_trader.services.ports import Store

SETTING = "fill_cursors"
OVERLAP_MS = 5 * 60_000
ORDERS_REMEMBERED_MS = 7 * 24 * 3600 * 1000
"""The venue lists orders of seven days."""
REMEMBERED_MS = 30 * 24 * 3600 * 1000
"""The venue lists executions of one month."""


class Cursors:
    """Where to read executions from, by the venue's clock.

    ``since`` is when this journal began: earlier trades are not the desk's.
    """

    def __init__(self, since: int, places: Mapping[str, int]) -> None:
        self.since = since
        self._places = dict(places)

    @classmethod
    async def load(cls, store: Store, now: int) -> Cursors:
        """Read them; a fresh journal begins now."""
        text = await store.setting(SETTING)
        kept = json.loads(text) if text else {}
        return cls(int(kept.get("since", now)), {str(key): int(value) for key, value in kept.get("at", {}).items()})

    @property
    def symbols(self) -> frozenset[str]:
        """Pairs that were ever read."""
        return frozenset(self._places)

    def start(self, symbol: str, now: int) -> int:
        """Return from when to read a pair, UTC ms; a known pair with an overlap."""
        place = self._places.get(symbol)
        wanted = self.since if place is None else max(self.since, place - OVERLAP_MS)
        return max(wanted, now - REMEMBERED_MS)

    def incomplete(self, symbol: str, now: int) -> bool:
        """Tell whether the venue no longer lists everything since the last reading."""
        return now - self._places.get(symbol, self.since) > REMEMBERED_MS

    def away_ms(self, now: int) -> int:
        """Return how long ago anything was read, in ms; 0 before the first reading."""
        return now - max(self._places.values(), default=now)

    def advance(self, symbols: Iterable[str], at: int) -> dict[str, str]:
        """Return the setting to write with what was read up to ``at``; it applies at once."""
        self._places.update(dict.fromkeys(symbols, at))
        return {SETTING: json.dumps({"since": self.since, "at": self._places}, sort_keys=True)}
