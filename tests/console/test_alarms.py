"""What must not be overlooked rings and stands in a corner; what is old, or only worth knowing, does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.driving import console
from tui_trader.contract.events import GateView, NoticeView
from tui_trader.domain.events import EventKind
from tui_trader.ui.model import Alarm
from tui_trader.ui.screens.alarm import FRESH_MS, Bell

NOW = 1_760_000_000_000


class Terminal:
    """Stands in for the app: what was shown, and how often it rang."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []
        self.rung = 0

    def notify(self, text: str, *, severity: str, timeout: float, markup: bool) -> None:
        assert timeout > 0
        assert not markup
        self.shown.append((severity, text))

    def bell(self) -> None:
        self.rung += 1


def ring(*alarms: Alarm, silent: bool = False) -> Terminal:
    terminal: Any = Terminal()
    waiting = list(alarms)
    Bell(lambda: terminal, silent=silent).ring(waiting, NOW)
    assert waiting == []
    return terminal


def test_several_at_once_ring_once_and_all_are_shown() -> None:
    terminal = ring(Alarm(NOW, "error", "one"), Alarm(NOW - FRESH_MS, "warning", "[b]two"))
    assert (terminal.rung, terminal.shown) == (1, [("error", "one"), ("warning", "[b]two")])


def test_what_happened_before_this_console_looked_does_not_ring() -> None:
    terminal = ring(Alarm(NOW - FRESH_MS - 1, "error", "long ago"))
    assert (terminal.rung, terminal.shown) == (0, [])


def test_a_silent_console_only_shows() -> None:
    terminal = ring(Alarm(NOW, "error", "one"), silent=True)
    assert (terminal.rung, len(terminal.shown)) == (0, 1)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_grave_risk_stands_in_the_corner_and_leaves_the_question_alone(size: tuple[int, int]) -> None:
    async with console(size=size) as it:
        await it.press("b", *"0.001 @bid", "enter")
        await it.see("CONFIRM")
        text = "BTC is [bold]40 %[/] of the account; sell some."
        it.desk.publish(EventKind.NOTICE, NoticeView(level="warning", text=text, code="risk_high"))
        await it.see("40 %[/]")
        rows = it.text().splitlines()
        shown = next(number for number, row in enumerate(rows) if "[bold]40" in row)
        asked = next(number for number, row in enumerate(rows) if "Buy" in row and "BTC" in row)
        assert shown < 8 < asked
        await it.see("CONFIRM")


async def test_a_gate_that_closes_is_an_alarm_and_one_that_opens_is_none() -> None:
    async with console() as it:
        it.desk.publish(EventKind.GATE, GateView(state="ACTIVE", reason="resumed", by="person"))
        it.desk.publish(EventKind.NOTICE, NoticeView(level="info", text="A backup was made."))
        it.desk.publish(EventKind.GATE, GateView(state="CANCEL_ONLY", reason="the books do not agree", by="desk"))
        await it.see("Gate CANCEL_ONLY: the books do not agree (by desk)")
        assert "Gate ACTIVE" not in it.text()
        assert "A backup" not in it.text()
