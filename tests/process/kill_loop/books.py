"""The desk's books against the venue's own record: what each difference is called, and that there is none."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.process.kill_loop.home import Home
from tests.process.kill_loop.wire import Answer
from tests.process.kill_loop.wishes import Wish
from tests.process.oracle import NEVER_THERE, Row, Truth, compare
from tui_trader.clock import SystemClock
from tui_trader.errors import StoreError
from tui_trader.store import SqliteStore

CALLED = (
    ("I1", "", "duplicate"),
    ("I2", "", "orphan"),
    ("I5", "never had it", "lost"),
    ("I5", "", "false_dead"),
    ("I6", "", "lost"),
    ("I7", "", "lost"),
    ("I13", "", "chain"),
    ("I14", "", "chain"),
    ("I15", "is still", "unresolved"),
    ("I15", "", "lost"),
)
"""What a broken invariant is called here: its number, words in its sentence, the harm; all else harms the books."""


@dataclass
class Harm:
    """Counts of what must not be, each with its story in ``stories``.

    ``lost``: the venue's order and the desk's differ, or one of them is missing; ``duplicate``: one intent, two
    orders; ``orphan``: an order of ours without an intent that was committed before; ``false_dead``: declared dead
    while the venue has it, at any time; ``unresolved``: still unknown after healing; ``books``: executions, coins or
    another invariant; ``answers``: an intent id asked again got another answer; ``chain``: a damaged journal or file.
    """

    lost: int = 0
    duplicate: int = 0
    orphan: int = 0
    false_dead: int = 0
    unresolved: int = 0
    books: int = 0
    answers: int = 0
    chain: int = 0
    stories: list[str] = field(default_factory=list)

    def tell(self, kind: str, story: str) -> None:
        """Count one."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.stories.append(f"{kind}: {story}")

    def add(self, other: Harm) -> None:
        """Count another's as well."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def __str__(self) -> str:
        """Write every count; the chain as ok or broken."""
        counts = [f"{each.name}={getattr(self, each.name)}" for each in fields(self)[:-2]]
        return " ".join([*counts, f"chain={'broken' if self.chain else 'ok'}"])


def look_for_lies(home: Home, harm: Harm) -> None:
    """Hold what the running desk declares dead at this moment against what the venue has."""
    dead = home.told(f"/trades/orders/history?limit=500&status={','.join(sorted(NEVER_THERE))}")["items"]
    there = {each["clientOrderId"] for each in home.control("GET", "/orders")}
    for each in dead:
        if each["client_order_id"] in there:
            harm.tell("false_dead", f"{each['status']} while the venue has it: {each}")


def judge(home: Home, wishes: Sequence[Wish], harm: Harm) -> None:
    """Let a home heal, ask everything again, and compare everything. The desk runs before and is stopped after."""
    home.calm()
    for each in wishes:
        if not each.answers:  # the desk died over it: under the same intent id it may be asked again
            each.answers.append(answered(home, each))
    _resolved(home, harm)
    _ask_again(home, wishes, harm)
    home.cancel_all()
    _resolved(home, harm)
    if home.stop() != 0:
        harm.tell("chain", f"the desk did not end in order: {home.said()}")
    look_into(home.paths.database, Truth.read(home.venue), home.funds, harm)


def answered(home: Home, wish: Wish) -> Answer:
    """Ask for an order and wait for the answer; what a soft limit asks about is confirmed."""
    answer, token = None, ""
    while answer is None or token:
        answer = home.ask("POST", "/trades/orders", wish.confirmed(token))
        assert answer is not None, f"no answer to {wish.intent}: {home.said()}"
        token = answer.token
    return answer


def _resolved(home: Home, harm: Harm) -> None:
    for each in home.heal():
        harm.tell("unresolved", f"{each['status']}, cancel {each['cancel']}: {each}")


def _ask_again(home: Home, wishes: Iterable[Wish], harm: Harm) -> None:
    """Repeat every intent that was answered: the same order, and no new one at the venue."""
    before = len(home.control("GET", "/orders"))
    for each in wishes:
        each.answers.append(answered(home, each))
        first, last = each.answers[0], each.answers[-1]
        if len(each.order_ids) > 1 or first.code != last.code:
            harm.tell("answers", f"{each.intent}: {first} and then {last}")
    more = len(home.control("GET", "/orders")) - before
    if more:
        harm.tell("duplicate", f"{more} orders came of asking again")


def look_into(database: Path, truth: Truth, funds: Mapping[str, Decimal], harm: Harm) -> None:
    """Read the file of a desk that has ended: its chain, its pages, its books, and each word it wrote of an order."""
    for sentence in compare(database, truth, funds):
        harm.tell(_called(sentence), sentence)
    try:
        asyncio.run(_verify(database))
    except StoreError as error:
        harm.tell("chain", str(error))
    with closing(sqlite3.connect(database)) as connection:
        (said,) = connection.execute("PRAGMA quick_check").fetchone()
        lines = connection.execute("SELECT at, kind, order_id, body FROM journal WHERE kind LIKE 'order.%'").fetchall()
    if said != "ok":
        harm.tell("chain", f"quick_check: {said}")
    _false_ends([(at, kind, order, json.loads(body)) for at, kind, order, body in lines], truth, harm)


def _called(sentence: str) -> str:
    number = sentence.partition(":")[0]
    return next((kind for name, words, kind in CALLED if name == number and words in sentence), "books")


async def _verify(database: Path) -> None:
    store = await SqliteStore.open(database, SystemClock())
    try:
        await store.verify()
    finally:
        await store.close()


def _false_ends(lines: Sequence[tuple[int, str, str, Row]], truth: Truth, harm: Harm) -> None:
    """Find every line that declared an order dead which the venue has, and intents that are dated after their order."""
    there: dict[Any, Row] = {each["clientOrderId"]: each for each in truth.orders}
    names = {order: body["client_order_id"] for _, kind, order, body in lines if kind == "order.intent"}
    for at, kind, order, body in lines:
        found = there.get(names.get(order))
        if found is not None and body["status"] in NEVER_THERE:
            harm.tell("false_dead", f"{kind} at {at} said {body['status']}, and the venue has {found}")
        if found is not None and kind == "order.intent" and at > found["time"]:
            harm.tell("orphan", f"the intent of {at} is younger than {found}")
