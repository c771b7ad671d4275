"""Risks with every process real: found, told outside, kept over a killed desk, borne by a person's word."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.process.household import Household, gone, until
from tests.process.screen import leave, opened
from tui_trader.client.desk import DeskClient

pytestmark = pytest.mark.process
SECRET = "hook-4f1c9a7b2e"


@contextmanager
def receiving() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Take posted messages on loopback; gives the address and what came."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{SECRET}", got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def grave(household: Household) -> dict[str, str]:
    """Give the ids of the active risks that are HIGH, by pair."""
    return {each["symbol"]: each["id"] for each in household.ask("/risk/assessments") if each["level"] == "HIGH"}


def bear(household: Household, assessment_id: str) -> str:
    """Say that a risk is known; returns its status."""

    async def asking() -> str:
        client = DeskClient(household.paths().socket)
        try:
            return (await client.risk.ignore("intent-0001", assessment_id)).status.value
        finally:
            await client.close()

    return asyncio.run(asking())


def test_a_risk_is_told_outside_outlives_a_killed_desk_and_is_borne(household: Household) -> None:
    with receiving() as (address, got):
        household.env |= {
            "TUI_TRADER_SIM_BALANCES": "USDT=10000,BTC=0.01",
            "TUI_TRADER_RISK_MAX_POSITION_VALUE": "50",
            "TUI_TRADER_NOTIFY_WEBHOOK": address,
        }
        leave(opened(household))
        found = until(lambda: grave(household), "a grave risk")
        assert set(found) == {"BTCUSDT"}
        told = until(lambda: [each for each in got if each["code"] == "risk_high"], "the webhook")
        assert "The value of BTC is" in told[0]["text"]
        assert (told[0]["source"], told[0]["mode"], told[0]["level"]) == ("tui-trader", "paper", "warning")

        killed = household.desk_pid()
        os.kill(killed, signal.SIGKILL)
        until(lambda: gone(killed), "the desk's end")
        leave(opened(household))
        assert until(lambda: grave(household), "the risk after the kill") == found
        assert bear(household, found["BTCUSDT"]) == "IGNORED"
        assert bear(household, found["BTCUSDT"]) == "IGNORED"
        assert grave(household) == {}
        assert household.ask("/risk/metrics")["high_risks"] == 0
        assert household.run("audit", "rebuild", "--check").status == 0
        logs = [each for each in household.home.rglob("*.log*") if each.is_file()]
        assert logs
        assert all(SECRET not in each.read_text() for each in logs)
        assert len([each for each in got if each["code"] == "risk_high"]) == 1
