"""The stage of the desk screen: its panels, where they stand, which of a shared place is shown, which has the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from textual.geometry import Region, Size

from tui_trader.ui.keymap import PANELS
from tui_trader.ui.layout import Plan, plan, zoomed
from tui_trader.ui.panels.balances import BalancesPanel
from tui_trader.ui.panels.book import BookPanel
from tui_trader.ui.panels.chart import ChartPanel
from tui_trader.ui.panels.footer import Footer
from tui_trader.ui.panels.history import HistoryPanel
from tui_trader.ui.panels.log import LogPanel
from tui_trader.ui.panels.orders import OrdersPanel
from tui_trader.ui.panels.positions import PositionsPanel
from tui_trader.ui.panels.risk import RiskPanel
from tui_trader.ui.panels.ticket import TicketPanel
from tui_trader.ui.panels.topline import TopLine
from tui_trader.ui.panels.trades import TradesPanel
from tui_trader.ui.panels.watchlist import WatchPanel
from tui_trader.ui.widgets.panel import Look, Panel, Tab
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from textual.widget import Widget


class Stage:
    """All widgets of the desk, and the plan by which they stand."""

    def __init__(self, look: Look, mode: str, profile: str, monotonic: Callable[[], float]) -> None:
        self.top = TopLine(look, mode, profile)
        self.watch = WatchPanel(look)
        self.chart = ChartPanel(look)
        self.book = BookPanel(look)
        self.trades = TradesPanel(look)
        self.orders = OrdersPanel(look)
        self.positions = PositionsPanel(look)
        self.history = HistoryPanel(look)
        self.balances = BalancesPanel(look)
        self.log = LogPanel(look)
        self.risk = RiskPanel(look)
        self.ticket = TicketPanel(look, mode, monotonic)
        self.footer = Footer(look)
        self.focused = "watch"
        self.zoom: str | None = None
        self.panels: Mapping[str, Panel] = {panel.key: panel for panel in self._panels()}
        self._shown: dict[str, str] = {}
        self._size = Size(0, 0)
        self._plan: Plan | None = None

    def widgets(self) -> list[Widget]:
        """Return everything to be mounted."""
        return [self.top, *self._panels(), self.ticket, self.footer]

    def regions(self, size: Size) -> Mapping[str, Region]:
        """Return where each shown widget stands."""
        found = self.plan_for(size)
        places = {"top": found.top, "ticket": found.ticket, "footer": found.footer}
        for slot, region in found.slots:
            places[self.shown_in(slot)] = region
        return places

    def plan_for(self, size: Size) -> Plan:
        """Return the plan, made once per size and zoom."""
        if self._plan is None or size != self._size:
            self._size = size
            ticket = self.ticket.wanted(size.width)
            self._plan = zoomed(*size, self.zoom, ticket=ticket) if self.zoom else plan(*size, ticket=ticket)
        return self._plan

    def shown_in(self, slot: tuple[str, ...]) -> str:
        """Return which panel of a shared place is shown."""
        return next((panel for panel in slot if self._shown.get(panel) == "shown"), slot[0])

    def visible(self) -> set[str]:
        """Return the panels on the screen."""
        if not self._size.width:
            return set()
        return {self.shown_in(slot) for slot, _ in self.plan_for(self._size).slots}

    def bring(self, panel: str) -> None:
        """Show a panel in its place; out of the zoom if it is not the zoomed one."""
        if self.zoom is not None and self.zoom != panel:
            self.set_zoom(None)
        for slot, _ in plan(*self._size).slots if self._size.width else ():
            if panel in slot:
                for each in slot:
                    self._shown[each] = "shown" if each == panel else ""
        self.name_tabs()

    def set_zoom(self, panel: str | None) -> None:
        """Give one panel the screen, or end that."""
        self.zoom = panel
        self.replan()

    def replan(self) -> None:
        """Have the plan made again."""
        self._plan = None

    def name_tabs(self) -> None:
        """Tell each panel who shares its place."""
        if not self._size.width:
            return
        slots = (tuple(PANELS),) if self.zoom else tuple(slot for slot, _ in plan(*self._size).slots)
        for slot in slots:
            tabs = [Tab(key, self.panels[key].digit, self.panels[key].title) for key in slot]
            for key in slot:
                self.panels[key].set_tabs(tabs)

    def neighbour(self, step: int) -> str:
        """Return the panel after or before the focused one, of those on the screen."""
        order = [key for key in PANELS if key in self.visible()]
        if self.focused not in order:
            return order[0] if order else self.focused
        return order[(order.index(self.focused) + step) % len(order)]

    @property
    def panel(self) -> Panel:
        """The panel that keys go to."""
        return self.panels[self.focused]

    @property
    def table(self) -> TablePanel | None:
        """The same, if it is a table."""
        panel = self.panel
        return panel if isinstance(panel, TablePanel) else None

    def tables(self) -> Iterator[TablePanel]:
        """Go through all tables."""
        return (panel for panel in self._panels() if isinstance(panel, TablePanel))

    def _panels(self) -> list[Panel]:
        """List the panels in the order of their digits."""
        return [
            self.watch,
            self.chart,
            self.book,
            self.trades,
            self.orders,
            self.positions,
            self.history,
            self.balances,
            self.log,
            self.risk,
        ]
