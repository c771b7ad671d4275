"""What truly happened at the simulated exchange against what a desk wrote down (reliability.md §6.1).

:meth:`Truth.read` asks the exchange itself, past every proxy. :func:`compare` reads the desk's database with nothing
but the standard library, from a copy, so that it may be asked after a kill. A violation is a sentence that begins with
the number of the invariant it breaks.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.process.venue import Venue
from tests.simulator import Simulator
from tui_trader.exchange.sim.config import DEFAULT_ACCOUNT

Row = Mapping[str, Any]
D = Decimal

AT_VENUE = {"NEW": "LIVE", "PARTIALLY_FILLED": "PART"}
"""The venue's words that are not the desk's own; the others are the same in both."""
NEVER_THERE = frozenset({"DENIED", "REJECTED", "NOT_SENT", "NOT_PLACED"})
OPEN_QUESTIONS = frozenset({"SENDING", "UNKNOWN", "CLOSING"})
FOR_EVER = frozenset({"DENIED", "REJECTED", "NOT_SENT", "FILLED", "CANCELED", "PARTIALLY_CANCELED"})


@dataclass(frozen=True)
class Truth:
    """One account at the exchange: every order ever taken in its latest state, every execution, the coins."""

    orders: tuple[Row, ...]
    fills: tuple[Row, ...]
    balances: Mapping[str, tuple[Decimal, Decimal]]
    requests: tuple[Row, ...]

    @classmethod
    def read(cls, simulator: Simulator, account: str = DEFAULT_ACCOUNT) -> Truth:
        """Ask a simulator that was started with ``--control``."""
        venue = Venue(simulator.rest_url, simulator.key, simulator.secret)

        def own(path: str) -> tuple[Row, ...]:
            return tuple(row for row in simulator.control("GET", path) if row["account"] == account)

        return cls(own("/orders"), own("/fills"), venue.balances(), tuple(simulator.control("GET", "/requests")))


@dataclass(frozen=True)
class Books:
    """A desk's tables as they lie in its file."""

    orders: tuple[Row, ...]
    fills: tuple[Row, ...]
    balances: tuple[Row, ...]
    journal: tuple[Row, ...]
    settings: Mapping[str, str]
    ledger: tuple[Row, ...] = ()

    @classmethod
    def read(cls, database: Path) -> Books:
        """Read a copy of the file and of what stands beside it; no desk should be writing."""
        with tempfile.TemporaryDirectory() as folder:
            for part in database.parent.glob(f"{database.name}*"):
                shutil.copy(part, folder)
            with closing(sqlite3.connect(Path(folder) / database.name)) as found:
                found.row_factory = sqlite3.Row
                names = ("orders", "fills", "balances", "journal", "settings", "ledger")
                tables = {name: _rows(found, name) for name in names}
        settings = {row["name"]: row["value"] for row in tables.pop("settings")}
        return cls(settings=settings, **tables)

    @property
    def prefix(self) -> str:
        """What the client ids of this journal begin with."""
        return self.settings.get("order_prefix", "m?")

    def lines(self, kind: str) -> Iterator[tuple[Row, Mapping[str, Any]]]:
        """Give the journal's lines whose kind begins so, each with its body."""
        return ((row, json.loads(row["body"])) for row in self.journal if row["kind"].startswith(kind))

    def codes(self) -> set[str]:
        """Give the codes of the notices that a person was shown and that were written down."""
        return {body["code"] for _, body in self.lines("notice")}

    @property
    def gate(self) -> str:
        """The state that the gate's latch was left in."""
        return str(json.loads(self.settings.get("gate", '{"state":"ACTIVE"}'))["state"])


def compare(database: Path, truth: Truth, opening: Mapping[str, Decimal] | None = None) -> list[str]:
    """Say what is wrong; nothing is when the list is empty. ``opening`` is what the account began with, by asset."""
    books = Books.read(database)
    return [
        *_identities(books, truth),
        *_states(books, truth),
        *_executions(books, truth),
        *_coins(books, truth, opening),
        *_ledger(books, truth),
        *_journal(books),
        *_gate(books),
        *_signed_in_time(books, truth),
    ]


def leaks(home: Path, secrets: Iterable[str]) -> list[str]:
    """Name every file of a folder that holds one of these texts (I16)."""
    wanted = [text.encode() for text in secrets if text]
    return [
        f"I16: {file.relative_to(home)} holds a secret"
        for file in sorted(home.rglob("*"))
        if file.is_file() and any(text in file.read_bytes() for text in wanted)
    ]


def _rows(found: sqlite3.Connection, table: str) -> tuple[Row, ...]:
    return tuple(dict(row) for row in found.execute(f"SELECT * FROM {table} ORDER BY rowid"))


def _client_id(row: Row) -> str:
    return str(row["clientOrderId"] or "")


def _identities(books: Books, truth: Truth) -> Iterator[str]:
    """I1: one intent, at most one order. I2: each was written down before it was there."""
    ours = [row for row in truth.orders if _client_id(row).startswith(books.prefix)]
    for name, count in Counter(map(_client_id, ours)).items():
        if count > 1:
            yield f"I1: the exchange has {count} orders {name}"
    intents = {body["client_order_id"]: row["at"] for row, body in books.lines("order.intent")}
    for row in ours:
        name = _client_id(row)
        if name not in intents:
            yield f"I2: the exchange has order {name}, of which there is no intent"
    known = {row["venue_order_id"] for row in books.orders}
    for row in truth.orders:
        if row["orderId"] not in known and _client_id(row) not in intents:
            yield f"I2: the exchange has order {row['orderId']}, which the desk does not know"


def _states(books: Books, truth: Truth) -> Iterator[str]:
    """I5, I6, I15: every order stands as it does at the exchange, and nothing is left open."""
    there = {_client_id(row): row for row in truth.orders} | {row["orderId"]: row for row in truth.orders}
    for order in books.orders:
        name, status = order["client_order_id"] or order["venue_order_id"], order["status"]
        venue = there.get(order["venue_order_id"] or name)
        if status in OPEN_QUESTIONS:
            yield f"I15: order {name} is still {status}"
        elif venue is None and status not in NEVER_THERE:
            yield f"I5: order {name} is {status}, and the exchange never had it"
        elif venue is not None and status in NEVER_THERE:
            yield f"I5: order {name} is {status}, and the exchange has it {venue['status']}"
        elif venue is not None and status not in {AT_VENUE.get(venue["status"], venue["status"]), "QUARANTINED"}:
            yield f"I15: order {name} is {status}, at the exchange {venue['status']}"
        if venue is not None and D(order["executed"]) != D(venue["executedQty"]):
            yield f"I6: order {name} has executed {order['executed']}, at the exchange {venue['executedQty']}"
        if venue is not None and D(order["quote"]) != D(venue["cummulativeQuoteQty"]):
            yield f"I6: order {name} has cost {order['quote']}, at the exchange {venue['cummulativeQuoteQty']}"


def _executions(books: Books, truth: Truth) -> Iterator[str]:
    """I3: every execution once and whole; an order's executions are what it has executed, and never too much."""
    here = {(row["venue_order_id"], row["trade_id"]): row for row in books.fills}
    there = {(row["orderId"], row["id"]): row for row in truth.fills}
    for key in sorted(here.keys() ^ there.keys()):
        yield f"I3: execution {key} is {'only at the desk' if key in here else 'only at the exchange'}"
    pairs = (("price", "price"), ("quantity", "qty"), ("quote", "quoteQty"), ("fee", "commission"))
    for key in sorted(here.keys() & there.keys()):
        wrong = [ours for ours, theirs in pairs if D(here[key][ours]) != D(there[key][theirs])]
        if wrong:
            yield f"I3: execution {key} differs in {', '.join(wrong)}"
    sums: dict[str, Decimal] = {}
    for row in books.fills:
        sums[row["venue_order_id"]] = sums.get(row["venue_order_id"], D(0)) + D(row["quantity"])
    for order in books.orders:
        total = sums.get(order["venue_order_id"], D(0))
        if total != D(order["executed"]) or (D(order["quantity"]) > 0 and total > D(order["quantity"])):
            yield f"I3: order {order['client_order_id']} has {order['executed']}, its executions are {total}"


def _coins(books: Books, truth: Truth, opening: Mapping[str, Decimal] | None) -> Iterator[str]:
    """I4, I9: coins are what they are at the exchange, never below zero, and what the executions made of them."""
    here = {row["asset"]: (D(row["free"]), D(row["locked"])) for row in books.balances}
    for asset in sorted(here.keys() | truth.balances.keys()):
        ours, theirs = here.get(asset, (D(0), D(0))), truth.balances.get(asset, (D(0), D(0)))
        if ours != theirs:
            yield f"I4: {asset} is {ours}, at the exchange {theirs}"
        if min(ours) < 0:
            yield f"I9: {asset} is below zero: {ours}"
    if opening is None:
        return
    totals = dict(opening)
    for row in books.fills:
        for asset, change in _postings(row):
            totals[asset] = totals.get(asset, D(0)) + change
    for asset in sorted(totals.keys() | truth.balances.keys()):
        there = sum(truth.balances.get(asset, (D(0), D(0))))
        if totals.get(asset, D(0)) != there:
            yield f"I4: executions make {totals.get(asset, D(0))} {asset}, at the exchange there are {there}"


def _ledger(books: Books, truth: Truth) -> Iterator[str]:
    """I4: entries and executions since the opening are what is there, to the last digit; a break is a violation."""
    openings = [row["at"] for row in books.ledger if row["account"] == "opening"]
    if not openings:
        return
    totals: dict[str, Decimal] = {}
    for row in books.ledger:
        totals[row["asset"]] = totals.get(row["asset"], D(0)) + D(row["delta"])
    for row in books.fills:
        for asset, change in _postings(row) if row["at"] >= min(openings) else ():
            totals[asset] = totals.get(asset, D(0)) + change
    for asset in sorted(totals.keys() | truth.balances.keys()):
        there = sum(truth.balances.get(asset, (D(0), D(0))))
        if totals.get(asset, D(0)) != there:
            yield f"I4: the ledger makes {totals.get(asset, D(0))} {asset}, at the exchange there are {there}"


def _postings(fill: Row) -> Iterator[tuple[str, Decimal]]:
    base, quote = fill["symbol"].removesuffix("USDT"), "USDT"
    sign = 1 if fill["side"] == "BUY" else -1
    yield base, sign * D(fill["quantity"])
    yield quote, -sign * D(fill["quote"])
    yield fill["fee_asset"], -D(fill["fee"])


def _journal(books: Books) -> Iterator[str]:
    """I7: an end is for ever. I13: the chain holds, and the last line of an order is its state. I14: no line lacks."""
    before = bytes(32)
    last: dict[str, str] = {}
    for expected, row in enumerate(books.journal, 1):
        if row["sequence"] != expected:
            yield f"I14: line {expected} of the journal is missing"
            return
        head = [row["sequence"], row["at"], row["kind"], row["order_id"], row["origin"]]
        text = json.dumps(head, separators=(",", ":")) + row["body"]
        if hashlib.sha256(before + text.encode()).digest() != row["hash"]:
            yield f"I13: line {expected} of the journal breaks the chain"
            return
        before = row["hash"]
        if row["kind"].startswith("order."):
            status = str(json.loads(row["body"])["status"])
            if last.get(row["order_id"]) in FOR_EVER and status != last[row["order_id"]]:
                yield f"I7: order {row['order_id']} was {last[row['order_id']]} and became {status}"
            last[row["order_id"]] = status
    for order in books.orders:
        if last.get(order["id"]) != order["status"]:
            yield f"I13: order {order['id']} is {order['status']}, its last line says {last.get(order['id'])}"


def _gate(books: Books) -> Iterator[str]:
    """I10: nothing that adds to a holding was written down while the gate was not open."""
    state = "ACTIVE"
    for row in books.journal:
        body = json.loads(row["body"])
        if row["kind"] == "gate":
            state = body["state"]
        elif row["kind"] == "order.intent" and body["side"] == "BUY" and state != "ACTIVE":
            yield f"I10: order {body['client_order_id']} was meant while the gate stood at {state}"


def _signed_in_time(books: Books, truth: Truth) -> Iterator[str]:
    """I18: no order was signed after its moment. I1 again: the request itself was made once."""
    until = {row["client_order_id"]: row["not_after"] for row in books.orders if row["not_after"]}
    sent: Counter[str] = Counter()
    for request in truth.requests:
        name = request["params"].get("newClientOrderId", "")
        if name and (request["method"], request["path"]) == ("POST", "/api/v3/order"):
            sent[name] += 1
            if name in until and int(request["params"]["timestamp"]) > until[name]:
                yield f"I18: order {name} was signed after {until[name]}"
    for name, count in sent.items():
        if count > 1:
            yield f"I1: order {name} was sent {count} times"
