"""Small reads, each one visit to the writer thread."""

from __future__ import annotations

from typing import Any

from peewee import SQL

from tui_trader.store import schema
from tui_trader.store.history import STILL_OPEN
from tui_trader.store.risk_schema import Assessments, Constraints, MetricsSamples
from tui_trader.store.rows import Row
from tui_trader.store.schema import Balances, Equity, Fills, Journal, Ledger, Orders, Positions, Settings
from tui_trader.store.session import Session

_EMPTY = SQL("''")


def _all(table: Any) -> Any:
    """Select a table's columns in the order in which rows are read."""
    return table.select(*(getattr(table, name) for name in schema.columns(table)))


def order(session: Session, key: str) -> Row | None:
    """Find an order by any of its four names, our own first; an empty name finds nothing."""
    if not key:
        return None
    for name in (Orders.id, Orders.client_order_id, Orders.intent_id, Orders.venue_order_id):
        # The other conditions let SQLite use the indexes that leave missing names out.
        rows = session.fetch(
            _all(Orders)
            .where(name == key, name != _EMPTY, name.is_null(is_null=False))
            .order_by(Orders.row.desc())
            .limit(1)
        )
        if rows:
            return rows[0]
    return None


def unfinished_orders(session: Session) -> list[Row]:
    """List orders that something may still happen to, oldest first."""
    return session.fetch(_all(Orders).where(STILL_OPEN).order_by(Orders.created_at, Orders.row))


def fills_of(session: Session, venue_order_id: str) -> list[Row]:
    """List the executions of an order, oldest first."""
    return session.fetch(_all(Fills).where(Fills.venue_order_id == venue_order_id).order_by(Fills.at, Fills.row))


def positions(session: Session) -> list[Row]:
    """List positions, newest first."""
    return session.fetch(_all(Positions).order_by(Positions.opened_at.desc(), Positions.row.desc()))


def balances(session: Session) -> list[Row]:
    """List balances by asset."""
    return session.fetch(_all(Balances).order_by(Balances.asset))


def ledger(session: Session) -> list[Row]:
    """List the entries of the ledger in the order of their making."""
    return session.fetch(_all(Ledger).order_by(Ledger.row))


def equity(session: Session, start: int, end: int, limit: int) -> list[Row]:
    """List equity samples from ``start`` to ``end``, both inside, oldest first."""
    query = _all(Equity).where(Equity.at >= start, Equity.at <= end)
    return session.fetch(query.order_by(Equity.at).limit(limit))


def constraints(session: Session) -> list[Row]:
    """List a person's own rules in the order of their making."""
    return session.fetch(_all(Constraints).order_by(Constraints.row))


def assessment(session: Session, assessment_id: str) -> Row | None:
    """Find an assessment."""
    return next(iter(session.fetch(_all(Assessments).where(Assessments.id == assessment_id))), None)


def assessments(session: Session, status: str, limit: int, symbol: str | None, before: str | None) -> list[Row]:
    """List the assessments of a status by descending id; an index alone answers it."""
    query = _all(Assessments).where(Assessments.status == status)
    if symbol is not None:
        query = query.where(Assessments.symbol == symbol)
    if before is not None:
        query = query.where(Assessments.id < before)
    return session.fetch(query.order_by(Assessments.id.desc()).limit(max(0, limit)))


def metrics(session: Session, start: int, end: int, limit: int) -> list[Row]:
    """List samples of figures from ``start`` to ``end``, both inside, oldest first."""
    query = _all(MetricsSamples).where(MetricsSamples.at >= start, MetricsSamples.at <= end)
    return session.fetch(query.order_by(MetricsSamples.at).limit(max(0, limit)))


def journal(session: Session, after: int, limit: int, order_id: str | None = None) -> list[Row]:
    """List journal lines after a sequence number, oldest first."""
    query = _all(Journal).where(Journal.sequence > after)
    if order_id is not None:
        query = query.where(Journal.order_id == order_id, Journal.order_id != _EMPTY)
    return session.fetch(query.order_by(Journal.sequence).limit(limit))


def journal_window(session: Session, low: int, high: int, kind: str, order_id: str | None) -> list[Row]:
    """List the lines of a kind above ``low`` and up to ``high``, oldest first."""
    query = _all(Journal).where(Journal.sequence > low, Journal.sequence <= high, Journal.kind == kind)
    if order_id is not None:
        query = query.where(Journal.order_id == order_id)
    return session.fetch(query.order_by(Journal.sequence))


def setting(session: Session, name: str) -> str | None:
    """Read a small named value."""
    found = session.scalar(Settings.select(Settings.value).where(Settings.name == name))
    return None if found is None else str(found)
