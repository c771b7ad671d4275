"""One paper desk that rests on its orders, is killed, and comes back."""

from __future__ import annotations

import subprocess
import time
from decimal import Decimal
from random import Random
from typing import Any

from tests.process.household import Household, until
from tests.process.kill_loop.wire import Answer, ask
from tests.process.kill_loop.wishes import Pair, wish
from tui_trader.exchange.wire.limits import IP_WEIGHT

ORDERS = 50
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
UP_S = 60.0
LIFE_S = IP_WEIGHT.window + 1.0
"""A life lasts at least so long."""
LIMITS = {"TUI_TRADER_RISK_MAX_ORDERS_PER_MINUTE": "1000"}


class Runs:
    """A home with one desk; ``once`` may be called again and again."""

    def __init__(self, random: Random, orders: int = ORDERS) -> None:
        self._random = random
        self._orders = orders
        self._household = Household()
        self._household.env |= LIMITS
        self._socket = self._household.paths().socket
        self._desk: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._begun = 0.0

    def prepare(self) -> None:
        """Start the desk."""
        self._start()
        until(self._active, "the gate to be ACTIVE", UP_S)

    def once(self) -> float:
        """Kill the desk while its orders rest, start it, and return the seconds until it takes orders again.

        Raises:
            AssertionError: it came back with other orders.

        """
        before = until(self._rested, "the orders to rest", UP_S, every=0.1)
        assert self._desk is not None
        self._desk.kill()
        self._desk.wait()
        self._start()
        until(self._active, "the gate to be ACTIVE", UP_S, every=0.005)
        took = time.monotonic() - self._begun
        after = {each["id"] for each in self._told("/trades/orders/open")}
        assert after <= before, "there are orders that nobody placed"
        assert len(after) > self._orders // 2, f"only {len(after)} of {len(before)} orders came back"
        return took

    def close(self) -> None:
        """End everything."""
        self._household.close()
        if self._desk is not None:
            self._desk.wait()

    def _rested(self) -> set[str]:
        """Return the ids of the orders once they rest and this life has lasted."""
        resting = self._resting()
        return resting if time.monotonic() - self._begun >= LIFE_S else set()

    def _start(self) -> None:
        self._begun = time.monotonic()
        self._desk = subprocess.Popen(
            self._household.command("desk"), env=self._household.env, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def _active(self) -> bool:
        status = ask(self._socket, "GET", "/status")
        return status is not None and status.status == 200 and status.data["gate"] == "ACTIVE"

    def _told(self, target: str) -> Any:
        answer = ask(self._socket, "GET", target)
        assert answer is not None, target
        return answer.data

    def _resting(self) -> set[str]:
        """Place what is missing; returns the ids once the right number rests and nothing else is under way."""
        working = self._told("/trades/orders/open")
        for _ in range(self._orders - len(working)):
            self._place()
        resting = {each["id"] for each in working if each["status"] == "LIVE" and each["cancel"] == "NONE"}
        return resting if len(resting) == len(working) == self._orders else set()

    def _place(self) -> None:
        symbol = self._random.choice(SYMBOLS)
        rules = next(each for each in self._told("/market/symbols") if each["symbol"] == symbol)
        pair = Pair(symbol, "BUY", Decimal(rules["tick"]), Decimal(rules["lot"]))
        pair = pair.at(self._told(f"/market/ticker/{symbol}"))
        wanted = wish(pair, f"restart-{self._made:05}", self._random, "resting")
        self._made += 1
        answer: Answer | None = ask(self._socket, "POST", "/trades/orders", wanted.body)
        if answer is not None and answer.token:
            ask(self._socket, "POST", "/trades/orders", wanted.confirmed(answer.token))
        time.sleep(0.15)  # the venue takes eight orders a second
