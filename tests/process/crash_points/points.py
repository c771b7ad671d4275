"""The crash points of reliability.md §4.5 and where each of them is in the code."""

from __future__ import annotations

from collections.abc import Mapping

from tests.process.crash_points.observer import Locals, Spot
from tui_trader.domain.fill import Fill

ORDER = b"POST /api/v3/order?"


def _sends_an_order(given: Locals) -> bool:
    return bytes(given["data"]).startswith(ORDER)


def _of_an_order(given: Locals) -> bool:
    return given["request"].method == "POST"


def _an_answer(given: Locals) -> bool:
    return given["kind"] == "answer"


def _writes_an_intent(given: Locals) -> bool:
    return any(line.kind == "order.intent" for line in given["batch"].lines)


def _tells_what_became_of_it(given: Locals) -> bool:
    return any(line.kind in {"order.answer", "order.push", "order.lookup"} for line in given["lines"])


def _an_execution(given: Locals) -> bool:
    """A snapshot brings known executions again; what is new comes by push or look-up."""
    return given["source"] != "snapshot" and any(isinstance(item, Fill) for item in given["items"])


def _an_order_was_written(given: Locals) -> bool:
    return int(given["self"].version) > 0


def _before_an_execution_is_written(given: Locals) -> bool:
    return str(given.get("statement", "")).startswith("INSERT INTO fills")


def _renamed(given: Locals) -> bool:
    return bool(given["target"].exists())


SERVICES, STORE, MEXC, DESK = "tui_trader.services", "tui_trader.store", "tui_trader.exchange.mexc", "tui_trader.desk"

SPOTS: Mapping[str, Spot] = {
    "CP1": Spot(f"{SERVICES}.judging", "Judge.judge", "call"),
    "CP2": Spot(f"{SERVICES}.placing", "Placer._send", "call"),
    "CP3": Spot(f"{STORE}.changes", "apply", "return", _writes_an_intent),
    "CP4": Spot(f"{SERVICES}.placing", "Placer._transmit", "call"),
    "CP5": Spot(f"{MEXC}.lane", "Lane.handle_async_request", "call", _of_an_order),
    "CP7": Spot(f"{MEXC}.connection", "HttpConnection.request", "return", _sends_an_order),
    "CP8": Spot(f"{SERVICES}.recorder", "Recorder.take", "call", _an_answer),
    "CP9": Spot(f"{SERVICES}.journal_lines", "events", "call", _tells_what_became_of_it),
    "CP10": Spot(f"{SERVICES}.intake", "Intake.take", "call", _an_execution),
    "CP11": Spot(f"{STORE}.changes", "apply", "line", _before_an_execution_is_written),
    "CP13": Spot(f"{SERVICES}.cancelling", "Canceller.ask", "call", nth=2),
    "CP14": Spot(f"{STORE}.session", "Session.checkpoint", "call", _an_order_was_written, within_s=0.0015),
    "CP17": Spot(f"{SERVICES}.comparison", "Comparison._take_in", "call"),
    "CP18": Spot(f"{DESK}.process", "_take_down", "call"),
    # more than one moment belongs to some points
    "CP15 before": Spot(f"{STORE}.backup", "copy_database", "call"),
    "CP15 between": Spot(f"{STORE}.upgrades", "_run", "call"),
    "CP15 in": Spot("tests.process.crash_points.migration", "statements", "return"),
    "CP16 before": Spot(f"{STORE}.backup", "finish_copy", "call"),
    "CP16 after": Spot(f"{STORE}.backup", "finish_copy", "line", _renamed),
    "CP18 late": Spot(f"{STORE}.session", "Session.close", "call"),
}
"""Where each point is. CP6, half a request, is reached by a proxy."""

SAID: Mapping[str, str] = {
    "CP1": "before the risk check",
    "CP2": "after the risk check, before the commit",
    "CP3": "in the commit, all statements done",
    "CP4": "after the commit, before the signature",
    "CP5": "signed, before the write",
    "CP6": "half of the request written",
    "CP7": "written, no answer yet",
    "CP8": "answer read, before its commit",
    "CP9": "after its commit, before anybody is told",
    "CP10": "execution read, before its commit",
    "CP11": "in the commit, between the order's row and the execution's",
    "CP13": "in the middle of cancelling everything",
    "CP14": "in a checkpoint",
    "CP15": "in a migration",
    "CP16": "at the rename of a backup",
    "CP17": "while comparing, before what was read is committed",
    "CP18": "in the orderly end",
}
"""What each point is, in words."""
