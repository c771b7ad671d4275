"""How a case is played: what is asked, where the desk dies, and what is done before its books are judged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from select import select
from typing import Self

from tests.process.crash_points import migration, outcomes
from tests.process.crash_points.cases import Case
from tests.process.crash_points.observer import killer
from tests.process.crash_points.points import SPOTS
from tests.process.household import until
from tests.process.kill_loop.books import Harm, answered, judge, look_for_lies
from tests.process.kill_loop.home import Home
from tests.process.kill_loop.wire import Asked
from tests.process.kill_loop.wishes import Wish, wish
from tui_trader.settings import Settings

DIES_S = 15.0
RESTING = 3
"""So many orders rest when everything is cancelled."""


@dataclass
class Play:
    """One case in a home whose books were even before it."""

    home: Home
    case: Case
    random: Random
    number: int
    wishes: list[Wish] = field(default_factory=list)

    def run(self, harm: Harm) -> None:
        """Kill at the point, start again, ask again, and judge."""
        WAYS.get(self.case.point, Play.place)(self)
        self.home.begin()
        self.home.active()
        look_for_lies(self.home, harm)
        for each in self.wishes:
            if not each.answers:
                each.answers.append(answered(self.home, each))
        judge(self.home, self.wishes, harm)

    # -- the ways

    def place(self) -> None:
        """Die on an order's way."""
        self._begin_with_the_trap()
        self._strike("POST")
        self._note(self._ask(self.case.kind))

    def place_through_half(self) -> None:
        """Die when half of an order's request was let through."""
        with half_way(self.home) as proxy:
            self.home.begin()
            self.home.active()
            proxy.arm()
            asked = self._ask(self.case.kind)
            proxy.wait_for_half()
            self.home.kill()
            self._note(asked)

    def cancel(self) -> None:
        """Die between the cancels of several resting orders."""
        self._begin_with_the_trap()
        for _ in range(RESTING):
            self.wishes[len(self.wishes) :] = [self._wish("resting", side="BUY")]
            self.wishes[-1].answers.append(answered(self.home, self.wishes[-1]))
        self._strike("DELETE")
        target = "/trades/orders/cancel" if self.case.kind == "cancel all" else "/risk/halt"
        asked = self.home.send("POST", target, {"intent_id": f"cancel-{time.monotonic_ns()}"})
        self._dead(asked)
        asked.line.close()
        self.home.resumes = True

    def rest(self) -> None:
        """Die in a checkpoint, which comes when a desk that wrote something has a quiet moment."""
        self._begin_with_the_trap()
        self.wishes.append(self._wish(self.case.kind))
        self.wishes[-1].answers.append(answered(self.home, self.wishes[-1]))
        self._dead()

    def maintain(self) -> None:
        """Die while the file is upgraded or copied by a program of its own; an order is at the venue meanwhile."""
        self.home.begin()
        self.home.active()
        self.wishes.append(self._wish(self.case.kind))
        self.wishes[-1].answers.append(answered(self.home, self.wishes[-1]))
        self.home.kill()
        home, work = self.home, migration.WORK[self.case.point]
        migration.copy_of(home.paths.database).unlink(missing_ok=True)

        def instead(_: Settings, __: object) -> int:
            work(home.paths.database)
            return 0

        home.begin(killer(SPOTS[self.case.spot]), instead)
        self._dead()
        assert migration.torn(home.paths.database) == []

    def compare(self) -> None:
        """Die over an order, and again while the next life compares its books."""
        self.home.begin(killer(SPOTS["CP8"]))
        self.home.active()
        self._strike("POST")
        self._note(self._ask(self.case.kind))
        self._begin_with_the_trap()
        self._dead()

    def end(self) -> None:
        """Die in the orderly end, which is asked for while an order is on its way."""
        self._begin_with_the_trap()
        self._strike("POST")
        asked = self._ask(self.case.kind)
        time.sleep(self.random.randint(0, 20) / 1000)
        os.kill(self.home.desk, signal.SIGTERM)
        self._note(asked)

    # -- inside

    def _begin_with_the_trap(self) -> None:
        self.home.begin(killer(SPOTS[self.case.spot]))
        if self.case.point != "CP17":
            self.home.active()

    def _strike(self, method: str) -> None:
        self.home.strike(outcomes.rule(self.case.outcome, method))

    def _wish(self, kind: str, side: str = "") -> Wish:
        pair = self.home.pairs(self.random)[self.number % 3]
        name = f"case-{self.number:04}-{len(self.wishes)}"
        return wish(pair.on(side) if side else pair, name, self.random, kind)

    def _ask(self, kind: str) -> Asked:
        self.wishes.append(self._wish(kind))
        return self.home.send("POST", "/trades/orders", self.wishes[-1].body)

    def _note(self, asked: Asked) -> None:
        """Wait for the end, and keep the answer if there was one."""
        self._dead(asked)
        if asked.answer is not None:
            self.wishes[-1].answers.append(asked.answer)
        asked.line.close()

    def _dead(self, asked: Asked | None = None) -> None:
        """Wait until the desk is dead of SIGKILL."""

        def dead() -> bool:
            if asked is not None:
                asked.look()
            return self.home.fallen()

        if self.home.desk:
            until(dead, f"{self.case}: the point to be reached", DIES_S, every=0.005)
            assert self.home.status == -signal.SIGKILL, f"{self.case}: it ended with {self.home.status}"


WAYS: Mapping[str, Callable[[Play], None]] = {
    "CP6": Play.place_through_half,
    "CP13": Play.cancel,
    "CP14": Play.rest,
    "CP15": Play.maintain,
    "CP16": Play.maintain,
    "CP17": Play.compare,
    "CP18": Play.end,
}
"""How the points are reached that are not on an order's way."""


class half_way:  # noqa: N801 - reads as the context that it is
    """The proxy of ``half_way`` in front of a home's venue, for the length of a block."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def __enter__(self) -> Self:
        """Start it and have the desk use it."""
        command = [sys.executable, "-m", "tests.process.crash_points.half_way", str(self._home.venue.port)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self._usual = self._home.settings
        self._home.use(rest_url=f"http://127.0.0.1:{self._line()}")
        return self

    def __exit__(self, *_: object) -> None:
        """End it, which cuts its lines, and have the desk ask the venue itself again."""
        self._process.kill()
        self._process.communicate()
        self._home.settings = self._usual

    def arm(self) -> None:
        """Halve the next order."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        assert self._line() == "armed"

    def wait_for_half(self) -> None:
        """Wait until half of it went on."""
        assert self._line() == "half"

    def _line(self) -> str:
        assert self._process.stdout is not None
        ready, _, _ = select([self._process.stdout], (), (), DIES_S)
        assert ready, "the proxy says nothing"
        return self._process.stdout.readline().strip()
