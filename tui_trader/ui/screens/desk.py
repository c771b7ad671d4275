"""The desk's screen: mounts the stage, sends keys where they belong, and lets flows speak."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import events
from textual.screen import Screen

from tui_trader.ui.flows.connect import Connect, Connection
from tui_trader.ui.flows.history import HistoryFlow
from tui_trader.ui.flows.session import Session
from tui_trader.ui.keymap import Keymap
from tui_trader.ui.layout import DeskLayout
from tui_trader.ui.model import DeskModel
from tui_trader.ui.options import ConsoleSettings
from tui_trader.ui.panels.dialogue import Phase, Question
from tui_trader.ui.panels.history import HistoryPanel
from tui_trader.ui.panels.ticket import TicketPanel
from tui_trader.ui.screens.actions import Actions
from tui_trader.ui.screens.asking import Asking
from tui_trader.ui.screens.keys import Keys
from tui_trader.ui.screens.stage import Stage
from tui_trader.ui.screens.telling import Teller
from tui_trader.ui.screens.typist import Typist
from tui_trader.ui.widgets.panel import Face, Look, Panel
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.layout import Layout

    from tui_trader.contract.orders import FillView, OrderView
    from tui_trader.ui.panels.choice import Choice
    from tui_trader.ui.panels.form import Form

TICK_SECONDS = 0.25


class DeskScreen(Screen[None], inherit_bindings=False):
    """The one screen that trades. It is the ``View`` of every flow."""

    AUTO_FOCUS = ""

    def __init__(
        self, settings: ConsoleSettings, keymap: Keymap, look: Look, connect: Connect, wall_ms: Callable[[], int]
    ) -> None:
        super().__init__()
        self.keymap, self.look = keymap, look
        self.stage = Stage(look, settings.mode, settings.profile, time.monotonic)
        self.model = DeskModel(settings.watchlist[0] if settings.watchlist else "BTCUSDT", settings.watchlist)
        self.session = Session(self.model, settings, self, wall_ms)
        self.teller = Teller(self.stage, self.model, wall_ms, silent=not settings.bell)
        self.connection = Connection(self.session, connect)
        self.history = HistoryFlow(self.session)
        self.typist = Typist(self)
        self._layout = DeskLayout(self.stage.regions)
        self._interval = 1 / max(1.0, settings.rate)
        self._due = False
        self._last_flush = 0.0
        self.keys = Keys(self, keymap)
        self.asking = Asking(self)

    @property
    def layout(self) -> Layout:
        """The layout that asks the stage."""
        return self._layout

    def compose(self) -> ComposeResult:
        """Mount everything; hidden panels have no place."""
        yield from self.stage.widgets()

    def on_mount(self) -> None:
        """Begin: keys to the watchlist, the desk after the first paint."""
        self.actions = Actions(self)
        self.set_focus(self.stage.watch)
        self.tell_footer()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Connect, and let time go by; the collector was off for the first paint."""
        gc.enable()
        self.stage.name_tabs()
        self.set_interval(TICK_SECONDS, self.teller.tick)
        self.run_worker(self.connection.run(), group="connection")

    def on_resize(self) -> None:
        """Share places as the size allows."""
        self.stage.bring(self.stage.focused)
        self.changed({"link"})

    # What flows may do

    def changed(self, topics: Iterable[str]) -> None:
        """Have panels drawn from the model, not more often than the frame rate."""
        topics = set(topics)
        self.teller.mark(topics)
        if "halt" in topics:
            self.actions.halting.show()
        if "history" in topics and "history" in self.stage.visible() and self.session.port is not None:
            self.typist.later("history", 0.3, lambda: self.flow(self.history.reload()))
        if not self._due:
            self._due = True
            self.set_timer(max(0.001, self._last_flush + self._interval - time.monotonic()), self._flush)

    def say(self, text: str, role: str = "text") -> None:
        """Tell the person what happened."""
        self.stage.ticket.say(text, role)

    async def ask(self, question: Question) -> bool:
        """Ask in the ticket and wait."""
        return await self.asking.ask(question)

    async def fill_in(self, form: Form) -> Mapping[str, str] | None:
        """Show a form; return what was filled in, ``None`` when it was left."""
        return await self.asking.fill_in(form)

    async def choose(self, choice: Choice) -> tuple[str, str] | None:
        """Show a list; return the key pressed and its row, ``None`` when it was left."""
        return await self.asking.choose(choice)

    def busy(self, text: str) -> None:
        """Say that an answer is awaited."""
        self.stage.ticket.busy(text)

    def go_to(self, panel: str) -> None:
        """Show a panel and give it the keys."""
        if self.stage.panel.frozen and panel != self.stage.focused:
            self.stage.panel.frozen = False
        self.stage.focused = panel
        self.reveal(panel)
        self.set_focus(self.stage.panel)
        self.tell_footer()

    def reveal(self, panel: str) -> None:
        """Show a panel without giving it the keys."""
        self.stage.bring(panel)
        self.place_anew()
        self.changed({panel})

    def place_anew(self) -> None:
        """Have every widget put where the stage says."""
        self.stage.replan()
        self._clear_arrangement_cache()
        self.refresh(layout=True)

    def look_at(self, symbol: str) -> None:
        """Show another market."""
        self.turn_to(symbol, self.model.interval)

    def context(self) -> tuple[Sequence[str], str | None]:
        """Return the rows that ``:3`` counts, and the selected one."""
        table = self.stage.table
        if table is None or table.key in {"trades", "log", "balances", "history"}:
            table = self.stage.orders
        return [row.key for row in table.rows], table.selected

    def fail(self, panel: str, reason: str) -> None:
        """Show the error face of a panel."""
        self.stage.panels[panel].set_face(Face.ERROR, reason)

    def history_page(self, view: str, total: int, items: Sequence[OrderView | FillView], *, first: bool) -> None:
        """Show a page of history."""
        if first:
            self.stage.history.begin(view, total, items, self.model)
        else:
            self.stage.history.extend(items, self.model)

    def leave(self, status: int) -> None:
        """End the console."""
        self.app.exit(status)

    # What keys lead to

    def flow(self, journey: Coroutine[Any, Any, Any]) -> None:
        """Run a journey beside the screen."""
        self.run_worker(self._guarded(journey), group="flow")

    async def _guarded(self, journey: Coroutine[Any, Any, Any]) -> None:
        """Let no fault of a journey end the console."""
        try:
            await journey
        except Exception as error:  # noqa: BLE001 - the person is told, and the log has it
            text = f"That did not work, through a fault of the console: {type(error).__name__}: {error}"
            self.say(text, "error")
            self.session.log("error", text)
            if self.stage.ticket.phase is Phase.EDIT:
                self.stage.ticket.edit_again([self.stage.ticket.said])

    def open_line(self, text: str, kind: str) -> None:
        """Begin to type."""
        self.stage.ticket.open(text, kind)
        self.set_focus(self.stage.ticket)
        self.tell_footer()

    def rest(self) -> None:
        """Give the keys back to the panel that had them."""
        grown = self.stage.ticket.wanted(self.size.width)
        self.stage.ticket.idle()
        if grown:
            self.place_anew()
        self.set_focus(self.stage.panel)
        self.tell_footer()

    def turn_to(self, symbol: str, interval: str) -> None:
        """Show another market or another candle width."""
        if (symbol, interval) == (self.model.focus, self.model.interval):
            return
        other = symbol != self.model.focus
        topics = self.model.look_at(symbol, interval)
        self.stage.chart.forget()
        if other:
            self.stage.book.forget()
            self.stage.trades.set_face(Face.LOADING)
        self.changed(topics)
        self.typist.later("market", 0.15, self.connection.market.set)

    def do(self, action_id: str) -> None:
        """Do an action by its id, as the palette does."""
        self.actions.table[action_id]()

    def on_key(self, event: events.Key) -> None:
        """Send a key where it belongs, whichever widget it came to.

        The focus moves a moment after the key that moves it: what was typed in that moment comes through the panel
        that had it, and must not be read as an action (``c`` in ``:buy btc`` cancels).
        """
        event.stop()
        if self.stage.ticket.phase is Phase.IDLE:
            self.keys.take(event)
        else:
            event.prevent_default()
            self.stage.ticket.take(event)

    def tell_footer(self) -> None:
        """Show the keys that can be used now."""
        self.keys.tell_footer()

    def filtered(self, table: TablePanel) -> None:
        """Let the desk search history for what the filter says."""
        if table.key == "history":
            self.typist.later("filter", 0.25, lambda: self.flow(self.history.narrow(table.filter)))

    def _flush(self) -> None:
        """Draw what changed."""
        self._due, self._last_flush = False, time.monotonic()
        self.teller.flush()
        self.tell_footer()

    # What widgets tell

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow the mouse."""
        widget = event.widget
        if isinstance(widget, Panel) and widget.key in self.stage.panels and widget.key != self.stage.focused:
            self.stage.focused = widget.key
            self.tell_footer()
        elif widget is self.stage.ticket and self.stage.ticket.phase is Phase.IDLE:
            self.open_line("", "line")

    def on_panel_tab_clicked(self, message: Panel.TabClicked) -> None:
        """Go to a panel whose title was clicked."""
        self.go_to(message.panel)

    def on_table_panel_cursor_moved(self, message: TablePanel.CursorMoved) -> None:
        """Turn to the pair under the watchlist's cursor."""
        if message.panel == "watch" and message.row_key:
            self.look_at(message.row_key)

    def on_history_panel_more_wanted(self, _: HistoryPanel.MoreWanted) -> None:
        """Fetch the next page."""
        self.flow(self.history.more())

    def on_ticket_panel_edited(self, message: TicketPanel.Edited) -> None:
        """Read what is typed."""
        self.typist.edited(message.text, message.cursor)

    def on_ticket_panel_grew(self, _: TicketPanel.Grew) -> None:
        """Make room for what is to be said of the text under edit."""
        self.place_anew()

    def on_ticket_panel_submitted(self, message: TicketPanel.Submitted) -> None:
        """Carry out what was typed."""
        self.flow(self.typist.submitted(message.text, message.kind))

    def on_ticket_panel_dismissed(self, _: TicketPanel.Dismissed) -> None:
        """Stop typing."""
        self.stage.ticket.said = ()
        self.rest()

    def on_ticket_panel_answered(self, message: TicketPanel.Answered) -> None:
        """Pass an answer on to the flow that asked."""
        self.asking.answered(yes=message.yes)
