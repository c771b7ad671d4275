"""The tables of risk: a person's own rules, what was found, figures over time."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, BooleanField, IntegerField, TextField

from tui_trader.store.fields import MoneyField
from tui_trader.store.table import Table


class Constraints(Table):
    """A person's own rules."""

    row = AutoField()
    id = TextField(unique=True)
    type = TextField()
    parameter = TextField()
    operator = TextField()
    value = MoneyField()
    action = TextField()
    symbol = TextField(null=True)
    active = BooleanField()
    description = TextField()

    class Meta:
        """Peewee's options."""

        table_name = "constraints"


class Assessments(Table):
    """Risks that were found. Ids grow with time, so that they are what pages are keyed by."""

    row = AutoField()
    id = TextField(unique=True)
    type = TextField()
    level = TextField()
    status = TextField()
    symbol = TextField(null=True)
    position_id = TextField(null=True)
    order_id = TextField(null=True)
    message = TextField()
    recommendation = TextField()
    created_at = BigIntegerField()
    updated_at = BigIntegerField()
    resolved_at = BigIntegerField(null=True)

    class Meta:
        """Peewee's options."""

        table_name = "assessments"
        indexes = ((("status", "id"), False), (("symbol", "status", "id"), False))


class MetricsSamples(Table):
    """Figures of the account over time; one sample per millisecond at most."""

    at = IntegerField(primary_key=True)
    equity = MoneyField(null=True)
    exposure = MoneyField(null=True)
    drawdown_percent = MoneyField(null=True)
    max_drawdown_percent = MoneyField()
    day_pnl = MoneyField(null=True)
    week_pnl = MoneyField(null=True)
    month_pnl = MoneyField(null=True)
    concentration_percent = MoneyField(null=True)
    volatility_percent = MoneyField(null=True)
    liquidity = MoneyField(null=True)
    score = BigIntegerField()
    active_risks = BigIntegerField()
    high_risks = BigIntegerField()

    class Meta:
        """Peewee's options."""

        table_name = "metrics"
