"""Values to keep: orders, fills, positions and journal lines that differ by a number."""

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from tui_trader.domain.assessment import (
    Action,
    Assessment,
    AssessmentStatus,
    Constraint,
    Finding,
    Metrics,
    Operator,
    RiskLevel,
    RiskType,
)
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import CancelState, Order, OrderRequest, OrderStatus, OrderType, Origin, Side, TimeInForce
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionStatus, PositionType
from tui_trader.services.ports import Change, JournalEntry

START = 1_700_000_000_000


class Newer(StrEnum):
    """Words of a version to come."""

    WEATHER = "WEATHER"


def order(number: int = 1, *, status: OrderStatus = OrderStatus.SENDING, **changes: Any) -> Order:
    """Make an order; fields of its request are given with the order's own."""
    asked = {name: changes.pop(name) for name in ("symbol", "side", "origin", "tags", "note") if name in changes}
    request = replace(
        OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=Decimal("0.01"), price=Decimal("60000.1")), **asked
    )
    base = Order(
        id=f"{number:026d}",
        client_order_id=f"m1{number:026d}",
        intent_id=f"intent-{number}",
        request=request,
        status=status,
        quantity=Decimal("0.01"),
        price=Decimal("60000.1"),
        created_at=START + number,
        updated_at=START + number,
    )
    return replace(base, **changes)


def full_order() -> Order:
    """Make an order in which no field has its default."""
    request = OrderRequest(
        symbol="ETHUSDT",
        side=Side.SELL,
        type=OrderType.MARKET,
        time_in_force=TimeInForce.IOC,
        quantity=Decimal("1.5"),
        quote_quantity=Decimal("4500.25"),
        price=Decimal("2999.99"),
        capped=False,
        reduce_only=True,
        origin=Origin.EXIT,
        tags=("swing", "a tag with spaces"),
        note="100 % sure",
    )
    return Order(
        id="01J000000000000000000000AA",
        client_order_id="m101J000000000000000000000AA",
        intent_id="caller-7",
        request=request,
        status=OrderStatus.PARTIALLY_CANCELED,
        quantity=Decimal("1.5"),
        price=Decimal("2999.99"),
        created_at=START,
        updated_at=START + 5,
        venue_order_id="C02__443776347957968896",
        cancel=CancelState.DONE,
        executed=Decimal("0.5"),
        quote=Decimal("1499.995"),
        venue_executed=Decimal("0.6"),
        venue_quote=Decimal("1799.994"),
        fees=(("USDT", Decimal("0.00000001")), ("MX", Decimal("0.1"))),
        not_after=START + 2000,
        recv_window=5000,
        sent_at=START + 1,
        acked_at=START + 2,
        late_fill=True,
        reason="stp",
        message="Cancelled by the venue.",
        version=9,
    )


def fill(number: int = 1, **changes: Any) -> Fill:
    """Make an execution of an order placed elsewhere, unless ``order_id`` is given."""
    base = Fill(
        venue_order_id=f"V{number}",
        trade_id=f"T{number}",
        symbol="BTCUSDT",
        side=Side.BUY,
        price=Decimal("60000.1"),
        quantity=Decimal("0.01"),
        quote=Decimal("600.001"),
        fee=Decimal("0.000005"),
        fee_asset="BTC",
        maker=True,
        at=START + number,
    )
    return replace(base, **changes)


def position(number: int = 1, **changes: Any) -> Position:
    """Make a position."""
    base = Position(
        id=f"position-{number}",
        symbol="BTCUSDT",
        side=PositionSide.LONG,
        status=PositionStatus.OPEN,
        source=PositionSource.FILLS,
        type=PositionType.MANUAL,
        quantity=Decimal("0.01"),
        entry_price=None,
        opened_at=START + number,
        updated_at=START + number,
    )
    return replace(base, **changes)


def constraint(number: int = 1, **changes: Any) -> Constraint:
    """Make a person's own rule."""
    base = Constraint(
        f"rule-{number}", RiskType.POSITION, "order_value", Operator.GT, Decimal("250.5"), Action.WARN, "BTCUSDT", True
    )
    return replace(base, **changes)


def finding(**changes: Any) -> Finding:
    """Make a finding of too much of one coin."""
    base = Finding(RiskType.CONCENTRATION, RiskLevel.MEDIUM, "BTC is 25 % of the account.", "Sell some.", "BTCUSDT")
    return replace(base, **changes)


def assessment(number: int = 1, *, status: AssessmentStatus = AssessmentStatus.ACTIVE, **changes: Any) -> Assessment:
    """Make an assessment; ids grow with the number."""
    at = START + number
    base = Assessment(f"{number:026d}", finding(**changes), status, at, at)
    return replace(base, resolved_at=at) if status is AssessmentStatus.RESOLVED else base


def metrics(at: int = START, **changes: Any) -> Metrics:
    """Make a sample of figures."""
    tenth = Decimal("0.1")
    base = Metrics(
        at, Decimal("1000.00000001"), tenth, tenth, tenth, tenth, -tenth, None, tenth, None, Decimal(9), 50, 2, 1
    )
    return replace(base, **changes)


def line(number: int = 1, **changes: Any) -> JournalEntry:
    """Make a journal line."""
    return replace(JournalEntry("intent", START + number, {"number": number}, f"{number:026d}", "CONSOLE"), **changes)


def placed(number: int) -> Change:
    """Make the change that an order's intent is."""
    return Change(journal=[line(number)], orders=[order(number)])


def modes(folder: Path) -> dict[str, int]:
    """List a folder: names and modes."""
    return {each.name: each.stat().st_mode & 0o777 for each in sorted(folder.iterdir())}


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Block until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
