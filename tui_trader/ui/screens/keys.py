"""Where keys go: a share to close, a filter, a leader's second key, or the keymap; and what the footer says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui_trader.ui.flows.close import SHARES, close_position
from tui_trader.ui.keymap import Keymap, Situation
from tui_trader.ui.panels.dialogue import Phase

if TYPE_CHECKING:
    from textual import events

    from tui_trader.ui.screens.desk import DeskScreen

SHARE_KEYS = (("1", "a quarter"), ("2", "half"), ("3", "three quarters"), ("4 Enter", "all"), ("Esc", "back"))
EDIT_KEYS = (("Enter", "preview"), ("Tab", "complete"), ("Up", "line before"), ("Esc", "leave"))
FILTER_KEYS = (("Enter", "keep"), ("Esc", "show all"))


class Keys:
    """The keyboard of the desk screen, as far as the ticket does not have it."""

    def __init__(self, screen: DeskScreen, keymap: Keymap) -> None:
        self.screen, self.stage, self.model, self.keymap = screen, screen.stage, screen.model, keymap
        self._leader = ""
        self._share_of: str | None = None

    def take(self, event: events.Key) -> None:
        """Send a key where it belongs."""
        key = key_name(event.key, event.character)
        table = self.stage.table
        if self._share_of is not None:
            position, self._share_of = self._share_of, None
            if key in SHARES:
                self.screen.flow(close_position(self.screen.session, position, key))
        elif table is not None and table.filtering:
            self.screen.typist.filter_key(table, event)
        else:
            self._act(f"{self._leader} {key}" if self._leader else key)
        self.tell_footer()

    def await_share(self, position_id: str) -> None:
        """Take the next key as the share to close."""
        self._share_of = position_id

    def situation(self) -> Situation:
        """Return what decides which keys can be used."""
        table, model = self.stage.table, self.model
        reason = f"Cannot trade: {model.link_reason or 'still connecting to the desk'}."
        return Situation(
            self.stage.focused,
            model.may_trade,
            rows=len(table.rows) if table else 0,
            link_text=reason,
            last_line=bool(self.screen.session.lines),
            on_risk=bool(self.stage.risk.risk_id()),
            locked=model.risk is not None and model.risk.lock is not None,
        )

    def item(self) -> Any:
        """Return what the selected row shows; ``None`` without one."""
        table = self.stage.table
        if table is None or table.selected is None or not table.rows:
            return None
        if table.key == "risk":
            return self.stage.risk.item(self.model.risk)
        if table.key == "log":
            return {
                name: cell.text
                for name, cell in zip(("time", "level", "text"), table.rows[table.cursor].cells, strict=True)
            }
        known: dict[str, Mapping[str, Any]] = {
            "watch": self.model.tickers,
            "orders": self.model.orders or {},
            "positions": self.model.positions or {},
            "history": self.stage.history.items,
            "balances": self.model.balances or {},
        }
        return known.get(table.key, {}).get(table.selected)

    def symbol(self) -> str:
        """Return the pair under the cursor, or the focused one."""
        return str(getattr(self.item(), "symbol", None) or self.model.focus)

    def tell_footer(self) -> None:
        """Show the keys that can be used now."""
        tell, table, phase = self.stage.footer.tell, self.stage.table, self.stage.ticket.phase
        if self.screen.actions.halting.warns:
            return
        if phase is Phase.EDIT:
            tell(EDIT_KEYS, "COMMAND")
        elif phase is Phase.ASK:
            tell((("Esc", "go back"),), "CONFIRM")
        elif self._share_of is not None:
            tell(SHARE_KEYS, "CLOSE")
        elif self._leader:
            tell(self._leader_keys(), self._leader + self.screen.look.glyphs.cut)
        elif table is not None and table.filtering:
            tell(FILTER_KEYS, "FILTER")
        else:
            tell(self.keymap.footer(self.situation()), "NORMAL")

    def _leader_keys(self) -> list[tuple[str, str]]:
        """List what may follow the leader."""
        lead = f"{self._leader} "
        return [
            (key.removeprefix(lead), action.label)
            for action in self.keymap.of(self.stage.focused)
            for key in self.keymap.keys[action.id]
            if key.startswith(lead)
        ]

    def _act(self, key: str) -> None:
        """Do what a key means here, or say why not."""
        had_leader, self._leader = self._leader, ""
        action = self.keymap.find(self.stage.focused, key)
        if action is None:
            if key in self.keymap.leaders and not had_leader:
                self._leader = key
            return
        reason = action.reason(self.situation())
        if reason:
            self.screen.say(reason, "warn")
        else:
            self.screen.do(action.id)


def key_name(name: str, character: str | None) -> str:
    """Return a key as the keymap writes it: the character where there is one, the name otherwise."""
    return character if character and character.isprintable() and name != "space" else name
