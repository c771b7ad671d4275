"""Every key of the console, in one table: id, keys, where it works, label, help, and why it may be unavailable.

A key is one character, a name (``enter``, ``ctrl+p``), or two of them with a space between: a leader and a letter.
Settings may replace the keys of an action by its id; unknown ids and keys used twice are refused at start.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tui_trader.errors import SettingsError

TABLES = ("watch", "trades", "orders", "positions", "history", "balances", "log", "risk")
PANELS = ("watch", "chart", "book", "trades", "orders", "positions", "history", "balances", "log", "risk")


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether a key can be used now. ``rows`` is the number of rows in the focused panel.

    ``on_risk`` tells whether the cursor is on a risk that was found, ``locked`` whether the loss lock is on.
    """

    panel: str
    may_trade: bool = True
    rows: int = 0
    link_text: str = ""
    last_line: bool = False
    on_risk: bool = False
    locked: bool = False


Reason = Callable[[Situation], str]
"""Says in a sentence why an action is unavailable; empty when it is available."""


def _always(_: Situation) -> str:
    """Find nothing in the way."""
    return ""


def _trading(situation: Situation) -> str:
    """Demand a desk to trade with."""
    return "" if situation.may_trade else situation.link_text or "There is no desk to trade with."


def _row(situation: Situation) -> str:
    """Demand a row."""
    return "" if situation.rows else "There is no row here."


def _trading_row(situation: Situation) -> str:
    """Demand a desk and a row."""
    return _trading(situation) or _row(situation)


def _on_risk(situation: Situation) -> str:
    """Demand a desk and a risk under the cursor."""
    return _trading(situation) or ("" if situation.on_risk else "There is no risk on this row.")


def _locked(situation: Situation) -> str:
    """Demand a desk and its loss lock."""
    return _trading(situation) or ("" if situation.locked else "No loss lock is on.")


def _line_before(situation: Situation) -> str:
    """Demand a line typed before."""
    return "" if situation.last_line else "No line was typed yet."


@dataclass(frozen=True, slots=True)
class Action:
    """One row of the table. ``panels`` empty means everywhere; ``footer`` says how early it stands there (0: never).

    The palette offers an ``anywhere`` action in every panel.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    panels: tuple[str, ...] = ()
    reason: Reason = _always
    footer: int = 0
    anywhere: bool = False


def _go(panel: str, digit: str, letter: str, title: str) -> Action:
    """Make the row that goes to a panel."""
    return Action(f"go.{panel}", (digit, f"g {letter}"), title, f"Go to the panel {title}.")


ACTIONS: tuple[Action, ...] = (
    Action("order.buy", ("b",), "buy", "Open a ticket that buys the focused pair.", reason=_trading, footer=20),
    Action("order.sell", ("s",), "sell", "Open a ticket that sells the focused pair.", reason=_trading, footer=21),
    Action("order.cancel", ("c",), "cancel", "Cancel the selected order.", ("orders",), _trading_row, 10),
    Action(
        "order.cancel_all",
        ("C",),
        "cancel all",
        "Cancel every order shown; asks with their number.",
        ("orders",),
        _trading_row,
        11,
    ),
    Action(
        "position.close",
        ("x",),
        "close",
        "Close the selected position: then 1 a quarter, 2 a half, 3 three quarters, 4 or Enter all.",
        ("positions",),
        _trading_row,
        10,
    ),
    Action("chart.wider", ("]",), "wider bars", "Show the next wider candle interval.", ("chart",), footer=10),
    Action("chart.narrower", ("[",), "narrower", "Show the next narrower candle interval.", ("chart",), footer=11),
    Action("chart.back", ("h", "left"), "back", "Go back in time.", ("chart",), footer=12),
    Action("chart.forth", ("l", "right"), "forth", "Come forth in time.", ("chart",), footer=13),
    Action("history.view", ("v",), "orders/fills", "Switch between orders and fills.", ("history",), footer=10),
    Action(
        "row.details",
        ("enter",),
        "details",
        "Show everything known of the selected row.",
        ("watch", "orders", "positions", "history", "balances", "log", "risk"),
        _row,
        14,
    ),
    Action(
        "risk.edit", ("e",), "limits", "Change the limits of the risk profile.", ("risk",), _trading, 10, anywhere=True
    ),
    Action(
        "risk.pair",
        ("p",),
        "pair's limits",
        "Change the limits of the focused pair alone.",
        ("risk",),
        _trading,
        16,
        anywhere=True,
    ),
    Action(
        "risk.rules",
        ("o",),
        "own rules",
        "Make, change or delete rules of your own.",
        ("risk",),
        _trading,
        11,
        anywhere=True,
    ),
    Action("risk.resolve", ("r",), "resolved", "Say that the selected risk has gone.", ("risk",), _on_risk, 8),
    Action("risk.ignore", ("i",), "ignore", "Say that the selected risk is known and borne.", ("risk",), _on_risk, 9),
    Action("risk.lift", ("L",), "lift lock", "Lift the loss lock; asks for its phrase.", ("risk",), _locked, 7),
    Action("row.copy", ("y",), "copy", "Copy the selected row to the clipboard (OSC 52).", TABLES, _row, 41),
    Action("line.open", (":",), "line", "Open the typed line.", footer=30),
    Action("line.again", (".",), "again", "Bring back the last line for editing.", reason=_line_before, footer=44),
    Action("filter", ("/",), "filter", "Narrow the table as you type.", TABLES, footer=40),
    Action("help", ("?",), "help", "Show what this panel is and its keys.", footer=31),
    Action("palette", ("ctrl+p",), "palette", "Search all actions.", footer=45),
    Action(
        "switch.percent",
        ("%",),
        "money/percent",
        "Switch between money and percent.",
        ("watch", "positions"),
        footer=43,
    ),
    Action("panel.zoom", ("z",), "zoom", "Give this panel the whole screen, and back.", footer=42),
    Action("panel.freeze", ("f",), "freeze", "Stop this panel from changing, and let it go on.", footer=46),
    Action("panel.close", ("q",), "close", "Close what was opened: zoom or filter. :q leaves the console."),
    Action("back", ("escape",), "back", "Back: out of the filter, the zoom, a message. Never trades."),
    _go("watch", "1", "w", "Watchlist"),
    _go("chart", "2", "c", "Chart"),
    _go("book", "3", "b", "Book"),
    _go("trades", "4", "d", "Trades"),
    _go("orders", "5", "o", "Open orders"),
    _go("positions", "6", "p", "Positions"),
    _go("history", "7", "h", "History"),
    _go("balances", "8", "f", "Balances"),
    _go("log", "9", "l", "Log"),
    _go("risk", "0", "r", "Risk"),
    Action("move.down", ("j", "down"), "down", "Move down.", TABLES),
    Action("move.up", ("k", "up"), "up", "Move up.", TABLES),
    Action("move.top", ("g g", "home"), "first", "Go to the first row.", TABLES),
    Action("move.bottom", ("G", "end"), "last", "Go to the last row.", TABLES),
    Action("move.half_down", ("ctrl+d", "pagedown"), "half down", "Move down half a page.", TABLES),
    Action("move.half_up", ("ctrl+u", "pageup"), "half up", "Move up half a page.", TABLES),
    Action(
        "focus.left",
        ("h", "left"),
        "left",
        "Go to the panel before.",
        tuple(panel for panel in PANELS if panel != "chart"),
    ),
    Action(
        "focus.right",
        ("l", "right"),
        "right",
        "Go to the panel after.",
        tuple(panel for panel in PANELS if panel != "chart"),
    ),
    Action("focus.next", ("tab",), "next", "Go to the next panel."),
    Action("focus.previous", ("shift+tab",), "previous", "Go to the panel before."),
    Action("redraw", ("ctrl+l",), "redraw", "Draw the whole screen again."),
    Action(
        "halt",
        ("H H",),
        "halt",
        "Halt: both keys within 1 s, in every mode but typing. No new orders; what would buy is cancelled, exits stay. "
        "While you type: Esc first, or type :kill (:kill --all cancels everything). :resume REASON trades again.",
        footer=50,
    ),
    Action("halt.show", ("g k",), "certificate", "Show what the kill switch has done."),
    Action("leave", ("ctrl+q", "ctrl+c"), "leave", "Leave the console; the desk goes on. Same as :q."),
)


class Keymap:
    """Which action a key means in a panel, settings applied."""

    def __init__(self, overrides: Mapping[str, Sequence[str]] | None = None) -> None:
        known = {action.id for action in ACTIONS}
        for name in overrides or {}:
            if name not in known:
                nearest = difflib.get_close_matches(name, sorted(known), n=1)
                hint = f'; the nearest is "{nearest[0]}"' if nearest else ""
                raise SettingsError(f'keymap: there is no action "{name}"{hint}.')
        self.keys: dict[str, tuple[str, ...]] = {
            action.id: tuple(" ".join(key.split()) for key in (overrides or {}).get(action.id, action.keys))
            for action in ACTIONS
        }
        self._table: dict[tuple[str, str], Action] = {}
        for action in ACTIONS:
            for panel in action.panels or PANELS:
                for key in self.keys[action.id]:
                    self._put(panel, key, action)
        self.leaders = {key.split()[0] for _, key in self._table if " " in key}
        self._refuse_hidden()

    def find(self, panel: str, key: str) -> Action | None:
        """Return what a key, or a leader with its letter, means in a panel."""
        return self._table.get((panel, key))

    def of(self, panel: str) -> list[Action]:
        """Return the actions of a panel in the order of the table."""
        return [action for action in ACTIONS if panel in (action.panels or PANELS)]

    def shown(self, action: Action) -> str:
        """Return the first key of an action as a person reads it."""
        keys = self.keys[action.id]
        return readable(keys[0]) if keys else ""

    def footer(self, situation: Situation) -> list[tuple[str, str]]:
        """Return (key, label) of what can be done now, the most particular first."""
        actions = [action for action in self.of(situation.panel) if action.footer and not action.reason(situation)]
        actions.sort(key=lambda action: action.footer)
        return [(self.shown(action), action.label) for action in actions if self.keys[action.id]]

    def _put(self, panel: str, key: str, action: Action) -> None:
        """Enter a key; one that means something else already is refused."""
        if not key:
            raise SettingsError(f'keymap: "{action.id}" has an empty key.')
        taken = self._table.setdefault((panel, key), action)
        if taken is not action:
            raise SettingsError(f'keymap: the key "{readable(key)}" would mean both "{taken.id}" and "{action.id}".')

    def _refuse_hidden(self) -> None:
        """Refuse a single key that begins a longer one: it would never be reached."""
        for (panel, key), action in self._table.items():
            if key in self.leaders and any(
                each == panel and longer.startswith(f"{key} ") for each, longer in self._table
            ):
                raise SettingsError(f'keymap: the key "{key}" of "{action.id}" also begins longer keys.')


def readable(key: str) -> str:
    """Write a key as a person reads it."""
    names = {"enter": "Enter", "escape": "Esc", "tab": "Tab", "shift+tab": "Shift+Tab"}
    return names.get(key, key.replace("ctrl+", "^").replace(" ", ""))
