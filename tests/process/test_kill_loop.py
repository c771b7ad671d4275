"""The desk is killed in a loop with orders in flight, and the loop's judge is shown harm to find."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import fields, replace
from multiprocessing import get_context
from pathlib import Path
from random import Random, randrange
from typing import Any

import pytest

from tests.process.kill_loop import mix
from tests.process.kill_loop.books import Harm, look_into
from tests.process.kill_loop.campaign import campaign
from tests.process.kill_loop.home import Home
from tests.process.kill_loop.wishes import wish
from tests.process.oracle import Truth

pytestmark = pytest.mark.process
KILLS = 40


@pytest.mark.timeout(300)
def test_no_kill_loses_doubles_or_forgets_an_order() -> None:
    done = campaign(KILLS, randrange(1 << 30), lanes=4)
    print(f"\nkills={done.kills} orders={done.orders} inflight={done.inflight} {done.harm}")
    assert done.harm.stories == []
    assert done.kills == KILLS
    assert done.inflight >= KILLS
    assert done.outcomes["ack"] > 0
    assert sum(done.outcomes.values()) > KILLS


def shown() -> dict[str, dict[str, int]]:
    """Let a desk trade, then show the judge its books beside records of the venue that say something else."""
    home, random = Home(11), Random(11)
    try:
        home.begin()
        home.active()
        pair, *_ = home.pairs(random)
        for number, kind in enumerate(("resting", "market", "market")):
            if number == 2:
                home.strike([{**mix.ORDER, **mix.REFUSED, "count": 1}])
            answer = home.ask("POST", "/trades/orders", wish(pair, f"intent-{number:05}", random, kind).body)
            assert answer is not None
            assert answer.status == (200 if number == 2 else 201), answer
        home.cancel_all()
        assert home.heal() == []
        assert home.stop() == 0
        truth, database = Truth.read(home.venue), home.paths.database
        found = {name: judged(database, changed, home) for name, changed in records(truth, database)}
        return {**found, "chain": judged(edited(database), truth, home)}
    finally:
        home.close()


def judged(database: Path, truth: Truth, home: Home) -> dict[str, int]:
    harm = Harm()
    look_into(database, truth, home.funds, harm)
    return {each.name: getattr(harm, each.name) for each in fields(harm)[:-1] if getattr(harm, each.name)}


def records(truth: Truth, database: Path) -> Iterator[tuple[str, Truth]]:
    """Make records, each with one thing that did not happen."""
    with closing(sqlite3.connect(database)) as connection:
        (rejected,) = connection.execute("SELECT client_order_id FROM orders WHERE status = 'REJECTED'").fetchone()
    first, *others = truth.orders

    def order(**changes: Any) -> dict[str, Any]:
        return {**first, **changes}

    yield "nothing", truth
    yield "lost", replace(truth, orders=(order(executedQty="0.5"), *others))
    yield "duplicate", replace(truth, orders=(first, *truth.orders))
    yield (
        "orphan",
        replace(truth, orders=(*truth.orders, order(orderId="X", clientOrderId=first["clientOrderId"] + "X"))),
    )
    yield "false_dead", replace(truth, orders=(*truth.orders, order(orderId="X", clientOrderId=rejected)))
    yield "books", replace(truth, fills=truth.fills[1:])


def edited(database: Path) -> Path:
    """Return a copy whose journal somebody has edited."""
    copy = database.with_name("edited.db")
    shutil.copy(database, copy)
    with closing(sqlite3.connect(copy)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE journal SET at = at + 1 WHERE sequence = 3")
        connection.commit()
    return copy


def test_the_judge_sees_every_kind_of_harm() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:  # a desk is forked by a process with one thread
        found = pool.submit(shown).result()
    assert found.pop("nothing") == {}
    assert {name: name in counts for name, counts in found.items()} == dict.fromkeys(found, True)
