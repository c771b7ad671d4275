"""Closing the selected position: a share of it, as a typed line that a person could have written."""

from __future__ import annotations

from tui_trader.ui.flows.place import run_line
from tui_trader.ui.flows.session import Session

SHARES = {"1": "25%", "2": "50%", "3": "75%", "4": "100%", "enter": "100%"}
"""From the second key to the share."""


async def close_position(session: Session, position_id: str, key: str) -> None:
    """Close a share; the line is previewed and asked about."""
    position = (session.model.positions or {}).get(position_id)
    if position is None:
        session.view.say("That position is no longer open.", "dim")
        return
    share = SHARES[key]
    line = f"close {position.symbol.lower()}" + ("" if share == "100%" else f" {share}pos")
    session.lines.append(line)
    await run_line(session, line, ask_always=True)
