from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from tests.twins.clock import settle
from tests.twins.store import StoreTwin
from tui_trader.domain.events import Event, EventKind, GateChange, Notice
from tui_trader.services.bus import EventBus
from tui_trader.services.notifying import LONGEST, Notifier, message_of

AT = 1_760_000_000_123
WHEN = "2025-10-09T08:53:20.123Z"


class OutletTwin:
    def __init__(self) -> None:
        self.got: list[Mapping[str, object]] = []

    def put(self, message: Mapping[str, object]) -> None:
        self.got.append(message)


def test_errors_grave_risks_and_the_gate_are_worth_telling() -> None:
    notice = message_of(Event(EventKind.NOTICE, AT, Notice("error", "It burns.", "fire")))
    assert notice == {"kind": "notice", "level": "error", "code": "fire", "text": "It burns.", "at": WHEN}
    risk = message_of(Event(EventKind.NOTICE, AT, Notice("warning", "Too much.", "risk_high")))
    assert risk is not None
    assert (risk["level"], risk["code"]) == ("warning", "risk_high")
    gate = message_of(Event(EventKind.GATE, AT, GateChange("REDUCING", "A loss.", "loss lock")))
    assert gate is not None
    assert (gate["code"], gate["text"]) == ("gate_reducing", "The gate stands at REDUCING. A loss.")


@pytest.mark.parametrize("notice", [Notice("info", "Fine.", "ok"), Notice("warning", "Hm.", "webhook_failed")])
def test_the_rest_is_not(notice: Notice) -> None:
    assert message_of(Event(EventKind.NOTICE, AT, notice)) is None


def test_a_text_from_outside_is_cleaned_and_bounded() -> None:
    told = message_of(Event(EventKind.NOTICE, AT, Notice("error", "a\x1b[31m" + "x" * 5000, "")))
    assert told is not None
    assert "\x1b" not in str(told["text"])
    assert len(str(told["text"])) <= LONGEST


async def test_what_the_bus_tells_reaches_the_outlet_with_the_desks_name() -> None:
    bus, outlet = EventBus(StoreTwin()), OutletTwin()
    task = asyncio.create_task(Notifier(bus, outlet, {"mode": "paper", "profile": "default"}).keep())
    await settle()
    bus.publish(Event(EventKind.FILL, AT, None))
    bus.publish(Event(EventKind.NOTICE, AT, Notice("error", "It burns.", "fire"), 1))
    bus.publish(Event(EventKind.GATE, AT, GateChange("HALTED", "", "person"), 2))
    await settle()
    assert [each["code"] for each in outlet.got] == ["fire", "gate_halted"]
    assert [outlet.got[0][name] for name in ("source", "mode", "profile")] == ["tui-trader", "paper", "default"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
