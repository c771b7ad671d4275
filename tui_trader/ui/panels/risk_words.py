"""Risk in words and bars, without a screen: the gate, the loss lock, what was found, how much of a limit is used."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tui_trader.domain.text import clean
from tui_trader.ui.glyphs import Glyphs
from tui_trader.ui.numbers import as_sentence, countdown, plain
from tui_trader.ui.panels.trades import clock

if TYPE_CHECKING:
    from tui_trader.contract.risk_state import AssessmentView, LimitUse, LossLockView, RiskStatusView

GATE_WORDS = {
    "RECONCILING": "books are compared; orders wait",
    "ACTIVE": "orders inside the limits pass",
    "REDUCING": "only what reduces holdings passes",
    "CANCEL_ONLY": "cancels and own reducing orders",
    "HALTED": "only cancels pass; :resume REASON",
}
LEVELS = {"HARD": ("refused", "error"), "SOFT": ("asks first", "warn"), "WARN": ("mind", "warn")}
"""What the next order would meet, in words, and its colour."""


class Told(NamedTuple):
    """Something to be told in words; where there is no room ``line`` stands for it, if it has one."""

    key: str
    whole: str
    role: str
    line: str = ""


def told(risk: RiskStatusView, now_ms: int, glyphs: Glyphs) -> Iterator[Told]:
    """Tell gate, lock, trouble and risks, in this order."""
    yield _gate(risk, glyphs)
    if risk.lock is not None:
        yield _lock(risk.lock, now_ms, glyphs)
    if risk.trouble:
        text = f"{glyphs.warn} {clean(risk.trouble, 300)}"
        yield Told("trouble", text, "error")
    for each in risk.assessments:
        yield _risk(each, glyphs)


def _gate(risk: RiskStatusView, glyphs: Glyphs) -> Told:
    """Say how the gate stands and what passes it; the reason is the lock's where one is on."""
    open_ = risk.gate == "ACTIVE"
    text = f"{glyphs.dot if open_ else glyphs.warn} gate {clean(risk.gate, 20)}: {GATE_WORDS.get(risk.gate, '')}"
    reason = f" {glyphs.sep} {clean(risk.gate_reason, 200)}" if risk.gate_reason and risk.lock is None else ""
    return Told("gate", text + reason, "buy" if open_ else "warn", text)


def _lock(lock: LossLockView, now_ms: int, glyphs: Glyphs) -> Told:
    """Say how long entries are locked, from when on what lifts that, and why it is so."""
    lead = f"{glyphs.warn} LOSS LOCK {countdown(lock.until - now_ms)} left"
    wait = lock.liftable_at - now_ms
    when = f"from {clock(lock.liftable_at)} (in {countdown(wait)})" if wait > 0 else "now"
    entries = " Resting entries are cancelled." if lock.cancels else ""
    lift = f"L lifts it {when} by typing {clean(lock.phrase, 100)}"
    return Told("lock", f"{lead} {glyphs.sep} {lift} {glyphs.sep} {clean(lock.reason, 200)}{entries}", "error")


def _risk(risk: AssessmentView, glyphs: Glyphs) -> Told:
    """Say what was found and what to do; its level stands in words beside the colour."""
    about = f" {clean(risk.symbol, 20)}" if risk.symbol else ""
    mark = glyphs.warn if risk.score >= 75 else glyphs.dot
    text = f"{mark} {risk.level.value} {risk.type.value.lower()}{about}: {clean(risk.message, 300)}"
    advice = f" {glyphs.sep} {as_sentence(clean(risk.recommendation, 200))}" if risk.recommendation else ""
    role = "error" if risk.score >= 75 else "warn" if risk.score >= 50 else "text"
    return Told(f"risk:{risk.id}", text + advice, role, text)


def limit_text(use: LimitUse) -> str:
    """Say how much of a limit is used and what the next order would meet there."""
    word = f"the next order {_meets(use)}" if use.level else "inside"
    share = "" if use.percent is None else f", {use.percent:.0f} %"
    figure = "unknown" if use.used is None else shortened(use.used)
    return f"{named(use)}: {figure} of {plain(use.limit)} {clean(use.unit, 12)}{share} ({clean(use.id, 8)}); {word}"


def _meets(use: LimitUse) -> str:
    """Say what happens to an order at a limit's level."""
    return {"HARD": "is refused", "SOFT": "asks first"}.get(use.level.value if use.level else "", "passes; mind it")


def named(use: LimitUse) -> str:
    """Name a limit, with the pair or coin that its figure is about."""
    about = f"{clean(use.symbol, 12)} " if use.symbol else ""
    return f"{about}{clean(use.label, 60)}"


def most_used(risk: RiskStatusView) -> LimitUse:
    """Return the limit that is nearest to being reached; one that nobody knows comes first."""
    return max(risk.limits, key=lambda use: (use.level is not None, use.percent is None, use.percent or Decimal(0)))


def filled(percent: Decimal | None, cells: int, glyphs: Glyphs) -> str:
    """Draw a share of a limit; anything used shows, and only a limit that is reached is full."""
    full, empty = glyphs.meter
    if percent is None:
        return "?" * cells
    count = int(percent * cells / 100) if percent < 100 else cells
    count = max(count, 1 if percent > 0 else 0)
    return full * count + empty * (cells - count)


def shortened(value: Decimal) -> str:
    """Write a figure for the eye: at most two decimals."""
    return plain(value.quantize(Decimal("0.01"))) if value % Decimal("0.01") else plain(value)
