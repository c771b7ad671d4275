"""What is worth telling a person who looks at no console: errors, risks that became grave, changes of the gate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from tui_trader.domain.events import Event, EventKind, GateChange, Notice
from tui_trader.domain.text import clean
from tui_trader.services.assessments import NOTICES
from tui_trader.services.faces import Bus

HEARD = frozenset({EventKind.NOTICE, EventKind.GATE})
GRAVE = frozenset(code for _, code in NOTICES.values())
LONGEST = 1000


class Outlet(Protocol):
    """A way out of the house; ``notify`` has them."""

    def put(self, message: Mapping[str, object]) -> None:
        """Take a message; never waits, never fails."""
        ...


class Notifier:
    """Hands messages to an outlet. ``desk`` names the desk that tells, by words such as mode and profile."""

    def __init__(self, bus: Bus, outlet: Outlet, desk: Mapping[str, str]) -> None:
        self._bus = bus
        self._outlet = outlet
        self._desk = desk

    async def keep(self) -> None:
        """Hear events for ever; run it under supervision."""
        with self._bus.subscribe(HEARD) as events:
            async for event in events:
                message = message_of(event)
                if message is not None:
                    self._outlet.put({"source": "tui-trader", **self._desk, **message})


def message_of(event: Event) -> dict[str, object] | None:
    """Return what is told of an event: kind, level, code, text and time; ``None`` for what is not worth it."""
    data = event.data
    if isinstance(data, GateChange):
        told = ("warning", f"gate_{data.state.lower()}", f"The gate stands at {data.state}. {data.reason}")
    elif isinstance(data, Notice) and (data.level == "error" or data.code in GRAVE):
        told = (data.level, data.code, data.text)
    else:
        return None
    level, code, text = told
    at = datetime.fromtimestamp(event.at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"kind": event.kind.value, "level": level, "code": code, "text": clean(text, LONGEST).strip(), "at": at}
