"""One desk and its venue: the desk comes and goes, the venue stays; each home is new and private."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from tests import simulator
from tests.process.household import Household, until
from tests.process.kill_loop import forked
from tests.process.kill_loop.wire import Answer, Asked, ask, begin
from tests.process.kill_loop.wishes import Pair
from tests.process.venue import Venue
from tui_trader.settings import load_settings

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
FUNDS = {"USDT": Decimal(100_000_000), "BTC": Decimal(1000), "ETH": Decimal(30_000), "SOL": Decimal(500_000)}
"""What an account begins with."""
LIMITS = {
    "risk.max_order_value": "100000",
    "risk.max_position_value": "1000000000",
    "risk.max_total_exposure": "1000000000",
    "risk.max_open_orders": "400",
    "risk.max_orders_per_second": "100000",
    "risk.max_orders_per_minute": "1000000",
    "risk.market_cap_percent": "0.5",
}
"""The owner of this desk bears much; every check stays on."""
LOCKED = "Live trading is locked."
UP_S = 60.0
HEAL_S = 60.0
PENDING = frozenset({"SENDING", "ACKED", "UNKNOWN"})
"""States of a cancel that is not over."""
OPEN_QUESTIONS = frozenset({"SENDING", "UNKNOWN", "CLOSING"})


class Latched(AssertionError):
    """The gate closed by itself, which nothing in a run gives it reason to do."""


class Home:
    """A home for one desk. ``desk`` is the pid of its present life, 0 between two; ``status`` how the last one ended.

    ``resumes`` says that a person opens the gate again where a kill switch halted it.
    """

    def __init__(self, seed: int, *, timing: str = "proof", settings: Mapping[str, str] = LIMITS) -> None:
        self.household = Household()
        self.funds = FUNDS
        balances = ",".join(f"{asset}={amount}" for asset, amount in FUNDS.items())
        flags = ("--control", "--allow-repeated-ids", "--no-limits", "--seed", str(seed % 1000))
        self.venue = simulator.start(*flags, "--symbols", ",".join(SYMBOLS), "--balances", balances)
        self.account = Venue(self.venue.rest_url, self.venue.key, self.venue.secret)
        self.env = {
            **self.household.env,
            "TUI_TRADER_API_KEY": self.venue.key,
            "TUI_TRADER_API_SECRET": self.venue.secret,
        }
        flags_of_desk = {"mode": "live", "rest_url": self.venue.rest_url, "ws_url": self.venue.ws_url}
        self.settings = load_settings({**flags_of_desk, "timing": timing, **settings}, self.household.env)
        self.paths = self.household.paths("live")
        self.desk = self.status = 0
        self.resumes = False
        self.control("POST", "/seed", {"seed": seed})

    # -- the venue

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the venue's control channel."""
        return self.venue.control(method, path, body)

    def strike(self, rules: Iterable[dict[str, Any]]) -> None:
        """Put faults in force."""
        for rule in rules:
            self.control("POST", "/faults", rule)

    def calm(self) -> None:
        """End all faults."""
        self.control("DELETE", "/faults")

    # -- the desk

    def begin(self, observe: forked.Observer = forked.nobody, run: forked.Main = forked.main) -> None:
        """Begin a life of the desk, or of another program on its files."""
        self.desk = forked.fork_desk(self.settings, self.paths, self.env, self.household.home / "said", observe, run)

    def use(self, **settings: str) -> None:
        """Have the next life begin with other settings."""
        self.settings = replace(self.settings, **settings)

    def kill(self) -> None:
        """End its life."""
        pid, self.desk = self.desk, 0
        forked.kill(pid)

    def fallen(self) -> bool:
        """Tell whether the desk's life has ended by itself, and take note of it."""
        status = forked.ended(self.desk) if self.desk else None
        if status is not None:
            self.desk, self.status = 0, status
        return self.desk == 0

    def ask(self, method: str, target: str, body: Any = None) -> Answer | None:
        """Ask the desk and wait."""
        return ask(self.paths.socket, method, target, body)

    def told(self, target: str) -> Any:
        """Read from the desk, which must answer."""
        answer = self.ask("GET", target)
        assert answer is not None, f"no answer to {target}: {self.said()}"
        return answer.data

    def send(self, method: str, target: str, body: Any = None) -> Asked:
        """Ask the desk and go on."""
        return begin(self.paths.socket, method, target, body)

    def active(self, seconds: float = UP_S) -> None:
        """Wait until the desk takes orders; live trading is unlocked as a person does it.

        Raises:
            Latched: it never will.

        """
        until(self._takes_orders, f"the gate to be ACTIVE ({self.household.home})", seconds, every=0.03)

    def _takes_orders(self) -> bool:
        assert not self.fallen(), f"the desk ended by itself: {self.said()}"
        status = self.ask("GET", "/status")
        if status is None:
            return False
        gate, reason = status.data["gate"], str(status.data["gate_reason"])
        if reason.startswith(LOCKED):
            line = f"unlock {reason.rpartition('typing: ')[2]}"
            self.ask("POST", "/commands", {"intent_id": f"unlock-{time.monotonic_ns()}", "line": line})
            return False
        if gate == "HALTED" and self.resumes:
            self.ask("POST", "/risk/resume", {"intent_id": f"resume-{time.monotonic_ns()}", "reason": "go on"})
            return False
        if gate not in {"ACTIVE", "RECONCILING"}:
            raise Latched(f"{gate}: {reason}")
        return bool(gate == "ACTIVE")

    def pairs(self, random: Random) -> list[Pair]:
        """Read the pairs with their prices; each is to be bought only or sold only."""
        symbols = {each["symbol"]: each for each in self.told("/market/symbols")}
        found = []
        for ticker in self.tickers():
            rules = symbols[ticker["symbol"]]
            side = random.choice(("BUY", "SELL"))
            found.append(Pair(rules["symbol"], side, Decimal(rules["tick"]), Decimal(rules["lot"])).at(ticker))
        return found

    def tickers(self) -> list[dict[str, Any]]:
        """Read the prices of every pair, by its name, once all are there."""
        rows: list[dict[str, Any]] = until(self._tickers, "prices", every=0.02)
        return rows

    def _tickers(self) -> list[dict[str, Any]]:
        rows = [each for each in self.told("/market/tickers") if each["bid"] and each["ask"]]
        return sorted(rows, key=lambda each: str(each["symbol"])) if len(rows) == len(SYMBOLS) else []

    def working(self) -> list[dict[str, Any]]:
        """List working orders, as a program sees them."""
        return list(self.told("/trades/orders/open"))

    def questions(self) -> list[dict[str, Any]]:
        """List working orders about which something is not known."""
        return [each for each in self.working() if each["status"] in OPEN_QUESTIONS or each["cancel"] in PENDING]

    def heal(self, seconds: float = HEAL_S) -> list[dict[str, Any]]:
        """Wait until nothing is unknown; returns what still is when the time is over."""
        with suppress(AssertionError):
            until(lambda: not self.questions(), "every outcome to be known", seconds, every=0.05)
        return self.questions()

    def cancel_all(self) -> None:
        """Cancel what rests."""
        answer = self.ask("POST", "/trades/orders/cancel", {"intent_id": f"cancel-{time.monotonic_ns()}"})
        assert answer is not None
        assert answer.status == 200, answer

    def stop(self) -> int:
        """End the desk in order and return its exit status."""
        os.kill(self.desk, signal.SIGTERM)
        pid, self.desk = self.desk, 0
        ends: list[int] = until(lambda: [each for each in [forked.ended(pid)] if each is not None], "the desk to end")
        return ends[0]

    def said(self) -> str:
        """Return the end of what the desk wrote to stderr, in all its lives."""
        file = self.household.home / "said"
        return file.read_text()[-2000:] if file.exists() else ""

    def close(self, *, keep: bool = False) -> None:
        """End everything; the folder stays, with the venue's record, when somebody is to look at it."""
        if self.desk:
            self.kill()
        if keep:
            record = {name: self.control("GET", f"/{name}") for name in ("orders", "fills", "requests")}
            (self.household.home / "venue.json").write_text(json.dumps(record, indent=1))
        self.venue.kill()
        self.venue.stderr.close()
        if self.venue.process.stdout is not None:
            self.venue.process.stdout.close()
        if not keep:
            shutil.rmtree(self.household.home)
