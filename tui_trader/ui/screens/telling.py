"""Telling panels what is known: what changed, how old it is, and nothing to those that nobody sees."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from tui_trader.ui.model import STALE_MS, DeskModel, Link
from tui_trader.ui.numbers import age
from tui_trader.ui.screens.alarm import Bell
from tui_trader.ui.screens.stage import Stage

MARKET = ("chart", "book", "trades")
AGED = ("watch", "orders", "positions", "risk")
"""Panels that show ages and are told again as time goes by."""


class Teller:
    """Keeps what changed until the panel that shows it is on the screen."""

    def __init__(self, stage: Stage, model: DeskModel, wall_ms: Callable[[], int], *, silent: bool = False) -> None:
        self.stage, self.model, self._wall_ms = stage, model, wall_ms
        bell = Bell(lambda: stage.top.app, silent=silent)
        self.as_percent = True
        self._dirty: set[str] = set()
        self._tell: Mapping[str, Callable[[int, float], None]] = {
            "top": lambda ms, _: stage.top.tell(model, ms),
            "watch": lambda ms, now: stage.watch.tell(model, ms, now, as_percent=self.as_percent),
            "chart": lambda _ms, _now: stage.chart.tell(model),
            "book": lambda _ms, _now: stage.book.tell(model),
            "trades": lambda _ms, _now: stage.trades.tell(model, 0.0),
            "orders": lambda ms, now: stage.orders.tell(model, ms, now),
            "positions": lambda ms, now: stage.positions.tell(model, ms, now, as_percent=not self.as_percent),
            "balances": lambda _ms, now: stage.balances.tell(model, now),
            "ticket": lambda _ms, _now: stage.ticket.tell(model),
            "log": lambda _ms, _now: stage.log.tell(model, 0.0),
            "alarm": lambda ms, _: bell.ring(model.alarms, ms),
            "risk": lambda ms, now: stage.risk.tell(model, ms, now),
        }

    def mark(self, topics: Iterable[str]) -> None:
        """Remember what changed."""
        for topic in topics:
            self._dirty |= {"top", *self._tell} if topic == "link" else {topic}

    def flush(self) -> None:
        """Tell the panels on the screen what changed."""
        ms, now = self._wall_ms(), time.monotonic()
        seen = self.stage.visible() | {"top", "ticket", "alarm"}
        for topic in self._dirty & seen & self._tell.keys():
            self._tell[topic](ms, now)
        self._dirty -= seen
        self.age(ms)

    def tick(self) -> None:
        """Let time go by: marks end, ages grow."""
        ms, now = self._wall_ms(), time.monotonic()
        for table in self.stage.tables():
            table.expire(now)
        for topic in ("top", *(key for key in AGED if key in self.stage.visible())):
            self._tell[topic](ms, now)
        self.age(ms)

    def age(self, ms: int) -> None:
        """Dim what is old and say how old."""
        model, away = self.model, ""
        if model.link is Link.DOWN:
            away = f"stale {age(ms - model.link_since)}"
        for key, panel in self.stage.panels.items():
            panel.set_stale(away or (self._market_age(ms) if key in MARKET else ""))

    def _market_age(self, ms: int) -> str:
        """Say how old the focused market's newest price is, when that is too old."""
        found = [
            each.received for each in (self.model.book, self.model.tickers.get(self.model.focus)) if each is not None
        ]
        waited = ms - max(found) if found else 0
        return f"stale {age(waited)}" if waited > STALE_MS else ""
