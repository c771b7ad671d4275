"""The top line: mode, profile, gate, feed, budget, equity, day P&L, clock; a banner when the desk is away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui_trader.domain.text import clean
from tui_trader.ui.doubt import DOUBTFUL, short
from tui_trader.ui.glyphs import ASCII
from tui_trader.ui.model import STALE_MS, Link
from tui_trader.ui.numbers import age, countdown, plain, signed
from tui_trader.ui.panels.positions import pnl_role
from tui_trader.ui.panels.risk_words import LEVELS, filled, most_used, named
from tui_trader.ui.widgets.lines import Run, line, plain_ascii, spread
from tui_trader.ui.widgets.panel import Look

if TYPE_CHECKING:
    from tui_trader.contract.status import Status
    from tui_trader.ui.model import DeskModel

HALTED = "HALTED"
Part = tuple[int, str, str]
"""How soon it is left out where there is no room (higher first), text, role."""
BAR = "RISK"
EQUITY, SHARE = 4, 5
"""Ranks of what has several forms, of which the first that fits is shown: the account's worth, a limit's share."""


class TopLine(Widget):
    """One line, told twice a second and after each change."""

    def __init__(self, look: Look, mode: str, profile: str) -> None:
        super().__init__(id="top")
        self.look, self.mode, self.profile = look, mode, clean(profile, 24)
        self._left: list[Part] = []
        self._right: list[Part] = []
        self._halted = False

    def tell(self, model: DeskModel, now_ms: int) -> None:
        """Show the newest state."""
        left = self._link(model, now_ms) or self._desk(model, now_ms)
        right = [*self._money(model), (0, time.strftime("%H:%M:%S", time.localtime(now_ms / 1000)), "footer")]
        halted = model.link is Link.UP and model.status is not None and model.status.gate == HALTED
        if (left, right, halted) != (self._left, self._right, self._halted):
            self._left, self._right, self._halted = left, right, halted
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line, in ASCII where that is wanted."""
        strip = self._line(y)
        return plain_ascii(strip) if self.look.glyphs is ASCII else strip

    def _line(self, y: int) -> Strip:
        """Draw the line; what has the least to say goes first where there is no room."""
        style = self.look.skin.style
        if y:
            return line((), self.size.width, style("footer"))
        mode = f" {self.mode.upper()} "
        fitting = _fitting([*self._left, *self._right], self.size.width - len(mode) - len(self.profile) - 3)
        left, right = [[part for part in side if part in fitting] for side in (self._left, self._right)]
        runs: list[Run] = [
            (mode, style("live_bar" if self.mode == "live" else "paper_bar")),
            (f" {self.profile} ", self._style("footer")),
        ]
        runs += [(f" {text} ", self._style(f"{role}_on_bar")) for _, text, role in left]
        ends = [(f" {text} ", self._style(f"{role}_on_bar")) for _, text, role in right]
        return spread(runs, ends, self.size.width, self._style("footer"))

    def _style(self, role: str) -> Style:
        """Return the style of a role; while trading is halted the whole line has one of its own."""
        return self.look.skin.style("halt_bar" if self._halted else role)

    def _link(self, model: DeskModel, now_ms: int) -> list[Part]:
        """Say that the desk is away, or cannot be traded with."""
        if model.link is Link.UP:
            return []
        if model.link is Link.CONNECTING:
            return [(0, "connecting to the desk" + self.look.glyphs.cut, "dim")]
        word = "VIEW ONLY" if model.link is Link.VIEW_ONLY else f"NO DESK for {age(now_ms - model.link_since)}"
        return [(0, f"{self.look.glyphs.warn} {word}: {clean(model.link_reason, 120)}", "error")]

    def _desk(self, model: DeskModel, now_ms: int) -> list[Part]:
        """Say how desk, feed and budget are."""
        status = model.status
        if status is None:
            return [(0, "reading the desk" + self.look.glyphs.cut, "dim")]
        if status.gate == HALTED:
            found: list[Part] = [
                (0, f"{self.look.glyphs.warn} {HALTED}", "text"),
                (2, clean(status.gate_reason, 60), "text"),
            ]
            return [*found, (1, ":resume REASON", "text"), self._feed(model, status, now_ms)]
        locked = model.risk is not None and model.risk.lock is not None
        reason = "" if status.gate == "ACTIVE" or locked else clean(status.gate_reason, 40)
        gate = f"{status.gate} {reason}".rstrip()
        found = [
            (
                0,
                f"{'' if status.gate == 'ACTIVE' else self.look.glyphs.warn + ' '}{gate}",
                "buy" if status.gate == "ACTIVE" else "warn",
            )
        ]
        found.append(self._feed(model, status, now_ms))
        if status.latency_ms is not None:
            found.append((6, f"{status.latency_ms:.0f} ms", "dim"))
        found += self._risk(model, now_ms)
        found.append((7, f"api {status.budget_percent:.0f}%", "dim" if status.budget_percent < 80 else "warn"))
        return [*found, *self._doubts(model, status, now_ms)]

    def _doubts(self, model: DeskModel, status: Status, now_ms: int) -> list[Part]:
        """Say how many outcomes are not known, and when the last of them may be."""
        doubts = [order for order in (model.orders or {}).values() if order.status in DOUBTFUL]
        count = max(status.unknown_orders, len(doubts))
        if not count:
            return []
        last = max(doubts, key=lambda order: order.unknown_until or 0, default=None)
        left = "" if last is None else short(last, now_ms).removeprefix("UNKNOWN")
        return [(0, f"{self.look.glyphs.warn} {count} UNKNOWN{left}", "error")]

    def _feed(self, model: DeskModel, status: Status, now_ms: int) -> Part:
        """Say how old the newest price of the focused pair is, and which feeds are down."""
        down = [clean(feed.name, 16) for feed in status.feeds if not feed.up]
        if down:
            return (2, f"{self.look.glyphs.warn} feed down: {', '.join(down)}", "blind")
        ticker = model.tickers.get(model.focus)
        waited = None if ticker is None else now_ms - ticker.received
        old = waited is None or waited > STALE_MS
        return (2, f"feed {age(waited)}", "warn" if old else "dim")

    def _risk(self, model: DeskModel, now_ms: int) -> list[Part]:
        """Draw the limit that is used most; one that is reached, and the loss lock, are never left out."""
        risk = model.risk
        if risk is None:
            return []
        lock = [] if risk.lock is None else [(0, f"LOCK {countdown(risk.lock.until - now_ms)}", "error")]
        if not risk.limits:
            return lock
        use = most_used(risk)
        word, role = LEVELS[use.level.value] if use.level else ("ok", "dim")
        share = "unknown" if use.percent is None else f"{use.percent:.0f}%"
        bar, what = f"{BAR} {filled(use.percent, 4, self.look.glyphs)}", f"{named(use)} {word}"
        if use.level is not None:
            return [*lock, (3 if lock else 0, f"{bar} {share}", role), (SHARE, what, role)]
        return [*lock, (3, bar, role), (SHARE, f"{share} {what}", role), (SHARE, share, role)]

    def _money(self, model: DeskModel) -> list[Part]:
        """Say what the account is worth and how the day goes."""
        equity = model.equity
        if equity is None:
            return []
        unit = clean(equity.currency, 8)
        worth = plain(equity.equity, 2)
        found: list[Part] = [(EQUITY, f"equity {worth} {unit}", "text"), (EQUITY, worth, "text")]
        if equity.day_pnl is not None:
            found.append((1, f"day {signed(equity.day_pnl)}", pnl_role(equity.day_pnl)))
        return found


def _fitting(parts: list[Part], room: int) -> list[Part]:
    """Return the parts that fit, the most important first; a limit's share is nothing without its bar."""
    found: list[Part] = []
    for part in sorted(parts, key=lambda each: each[0]):
        size = cell_len(part[1]) + 2
        if part[0] in {EQUITY, SHARE} and any(each[0] == part[0] for each in found):
            continue
        if part[0] == SHARE and not any(each[1].startswith(BAR) for each in found):
            continue
        if size <= room or not part[0]:
            found.append(part)
            room -= size
    return found
