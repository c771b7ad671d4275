"""What this room writes into the journal, one line for each durable event, and how a line becomes that event again.

Kinds: ``order.KIND`` tells of an order (``intent``, ``denied``, ``answer``, ``push``, ``lookup``, ``cancel``,
``adopted``, ``restart``, ``overdue``), ``fill`` of an execution, ``gate`` of the gate, ``halt`` of what a press of the
kill switch has done, ``notice`` of something for the person. ``ledger.ACCOUNT`` is an entry of the ledger, whole; it is
no event, as is every kind of somebody else. ``journal_fold`` makes orders out of the lines again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from tui_trader.domain.events import Event, EventKind, GateChange, Notice
from tui_trader.domain.fill import Fill
from tui_trader.domain.halt import Certificate, Fate, HaltedOrder
from tui_trader.domain.ledger import LedgerAccount, LedgerEntry
from tui_trader.domain.money import canonical
from tui_trader.domain.order import Order, Side
from tui_trader.domain.risk import Breach
from tui_trader.services.order_record import money, standing
from tui_trader.services.ports import JournalEntry

ORDER, FILL, GATE, HALT, NOTICE, LEDGER = "order.", "fill", "gate", "halt", "notice", "ledger."
KEPT = "kept"
"""In a line of the gate: the persisted state that it wrote."""
_MONEY = ("price", "quantity", "quote", "fee")


def order_line(
    kind: str, order: Order, at: int, note: str = "", extra: Mapping[str, Any] | None = None
) -> JournalEntry:
    """Tell of a step of an order; ``kind`` without the prefix."""
    body = standing(order)
    if note:
        body["note"] = note
    if extra:
        body.update(extra)
    return JournalEntry(ORDER + kind, at, body, order.id, order.request.origin.value)


def breach_body(breach: Breach) -> dict[str, str]:
    """Write a breach."""
    return {
        "code": breach.code,
        "level": breach.level.value,
        "message": breach.message,
        "figure": breach.figure,
        "limit": breach.limit,
        "suggestion": breach.suggestion,
    }


def fill_line(fill: Fill, at: int) -> JournalEntry:
    """Tell of an execution, completely."""
    body = {
        "venue_order_id": fill.venue_order_id,
        "trade_id": fill.trade_id,
        "symbol": fill.symbol,
        "side": fill.side.value,
        "price": canonical(fill.price),
        "quantity": canonical(fill.quantity),
        "quote": canonical(fill.quote),
        "fee": canonical(fill.fee),
        "fee_asset": fill.fee_asset,
        "maker": fill.maker,
        "at": fill.at,
        "client_order_id": fill.client_order_id,
        "source": fill.source,
    }
    return JournalEntry(FILL, at, body, fill.order_id)


def gate_line(change: GateChange, at: int, kept: Mapping[str, Any] | None = None) -> JournalEntry:
    """Tell of the gate; ``kept`` is what the next start takes over from this change on."""
    body: dict[str, Any] = {"state": change.state, "reason": change.reason, "by": change.by}
    return JournalEntry(GATE, at, body if kept is None else body | {KEPT: kept})


def halt_line(certificate: Certificate, at: int) -> JournalEntry:
    """Tell what a press of the kill switch has done so far, completely."""
    body = asdict(certificate)
    body["orders"] = [_halted_body(order) for order in certificate.orders]
    return JournalEntry(HALT, at, body)


def _halted_body(order: HaltedOrder) -> dict[str, Any]:
    amounts = {"price": money(order.price), "quantity": money(order.quantity), "filled": money(order.filled)}
    return {**asdict(order), **amounts, "side": order.side.value, "fate": order.fate.value}


def certificate_of(body: Mapping[str, Any]) -> Certificate:
    """Read a certificate back from the body of its line."""
    return Certificate(**{**body, "orders": tuple(_halted_of(order) for order in body["orders"])})


def _halted_of(body: Mapping[str, Any]) -> HaltedOrder:
    price = None if body["price"] is None else Decimal(body["price"])
    amounts = {"price": price, "quantity": Decimal(body["quantity"]), "filled": Decimal(body["filled"])}
    return HaltedOrder(**{**body, **amounts, "side": Side(body["side"]), "fate": Fate(body["fate"])})


def notice_line(notice: Notice, at: int, order_id: str = "") -> JournalEntry:
    """Tell a person something."""
    return JournalEntry(NOTICE, at, {"level": notice.level, "text": notice.text, "code": notice.code}, order_id)


def entry_line(entry: LedgerEntry, at: int) -> JournalEntry:
    """Tell of an entry of the ledger, completely."""
    body = {
        "ref": entry.ref,
        "asset": entry.asset,
        "delta": canonical(entry.delta),
        "at": entry.at,
        "note": entry.note,
    }
    return JournalEntry(LEDGER + entry.account.value, at, body)


def entry_of(line: JournalEntry) -> LedgerEntry:
    """Read an entry of the ledger back from its line."""
    values: dict[str, Any] = {**line.body, "delta": Decimal(line.body["delta"])}
    return LedgerEntry(account=LedgerAccount(line.kind.removeprefix(LEDGER)), **values)


def events(lines: Sequence[JournalEntry], payloads: Sequence[Any], last: int) -> list[Event]:
    """Pair lines just committed with what they tell, where they do; ``last`` is the sequence of the last line."""
    first = last - len(lines) + 1
    return [
        Event(kind_of(line), line.at, payload, first + index)
        for index, (line, payload) in enumerate(zip(lines, payloads, strict=True))
        if payload is not None
    ]


def kind_of(line: JournalEntry) -> EventKind:
    """Say which event a line of ours is."""
    return EventKind.ORDER if line.kind.startswith(ORDER) else EventKind(line.kind)


def fill_of(line: JournalEntry) -> Fill:
    """Read an execution back from its line."""
    body = dict(line.body)
    amounts = {name: Decimal(body.pop(name)) for name in _MONEY}
    values: dict[str, Any] = {**body, **amounts, "side": Side(body["side"]), "order_id": line.order_id}
    return Fill(**values)


def gate_of(line: JournalEntry) -> GateChange:
    """Read a change of the gate back."""
    return GateChange(**{name: value for name, value in line.body.items() if name != KEPT})


def notice_of(line: JournalEntry) -> Notice:
    """Read a notice back."""
    return Notice(**line.body)
