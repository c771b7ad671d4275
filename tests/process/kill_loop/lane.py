"""One loop: a desk lives, is asked for orders, is killed with some of them in flight, and lives again."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass, field
from random import Random
from select import select
from typing import Any

from tests.process.household import until
from tests.process.kill_loop import mix
from tests.process.kill_loop.books import Harm, judge, look_for_lies
from tests.process.kill_loop.home import Home
from tests.process.kill_loop.wire import Asked
from tests.process.kill_loop.wishes import Pair, Wish, wish

KILLS_PER_HOME = 25
AT_ONCE = (1, 4)
"""So many orders are asked for at once, at least and at most."""
KILLED_AFTER_MS = (1, 60)
MANY_UNANSWERED = 4
"""More wishes than this whose answer a kill took away are answered before new ones are made."""
ANSWERED_S = 5.0
MANY_QUESTIONS = 12
"""Above so many unknown orders a desk is left alone for a while: each costs it two questions when it comes up."""
FEW_QUESTIONS = 2
RELAPSES = 0.2
"""Share of the lives that are killed before they take orders; these kills are not counted among the others."""
EARLY_MS = (30, 1200)
CANCELLED = 0.15
"""Share of the resting orders that are cancelled in a life."""


@dataclass
class Figures:
    """What was done, and what came of it.

    ``kills`` had at least one order in flight, ``early`` ones were made while a desk was coming up. ``cpu`` is in
    seconds, of desks, venues and this program together.
    """

    kills: int = 0
    orders: int = 0
    inflight: int = 0
    cancels: int = 0
    early: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    cpu: float = 0.0
    harm: Harm = field(default_factory=Harm)
    kept: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Count another lane's as well."""
        self.kills += other.kills
        self.orders += other.orders
        self.inflight += other.inflight
        self.cancels += other.cancels
        self.early += other.early
        for name, count in other.outcomes.items():
            self.outcomes[name] = self.outcomes.get(name, 0) + count
        self.cpu += other.cpu
        self.harm.add(other.harm)
        self.kept += other.kept


@dataclass
class Round:
    """One home from its first life to its last: ``wishes`` are all that were ever made in it."""

    home: Home
    random: Random
    figures: Figures
    wishes: list[Wish] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    resting: list[dict[str, Any]] = field(default_factory=list)

    def live(self, kills: int) -> None:
        """Kill the desk so many times with orders in flight, then hold its books against the venue's."""
        self.home.begin()
        self.home.active()
        self.pairs = self.home.pairs(self.random)
        self.home.strike(mix.rules())
        killed = 0
        while killed < kills:
            killed += self._life()
            self._relapse()
            self.home.begin()
            self.home.active()
            look_for_lies(self.home, self.figures.harm)
            self._breathe()
        self._count()
        judge(self.home, self.wishes, self.figures.harm)

    def _life(self) -> bool:
        """Ask for orders and kill; tells whether at least one was in flight at that moment."""
        again = [(each, self._ask(each)) for each in self.wishes if not each.answers]
        if len(again) > MANY_UNANSWERED:
            self._watch(again, ANSWERED_S)
        self._cancel_some()
        new = [self._new() for _ in range(self.random.randint(*AT_ONCE))]
        asked = again + [(each, self._ask(each)) for each in new]
        self._watch(asked, self.random.randint(*KILLED_AFTER_MS) / 1000, whole=True)
        if all(line.answer is not None for _, line in asked):
            last = self._new()
            asked.append((last, self._ask(last)))
            time.sleep(self.random.randint(1, 12) / 1000)
        self.home.kill()
        return self._take_in(asked)

    def _relapse(self) -> None:
        """Now and then kill the next life while it still finds out what became of the orders of the one before."""
        while self.random.random() < RELAPSES:
            self.home.begin()
            time.sleep(self.random.randint(*EARLY_MS) / 1000)
            self.home.kill()
            self.figures.early += 1

    def _watch(self, asked: list[tuple[Wish, Asked]], seconds: float, *, whole: bool = False) -> None:
        """Take answers in for so long, or until all are there; what a soft limit asks about is confirmed."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            open_ones = [line for _, line in asked if line.answer is None and not line.over]
            if not open_ones and not whole:
                return
            ready, _, _ = select(open_ones, (), (), left)
            for line in ready:
                line.look()
            for number, (each, line) in enumerate(asked):
                token = "" if line.answer is None else line.answer.token
                if token:
                    asked[number] = (each, self._ask(each, token))

    def _new(self) -> Wish:
        made = wish(self.random.choice(self.pairs), f"intent-{len(self.wishes):05}", self.random)
        self.wishes.append(made)
        self.figures.orders += 1
        return made

    def _ask(self, wanted: Wish, token: str = "") -> Asked:
        return self.home.send("POST", "/trades/orders", wanted.confirmed(token))

    def _cancel_some(self) -> None:
        """Ask for cancels, whose answers nobody waits for."""
        for each in self.resting:
            if self.random.random() < CANCELLED:
                self.home.send("DELETE", f"/trades/orders/{each['symbol']}/{each['id']}").line.close()
                self.figures.cancels += 1

    def _take_in(self, asked: list[tuple[Wish, Asked]]) -> bool:
        """Take in what was answered before the end: what arrives after a kill was sent before it."""
        in_flight = 0
        for each, line in asked:
            line.look()
            if line.answer is None:
                in_flight += 1
            elif not line.answer.token:
                each.answers.append(line.answer)
        self.figures.kills += bool(in_flight)
        self.figures.inflight += in_flight
        return bool(in_flight)

    def _breathe(self) -> None:
        """Leave a desk that has many questions alone until it has few."""
        working = self.home.working()
        if sum(each["status"] == "UNKNOWN" for each in working) > MANY_QUESTIONS:
            until(lambda: len(self.home.questions()) <= FEW_QUESTIONS, "questions to be answered", every=0.1)
        self.pairs = [pair.at(ticker) for pair, ticker in zip(self.pairs, self.home.tickers(), strict=True)]
        self.resting = [each for each in working if each["status"] in {"LIVE", "PART"}]

    def _count(self) -> None:
        for name, count in mix.counted(self.home.control("GET", "/faults")).items():
            self.figures.outcomes[name] = self.figures.outcomes.get(name, 0) + count


def run(kills: int, seed: int) -> Figures:
    """Kill so many times, with a new home now and then; a home with harm in it is kept and named."""
    figures, random = Figures(), Random(seed)
    begun = _cpu()
    while figures.kills < kills:
        home = Home(random.randrange(1 << 30))
        before, well = len(figures.harm.stories), False
        try:
            Round(home, random, figures).live(min(KILLS_PER_HOME, kills - figures.kills))
            well = len(figures.harm.stories) == before
        except AssertionError as error:
            figures.harm.tell("unresolved", str(error))
        finally:
            if not well:
                figures.kept.append(str(home.household.home))
            home.close(keep=not well)
    figures.cpu = _cpu() - begun
    return figures


def _cpu() -> float:
    """Return the seconds of CPU used so far, by this process and by those that it has waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
