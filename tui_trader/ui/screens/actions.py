"""What each key of the table does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tui_trader.ui.flows import cancel, leave, limits, risk, rules, why
from tui_trader.ui.keymap import PANELS
from tui_trader.ui.numbers import copied
from tui_trader.ui.panels.chart import PAN, neighbour
from tui_trader.ui.screens.details import doubt_lines, help_lines, row_lines
from tui_trader.ui.screens.halting import Halting
from tui_trader.ui.screens.sheet import SheetScreen

if TYPE_CHECKING:
    from tui_trader.ui.screens.desk import DeskScreen


class Actions:
    """The verbs of the keymap, by id."""

    def __init__(self, screen: DeskScreen) -> None:
        self.screen, self.stage = screen, screen.stage
        self.halting = Halting(screen)
        self.table: Mapping[str, Callable[[], None]] = {
            "order.buy": lambda: self._ticket("buy"),
            "order.sell": lambda: self._ticket("sell"),
            "order.cancel": self._cancel,
            "order.cancel_all": self._cancel_all,
            "position.close": self._close,
            "chart.wider": lambda: self._interval(1),
            "chart.narrower": lambda: self._interval(-1),
            "chart.back": lambda: self.stage.chart.pan(PAN),
            "chart.forth": lambda: self.stage.chart.pan(-PAN),
            "history.view": self._history_view,
            "risk.edit": lambda: self.screen.flow(limits.edit_limits(self.screen.session)),
            "risk.pair": lambda: self.screen.flow(limits.edit_limits(self.screen.session, self.screen.model.focus)),
            "risk.rules": lambda: self.screen.flow(rules.own_rules(self.screen.session)),
            "risk.resolve": lambda: self._settle(resolved=True),
            "risk.ignore": lambda: self._settle(resolved=False),
            "risk.lift": lambda: self.screen.flow(risk.lift_lock(self.screen.session)),
            "row.details": self._details,
            "row.copy": self._copy,
            "line.open": lambda: self.screen.open_line("", "line"),
            "line.again": lambda: self.screen.open_line(self.screen.session.lines[-1], "line"),
            "filter": self._filter,
            "help": self._help,
            "palette": self.screen.app.action_command_palette,
            "switch.percent": self._percent,
            "panel.zoom": self._zoom,
            "panel.freeze": self._freeze,
            "panel.close": self._close_panel,
            "back": self._back,
            "move.down": lambda: self._move(1),
            "move.up": lambda: self._move(-1),
            "move.top": lambda: self._to(0),
            "move.bottom": lambda: self._to(10**9),
            "move.half_down": lambda: self._half(1),
            "move.half_up": lambda: self._half(-1),
            "focus.left": lambda: self.screen.go_to(self.stage.neighbour(-1)),
            "focus.right": lambda: self.screen.go_to(self.stage.neighbour(1)),
            "focus.next": lambda: self.screen.go_to(self.stage.neighbour(1)),
            "focus.previous": lambda: self.screen.go_to(self.stage.neighbour(-1)),
            "redraw": self._redraw,
            "halt": self.halting.press,
            "halt.show": self.halting.recall,
            "leave": lambda: self.screen.flow(leave.leave(self.screen.session)),
            **{f"go.{panel}": self._goer(panel) for panel in PANELS},
        }

    def _goer(self, panel: str) -> Callable[[], None]:
        """Return what goes to a panel."""
        return lambda: self.screen.go_to(panel)

    def _ticket(self, verb: str) -> None:
        """Open a ticket for the pair under the cursor, or the focused one."""
        self.screen.open_line(f"{verb} {self.screen.keys.symbol().lower()} ", "ticket")

    def _cancel(self) -> None:
        """Cancel the selected order."""
        if self.stage.orders.selected is not None:
            self.screen.flow(cancel.cancel_one(self.screen.session, self.stage.orders.selected))

    def _cancel_all(self) -> None:
        """Cancel every order shown, the filter counted."""
        self.screen.flow(cancel.cancel_shown(self.screen.session, [row.key for row in self.stage.orders.rows]))

    def _close(self) -> None:
        """Wait for the share."""
        if self.stage.positions.selected is not None:
            self.screen.keys.await_share(self.stage.positions.selected)

    def _interval(self, step: int) -> None:
        """Show another candle width."""
        model = self.screen.model
        self.screen.turn_to(model.focus, neighbour(model.interval, step))

    def _history_view(self) -> None:
        """Switch between orders and fills."""
        view = "fills" if self.stage.history.view == "orders" else "orders"
        self.screen.flow(self.screen.history.reload(view))

    def _settle(self, *, resolved: bool) -> None:
        """Settle the risk on the cursor's row."""
        self.screen.flow(risk.settle(self.screen.session, self.stage.risk.risk_id(), resolved=resolved))

    def _details(self) -> None:
        """Open a sheet on the selected row."""
        table = self.stage.table
        item = self.screen.keys.item()
        if table is not None and item is not None:
            self.screen.flow(self._sheet(f"{table.title} details", item))

    async def _sheet(self, title: str, item: Any) -> None:
        """Open a sheet on an item; an order's says why it came out as it did."""
        lines = row_lines(item)
        if hasattr(item, "client_order_id"):
            lines = [*doubt_lines(item), *lines, *await why.journal_lines(self.screen.session, item.id)]
        self.screen.app.push_screen(SheetScreen(self.screen.look, title, lines))

    def _copy(self) -> None:
        """Copy the selected row as tab-separated text."""
        table = self.stage.table
        if table is not None and table.rows:
            row = table.rows[table.cursor]
            self.screen.app.copy_to_clipboard("\t".join(copied(cell.text) for cell in row.cells or (row.text,)))
            self.screen.say("Copied the row.", "dim")

    def _filter(self) -> None:
        """Begin to type a filter."""
        if self.stage.table is not None:
            self.stage.table.set_filter(self.stage.table.filter, typing=True)
            self.screen.tell_footer()

    def _help(self) -> None:
        """Open the help of the focused panel."""
        lines = help_lines(self.stage.focused, self.screen.keymap)
        self.screen.app.push_screen(SheetScreen(self.screen.look, f"Help: {self.stage.panel.title}", lines))

    def _percent(self) -> None:
        """Switch between money and percent."""
        self.screen.teller.as_percent = not self.screen.teller.as_percent
        self.screen.changed({"watch", "positions"})

    def _zoom(self) -> None:
        """Give the focused panel the screen, and back."""
        self.stage.set_zoom(None if self.stage.zoom else self.stage.focused)
        self.screen.go_to(self.stage.focused)

    def _freeze(self) -> None:
        """Stop the focused panel from changing, and let it go on."""
        panel = self.stage.panel
        panel.frozen = not panel.frozen
        panel.refresh_title()
        self.screen.changed({panel.key})

    def _close_panel(self) -> None:
        """Close what was opened, or say how to leave."""
        if not self._undo():
            self.screen.say("Nothing to close here. :q leaves the console; the desk goes on.", "dim")

    def _back(self) -> None:
        """Step back; never trades."""
        if not self._undo():
            self.stage.ticket.said = ()
            self.stage.ticket.idle()

    def _undo(self) -> bool:
        """End the filter or the zoom; tell whether there was one."""
        table = self.stage.table
        if table is not None and table.filter:
            table.set_filter("", typing=False)
            self.screen.filtered(table)
            return True
        if self.stage.zoom:
            self._zoom()
            return True
        return False

    def _move(self, rows: int) -> None:
        """Move the cursor of the focused table."""
        if self.stage.table is not None:
            self.stage.table.move(rows)

    def _half(self, direction: int) -> None:
        """Move half a page."""
        if self.stage.table is not None:
            self.stage.table.move(direction * max(1, self.stage.table.height // 2))

    def _to(self, index: int) -> None:
        """Go to a row."""
        if self.stage.table is not None:
            self.stage.table.go_to(index)

    def _redraw(self) -> None:
        """Draw everything again."""
        self.screen.refresh(layout=True)
        for widget in self.stage.widgets():
            widget.refresh()
