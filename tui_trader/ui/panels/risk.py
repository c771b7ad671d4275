"""Risk: the gate, the loss lock, what was found, and how much of each limit is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui_trader.domain.text import clean
from tui_trader.ui.numbers import NOTHING, plain
from tui_trader.ui.panels.risk_words import LEVELS, Told, filled, limit_text, named, shortened, told
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.lines import wrapped
from tui_trader.ui.widgets.panel import Look
from tui_trader.ui.widgets.table import HEAD, TablePanel

if TYPE_CHECKING:
    from tui_trader.contract.risk_state import LimitUse, RiskStatusView
    from tui_trader.ui.model import DeskModel

BAR = 8


class RiskPanel(TablePanel):
    """Rows of limits; gate, lock and risks are told in words above them.

    Where the words would take more than half of the panel they are cut to a line each, but for the lock's; what is
    under the cursor then stands whole below the rows.
    """

    key = "risk"
    title = "Risk"
    digit = "0"
    leader = "r"
    counts = False
    empty_text = "The desk watches no limits. e sets them."
    columns = (
        Column("  Limit", least=16, most=44, flexible=True),
        Column("Used", least=BAR),
        Column("%", number=True, least=4, rank=2),
        Column("Figure", number=True),
        Column("of"),
        Column("Next order", rank=1),
        Column("Rule", rank=3),
    )

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._told: Sequence[Told] = ()
        self._uses: Sequence[LimitUse] = ()
        self._short = False

    def tell(self, model: DeskModel, now_ms: int, now: float) -> None:
        """Show how risk stands."""
        risk = model.risk
        if risk is None:
            return
        self._told, self._uses = list(told(risk, now_ms, self.look.glyphs)), risk.limits
        width = max(20, self.size.width - 2)
        rows = [row for each in self._told for row in _wrapped(each, width)]
        room = self.size.height - HEAD
        self._short = len(rows) + len(risk.limits) > room and len(rows) * 2 > room
        if self._short:
            rows = [row for each in self._told for row in _cut(each, width)]
        self.show((*rows, *map(self._limit, risk.limits)), now)
        self._explain()
        count = len(risk.assessments)
        self.set_info(
            f"{clean(risk.preset, 20)}  {count} risk{'' if count == 1 else 's'}" if count else clean(risk.preset, 20)
        )

    def go_to(self, index: int) -> None:
        """Put the cursor on a row, and explain that one."""
        super().go_to(index)
        self._explain()

    def item(self, risk: RiskStatusView | None) -> object:
        """Return what the cursor's row shows: a limit, a risk, or a text; ``None`` without a row."""
        if risk is None or not self.rows:
            return None
        limit = next((use for use in risk.limits if _limit_key(use) == self.selected), None)
        found = next((each for each in risk.assessments if each.id == self.risk_id()), None)
        kind = (self.selected or "").partition("#")[0]
        return limit or found or {kind: next((each.whole for each in self._told if each.key == kind), "")}

    def risk_id(self) -> str:
        """Return the id of the risk on the cursor's row; empty when there is none."""
        kind, _, name = (self.selected or "").partition(":")
        return name.rpartition("#")[0] if kind == "risk" else ""

    def _explain(self) -> None:
        """Put under the rows what the cut line under the cursor has left out, or what a limit that is touched does."""
        kind = (self.selected or "").partition("#")[0]
        lines = [
            (each.whole, each.role) for each in self._told if each.key == kind and _left_out(each, self.size.width)
        ]
        lines += [
            (limit_text(use), LEVELS[use.level.value][1])
            for use in self._uses
            if use.level is not None and _limit_key(use) == self.selected
        ]
        self.show_foot(lines if self._short and not self.frozen else ())

    def _limit(self, use: LimitUse) -> Row:
        """Make the row of a limit."""
        word, role = LEVELS[use.level.value] if use.level else ("inside", "dim")
        figure = role if use.level else "text"
        return Row(
            _limit_key(use),
            (
                Cell(f"{self.look.glyphs.warn if use.level else ' '} {named(use)}"),
                Cell(filled(use.percent, BAR, self.look.glyphs), role if use.level else "accent"),
                Cell(NOTHING if use.percent is None else f"{use.percent:.0f}", figure, use.percent),
                Cell("unknown" if use.used is None else shortened(use.used), figure, use.used),
                Cell(f"{plain(use.limit)} {clean(use.unit, 12)}", "dim"),
                Cell(word, role),
                Cell(clean(use.id, 8), "faint"),
            ),
        )


def _limit_key(use: LimitUse) -> str:
    """Name the row of a limit."""
    return f"limit:{use.id}:{use.name}:{use.symbol or ''}"


def _cut(each: Told, width: int) -> Iterator[Row]:
    """Make the one row of what is to be told, unless it has to be told whole."""
    if each.line:
        yield Row(f"{each.key}#0", (), Cell(each.line, each.role))
    else:
        yield from _wrapped(each, width)


def _left_out(each: Told, width: int) -> bool:
    """Tell whether the one row of what is told says less than all."""
    return bool(each.line) and (each.line != each.whole or cell_len(each.line) > width - 2)


def _wrapped(each: Told, width: int) -> Iterator[Row]:
    """Break what is to be told into rows; those after the first stand in."""
    for index, part in enumerate(wrapped(each.whole, width - 2)):
        yield Row(f"{each.key}#{index}", (), Cell(part if index == 0 else f"  {part}", each.role))
