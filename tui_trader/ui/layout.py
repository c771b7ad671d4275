"""Where panels stand at a given size: one pure function, and the Textual layout that asks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import Layout, WidgetPlacement

if TYPE_CHECKING:
    from textual.widget import Widget

GAP = 1
ASKING = 7
"""Lines that the ticket has at least for a question."""
PANELS_KEEP = 9
"""Lines that a ticket with much to say leaves to everything else."""
Slot = tuple[str, ...]
"""Panels that share a place; one of them is shown."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to use the screen: its slots in order, each with the region it has."""

    slots: tuple[tuple[Slot, Region], ...]
    ticket: Region
    top: Region
    footer: Region

    def slot_of(self, panel: str) -> Slot:
        """Return the slot in which a panel stands."""
        return next(slot for slot, _ in self.slots if panel in slot)


def plan(width: int, height: int, *, ticket: int = 0) -> Plan:
    """Choose the plan for a terminal: complete at 80x24, at home at 120x40, generous at 200x60.

    ``ticket`` is how many lines the ticket would like; it gets what leaves the panels a few.
    """
    ticket = max(5 if height >= 30 else 4, min(ticket, max(ASKING, height - PANELS_KEEP)))
    top, footer = Region(0, 0, width, 1), Region(0, height - 1, width, 1)
    below = height - 1 - ticket
    room = Region(0, 1, width, max(2, below - 1))
    make = _large if width >= 170 and height >= 48 else _middle if width >= 110 and height >= 30 else _small
    return Plan(make(room), Region(0, below, width, ticket), top, footer)


def zoomed(width: int, height: int, panel: str, *, ticket: int = 0) -> Plan:
    """Give one panel everything but top line, ticket and footer."""
    base = plan(width, height, ticket=ticket)
    region = Region(0, 1, width, base.ticket.y - 1)
    return Plan((((panel,), region),), base.ticket, base.top, base.footer)


def _columns(room: Region, widths: Sequence[int]) -> list[Region]:
    """Cut a region into columns with a gap between; the column of width 0 takes the rest."""
    rest = room.width - sum(widths) - GAP * (len(widths) - 1)
    out, x = [], room.x
    for width in widths:
        taken = width or rest
        out.append(Region(x, room.y, max(1, taken), room.height))
        x += taken + GAP
    return out


def _rows(room: Region, upper: int) -> tuple[Region, Region]:
    """Cut a region in two, one above the other."""
    upper = max(1, min(upper, room.height - 1))
    return (
        Region(room.x, room.y, room.width, upper),
        Region(room.x, room.y + upper, room.width, room.height - upper),
    )


def _small(room: Region) -> tuple[tuple[Slot, Region], ...]:
    """Lay out two slots above and one below, each shared."""
    upper, lower = _rows(room, (room.height * 11) // 20)
    left, right = _columns(upper, (0, 32 if room.width >= 76 else 28))
    return (
        (("watch", "chart"), left),
        (("book", "trades"), right),
        (("orders", "positions", "history", "balances", "log", "risk"), lower),
    )


def _middle(room: Region) -> tuple[tuple[Slot, Region], ...]:
    """Lay out market data above, two shared slots below."""
    upper, lower = _rows(room, (room.height * 13) // 20)
    left, centre, right = _columns(upper, (39, 0, 32))
    watch, trades = _rows(left, max(7, upper.height // 2))
    orders, positions = _columns(lower, ((room.width - GAP) * 54 // 100, 0))
    return (
        (("watch",), watch),
        (("trades",), trades),
        (("chart",), centre),
        (("book",), right),
        (("orders", "history", "log"), orders),
        (("positions", "balances", "risk"), positions),
    )


def _large(room: Region) -> tuple[tuple[Slot, Region], ...]:
    """Lay out everything at once."""
    upper, lower = _rows(room, (room.height * 11) // 20)
    left, centre, right = _columns(upper, (52, 0, 44))
    watch, trades = _rows(left, upper.height // 2)
    above, below = _rows(lower, lower.height // 2)
    orders, positions = _columns(above, ((room.width - GAP) * 11 // 20, 0))
    history, balances, log = _columns(below, ((room.width - GAP) * 11 // 20, 34, 0))
    return (
        (("watch",), watch),
        (("trades",), trades),
        (("chart",), centre),
        (("book",), right),
        (("orders",), orders),
        (("positions",), positions),
        (("history",), history),
        (("balances", "log"), balances),
        (("risk",), log),
    )


class DeskLayout(Layout):
    """Asks a plan where each widget stands; what the plan does not name is not shown."""

    name = "desk"

    def __init__(self, regions: Callable[[Size], Mapping[str, Region]]) -> None:
        self._regions = regions

    def arrange(
        self,
        parent: Widget,  # noqa: ARG002 - the signature is Textual's
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002 - as above
    ) -> list[WidgetPlacement]:
        """Place the children that the plan names."""
        regions = self._regions(size)
        return [
            WidgetPlacement(regions[child.id], NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id is not None and child.id in regions
        ]
