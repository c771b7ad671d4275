"""Risk: the gate, the loss lock, what was found, and how much of each limit is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.style import Style
from textual.strip import Strip

from tui_trader.domain.text import clean
from tui_trader.ui.glyphs import Glyphs
from tui_trader.ui.numbers import NOTHING, plain, span
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.lines import line, wrapped
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from tui_trader.contract.risk_state import AssessmentView, LimitUse, LossLockView, RiskStatusView
    from tui_trader.ui.model import DeskModel

BAR = 8
GATE_WORDS = {
    "RECONCILING": "the books are being compared; orders wait, cancels pass",
    "ACTIVE": "orders inside the limits pass",
    "REDUCING": "only orders that reduce what is held pass",
    "CANCEL_ONLY": "cancels pass, and a person's own order that reduces",
    "HALTED": "nothing but cancels passes; :resume REASON trades again",
}
LEVELS = {"HARD": ("refused", "error"), "SOFT": ("asks first", "warn"), "WARN": ("mind", "warn")}
"""What the next order would meet, in words, and its colour."""


class RiskPanel(TablePanel):
    """Rows of limits; gate, lock and risks are told in lines of text above them."""

    key = "risk"
    title = "Risk"
    digit = "0"
    leader = "r"
    counts = False
    empty_text = "The desk watches no limits. e sets them."
    columns = (
        Column("Limit", least=16, most=20),
        Column("Used", least=BAR),
        Column("%", number=True, least=4, rank=2),
        Column("Figure", number=True),
        Column("of"),
        Column("Next order", rank=1),
        Column("Rule", rank=3),
    )

    def tell(self, model: DeskModel, now_ms: int, now: float) -> None:
        """Show how risk stands."""
        risk = model.risk
        if risk is None:
            return
        width = max(20, self.size.width - 3)
        self.show((*texts(risk, now_ms, width, self.look.glyphs), *map(self._limit, risk.limits)), now)
        count = len(risk.assessments)
        self.set_info(
            f"{clean(risk.preset, 20)}  {count} risk{'' if count == 1 else 's'}" if count else clean(risk.preset, 20)
        )

    def item(self, risk: RiskStatusView | None) -> object:
        """Return what the cursor's row shows: a limit, a risk, or a text; ``None`` without a row."""
        if risk is None or not self.rows:
            return None
        limit = next((use for use in risk.limits if _limit_key(use) == self.selected), None)
        found = next((each for each in risk.assessments if each.id == self.risk_id()), None)
        kind = (self.selected or "").partition("#")[0]
        texts_ = [row.cells[0].text.strip() for row in self.rows if row.key.startswith(f"{kind}#")]
        return limit or found or {kind: " ".join(texts_)}

    def risk_id(self) -> str:
        """Return the id of the risk on the cursor's row; empty when there is none."""
        kind, _, name = (self.selected or "").partition(":")
        return name.rpartition("#")[0] if kind == "risk" else ""

    def _limit(self, use: LimitUse) -> Row:
        """Make the row of a limit."""
        word, role = LEVELS[use.level.value] if use.level else ("inside", "dim")
        about = f"{clean(use.symbol, 12)} " if use.symbol else ""
        name = f"{self.look.glyphs.warn + ' ' if use.level else ''}{about}{clean(use.label, 30)}"
        share = NOTHING if use.percent is None else f"{use.percent:.0f}"
        return Row(
            _limit_key(use),
            (
                Cell(name),
                Cell(filled(use.percent, BAR, self.look.glyphs), role if use.level else "accent"),
                Cell(share, role if use.level else "text", use.percent),
                Cell("unknown" if use.used is None else shortened(use.used), role if use.level else "text", use.used),
                Cell(f"{plain(use.limit)} {clean(use.unit, 12)}", "dim"),
                Cell(word, role),
                Cell(clean(use.id, 8), "faint"),
            ),
        )

    def _row(self, index: int) -> Strip:
        """Draw a row; one that has a text only, over the whole width."""
        row = self.rows[index]
        if any(cell.text for cell in row.cells[1:]):
            return super()._row(index)
        selected = row.key == self.selected and (self.has_focus or self.rests)
        over = self.style_of("cursor" if self.has_focus else "cursor_off") if selected else Style()
        edge = self.look.glyphs.cursor if selected and self.has_focus else " "
        cell = row.cells[0]
        runs = [(edge, self.style_of("accent") + over), (cell.text, self.style_of(cell.role) + over)]
        return line(runs, self.size.width, self.style_of("text") + over)


def texts(risk: RiskStatusView, now_ms: int, width: int, glyphs: Glyphs) -> Iterator[Row]:
    """Tell gate, lock, trouble and risks in rows of text, broken to a width."""
    reason = f" {glyphs.sep} {clean(risk.gate_reason, 200)}" if risk.gate_reason and risk.lock is None else ""
    open_ = risk.gate == "ACTIVE"
    words = GATE_WORDS.get(risk.gate, "")
    yield from _told(
        "gate",
        f"{'' if open_ else glyphs.warn + ' '}gate {clean(risk.gate, 20)}{reason}: {words}",
        "buy" if open_ else "warn",
        width,
    )
    if risk.lock is not None:
        yield from _told("lock", f"{glyphs.warn} {lock_text(risk.lock, now_ms, glyphs.sep)}", "error", width)
    if risk.trouble:
        yield from _told("trouble", f"{glyphs.warn} {clean(risk.trouble, 300)}", "error", width)
    for each in risk.assessments:
        yield from _told(f"risk:{each.id}", risk_text(each, glyphs), _risk_role(each), width)


def lock_text(lock: LossLockView, now_ms: int, sep: str) -> str:
    """Say why entries are locked, until when, and how to lift that."""
    wait = lock.liftable_at - now_ms
    lift = f"can be lifted in {span(wait)}" if wait > 0 else "L lifts it"
    entries = " Resting entries are cancelled." if lock.cancels else ""
    return (
        f"LOSS LOCK for {span(lock.until - now_ms)}, {lift} by typing {clean(lock.phrase, 100)} "
        f"{sep} {clean(lock.reason, 200)}{entries}"
    )


def risk_text(risk: AssessmentView, glyphs: Glyphs) -> str:
    """Say what was found and what to do."""
    about = f" {clean(risk.symbol, 20)}" if risk.symbol else ""
    advice = f" {glyphs.sep} {clean(risk.recommendation, 200)}" if risk.recommendation else ""
    mark = glyphs.warn if risk.score >= 75 else glyphs.dot
    return f"{mark} {risk.level.value} {risk.type.value.lower()}{about}: {clean(risk.message, 300)}{advice}"


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


def _limit_key(use: LimitUse) -> str:
    """Name the row of a limit."""
    return f"limit:{use.id}:{use.name}:{use.symbol or ''}"


def _told(key: str, text: str, role: str, width: int) -> Iterator[Row]:
    """Break a text into rows; the rows after the first stand in."""
    nothing: Sequence[Cell] = (Cell(""),) * (len(RiskPanel.columns) - 1)
    for index, part in enumerate(wrapped(text, width - 2)):
        yield Row(f"{key}#{index}", (Cell(part if index == 0 else f"  {part}", role), *nothing))


def _risk_role(risk: AssessmentView) -> str:
    """Colour of a risk; its level stands in words beside it."""
    return "error" if risk.score >= 75 else "warn" if risk.score >= 50 else "text"
