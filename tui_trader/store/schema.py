"""The tables, as Peewee models: STRICT, times in UTC ms, money as canonical TEXT.

``row`` is SQLite's own row number: it keeps the order of insertion and lets a scan go in bounded steps.
"""

from __future__ import annotations

from typing import Any

from peewee import SQL, AutoField, BigIntegerField, BlobField, BooleanField, IntegerField, TextField

from tui_trader.domain.order import FINAL, OrderStatus
from tui_trader.store.fields import MoneyField
from tui_trader.store.risk_schema import Assessments, Constraints, MetricsSamples
from tui_trader.store.table import Table

APPLICATION_ID = 0x74755452
"""``tuTR``: tells our files from other people's."""
SCHEMA_VERSION = 2
UNFINISHED = tuple(sorted(status.value for status in OrderStatus if status not in FINAL))
"""States that something may still leave; the partial index below keeps those orders together."""


class Journal(Table):
    """Append-only lines; ``hash`` chains each to the one before (see ``chain``)."""

    sequence = AutoField()
    at = BigIntegerField()
    kind = TextField()
    order_id = TextField()
    origin = TextField()
    body = TextField()
    hash = BlobField()

    class Meta:
        """Peewee's options."""

        table_name = "journal"


class Orders(Table):
    """What is known of each order: a projection of the journal.

    Each index is a page more to write for an order, so there is none that a bounded scan can do without.
    """

    row = AutoField()
    id = TextField(unique=True)
    client_order_id = TextField()
    intent_id = TextField()
    venue_order_id = TextField(null=True)
    symbol = TextField()
    side = TextField()
    type = TextField()
    time_in_force = TextField()
    origin = TextField()
    status = TextField()
    cancel = TextField()
    created_at = BigIntegerField()
    updated_at = BigIntegerField()
    tags = TextField()
    note = TextField()
    quantity = MoneyField()
    price = MoneyField(null=True)
    executed = MoneyField()
    quote = MoneyField()
    venue_executed = MoneyField()
    venue_quote = MoneyField()
    fees = TextField()
    asked_quantity = MoneyField(null=True)
    asked_quote_quantity = MoneyField(null=True)
    asked_price = MoneyField(null=True)
    capped = BooleanField()
    reduce_only = BooleanField()
    not_after = BigIntegerField()
    recv_window = BigIntegerField()
    sent_at = BigIntegerField(null=True)
    acked_at = BigIntegerField(null=True)
    late_fill = BooleanField()
    reason = TextField()
    message = TextField()
    version = BigIntegerField()

    class Meta:
        """Peewee's options."""

        table_name = "orders"
        indexes = ((("created_at", "row"), False), (("symbol", "created_at", "row"), False))


class Fills(Table):
    """Executions, each once."""

    row = AutoField()
    venue_order_id = TextField()
    trade_id = TextField()
    symbol = TextField()
    side = TextField()
    price = MoneyField()
    quantity = MoneyField()
    quote = MoneyField()
    fee = MoneyField()
    fee_asset = TextField()
    maker = BooleanField()
    at = BigIntegerField()
    order_id = TextField()
    client_order_id = TextField()
    source = TextField()

    class Meta:
        """Peewee's options."""

        table_name = "fills"
        indexes = (
            (("venue_order_id", "trade_id"), True),
            (("at", "row"), False),
            (("symbol", "at", "row"), False),
        )


class Positions(Table):
    """Holdings, open and closed."""

    row = AutoField()
    id = TextField(unique=True)
    symbol = TextField()
    side = TextField()
    status = TextField()
    source = TextField()
    type = TextField()
    quantity = MoneyField()
    entry_price = MoneyField(null=True)
    opened_at = BigIntegerField(index=True)
    updated_at = BigIntegerField()
    closed_quantity = MoneyField()
    exit_price = MoneyField(null=True)
    current_price = MoneyField(null=True)
    priced_at = BigIntegerField(null=True)
    unrealised_pnl = MoneyField(null=True)
    realised_pnl = MoneyField()
    fees = MoneyField()
    other_fees = TextField()
    stop_loss = MoneyField(null=True)
    take_profit = MoneyField(null=True)
    strategy = TextField(null=True)
    tags = TextField()
    notes = TextField(null=True)
    entry_order_ids = TextField()
    exit_order_ids = TextField()
    closed_at = BigIntegerField(null=True)
    max_profit = MoneyField()
    max_drawdown = MoneyField()

    class Meta:
        """Peewee's options."""

        table_name = "positions"


class Balances(Table):
    """The balance last known of each asset."""

    asset = TextField(primary_key=True)
    free = MoneyField()
    locked = MoneyField()
    at = BigIntegerField()

    class Meta:
        """Peewee's options."""

        table_name = "balances"


class Equity(Table):
    """The account's worth over time; one sample per millisecond at most."""

    at = IntegerField(primary_key=True)
    equity = MoneyField()
    cash = MoneyField()
    unpriced = TextField()

    class Meta:
        """Peewee's options."""

        table_name = "equity"


class Settings(Table):
    """Small named values."""

    name = TextField(primary_key=True)
    value = TextField()

    class Meta:
        """Peewee's options."""

        table_name = "settings"


class Counters(Table):
    """How many rows a history holds per symbol, kept by triggers, so that a total needs no scan."""

    history = TextField()
    symbol = TextField()
    count = BigIntegerField()

    class Meta:
        """Peewee's options."""

        table_name = "counters"
        indexes = ((("history", "symbol"), True),)


class Ledger(Table):
    """Entries of the ledger that follow from no execution; those of executions follow from ``fills``."""

    row = AutoField()
    ref = TextField(unique=True)
    asset = TextField()
    account = TextField()
    delta = MoneyField()
    at = BigIntegerField()
    note = TextField()

    class Meta:
        """Peewee's options."""

        table_name = "ledger"


ORDER_IDENTITY = ("client_order_id", "intent_id", "symbol", "created_at")
"""What never changes of an order. Updates leave these columns alone, and so the indexes on them."""

TABLES: tuple[type[Table], ...] = (
    Journal,
    Orders,
    Fills,
    Positions,
    Balances,
    Equity,
    Settings,
    Counters,
    Ledger,
    Constraints,
    Assessments,
    MetricsSamples,
)

Journal.add_index(Journal.index(Journal.order_id, name="journal_order", where=SQL("order_id != ''")))
Orders.add_index(Orders.index(Orders.status, name="orders_unfinished", where=SQL(f"status IN {UNFINISHED}")))
Orders.add_index(
    Orders.index(Orders.client_order_id, name="orders_client", unique=True, where=SQL("client_order_id != ''"))
)
Orders.add_index(Orders.index(Orders.intent_id, name="orders_intent", unique=True, where=SQL("intent_id != ''")))
Orders.add_index(Orders.index(Orders.venue_order_id, name="orders_venue", where=SQL("venue_order_id IS NOT NULL")))


def _forbid(action: str) -> str:
    """Forbid an action on the journal."""
    return (
        f"CREATE TRIGGER journal_no_{action.lower()} BEFORE {action} ON journal "
        f"BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    )


def _count(table: str) -> str:
    """Keep the counters of a history."""
    statement = f"INSERT INTO counters(history, symbol, count) VALUES ('{table}', NEW.symbol, 1)"  # noqa: S608 - ours
    again = "ON CONFLICT(history, symbol) DO UPDATE SET count = count + 1"
    return f"CREATE TRIGGER {table}_counted AFTER INSERT ON {table} BEGIN {statement} {again}; END"


def _uncount(table: str) -> str:
    """Keep the counters of a history from which rows may go."""
    statement = f"UPDATE counters SET count = count - 1 WHERE history = '{table}' AND symbol = OLD.symbol"  # noqa: S608 - ours
    return f"CREATE TRIGGER {table}_uncounted AFTER DELETE ON {table} BEGIN {statement}; END"


TRIGGERS = (_forbid("UPDATE"), _forbid("DELETE"), _count("orders"), _count("fills"), _uncount("fills"))


def table_name(table: type[Table]) -> str:
    """Return a table's name in the database."""
    return str(_meta(table).table_name)


def columns(table: type[Table]) -> list[str]:
    """Return the names of a table's columns that we fill ourselves, in the order of the model."""
    return [field.column_name for field in _meta(table).sorted_fields if field.column_name != "row"]


def _meta(table: type[Table]) -> Any:
    """Return Peewee's description of a table."""
    return table._meta  # noqa: SLF001 - Peewee's documented way to it
