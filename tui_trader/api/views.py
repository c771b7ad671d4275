"""Domain values and service answers, as the contract says them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal

from tui_trader import __version__
from tui_trader.contract import API_VERSION
from tui_trader.contract.account import BalanceView, BreakView, EquityView, LedgerView
from tui_trader.contract.commands import Confirm, LineResult, Step
from tui_trader.contract.history import JournalView
from tui_trader.contract.orders import (
    BreachView,
    Calculation,
    CancelResult,
    FillView,
    OrderView,
    Outcome,
    Placement,
    Preview,
)
from tui_trader.contract.positions import Performance, PositionSummary, PositionView
from tui_trader.contract.risk import CertificateView, HaltedOrderView
from tui_trader.contract.status import FeedView, Status
from tui_trader.domain.balance import EquitySample
from tui_trader.domain.events import FeedHealth
from tui_trader.domain.fill import Fill
from tui_trader.domain.halt import Certificate, Fate
from tui_trader.domain.order import CancelState, Order, OrderStatus
from tui_trader.domain.position import Position, PositionSide
from tui_trader.domain.risk import Breach
from tui_trader.services import model
from tui_trader.services.faces import Services
from tui_trader.services.halt_words import headline
from tui_trader.services.ports import JournalEntry

STATE_WORDS: Mapping[OrderStatus, str] = {
    OrderStatus.DENIED: "denied by the desk, nothing was sent",
    OrderStatus.SENDING: "being sent",
    OrderStatus.LIVE: "resting",
    OrderStatus.PART: "partly filled, rest resting",
    OrderStatus.CLOSING: "closed, fills being collected",
    OrderStatus.UNKNOWN: "outcome unknown, being looked up",
    OrderStatus.FILLED: "filled",
    OrderStatus.CANCELED: "cancelled",
    OrderStatus.PARTIALLY_CANCELED: "partly filled, rest cancelled",
    OrderStatus.NOT_PLACED: "proved not placed, still watched",
    OrderStatus.REJECTED: "rejected by the exchange",
    OrderStatus.NOT_SENT: "not sent",
    OrderStatus.QUARANTINED: "contradicts the exchange, needs a person",
}
CANCEL_WORDS: Mapping[CancelState, str] = {
    CancelState.SENDING: "cancel being sent",
    CancelState.ACKED: "cancel accepted",
    CancelState.UNKNOWN: "cancel unanswered, being repeated",
    CancelState.FAILED: "cancel refused",
}


def state_words(order: Order) -> str:
    """Say an order's state, and its cancel's where one is under way."""
    words = STATE_WORDS[order.status]
    if order.working and order.cancel in CANCEL_WORDS:
        words = f"{words}; {CANCEL_WORDS[order.cancel]}"
    return f"{words}; late fill" if order.late_fill else words


def order_view(services: Services, order: Order) -> OrderView:
    """Show an order."""
    asked, lock = order.request, services.orders.locked(order)
    return OrderView(
        id=order.id,
        client_order_id=order.client_order_id,
        venue_order_id=order.venue_order_id,
        intent_id=order.intent_id,
        symbol=order.symbol,
        side=order.side,
        type=asked.type,
        time_in_force=asked.time_in_force,
        status=order.status,
        cancel=order.cancel,
        state=state_words(order),
        price=order.price,
        quantity=order.quantity,
        executed=order.executed,
        quote=order.quote,
        remaining=order.remaining,
        average_price=order.average_price,
        fees=dict(order.fees),
        origin=asked.origin,
        tags=list(asked.tags),
        note=asked.note,
        reason=order.reason,
        message=order.message,
        late_fill=order.late_fill,
        created_at=order.created_at,
        updated_at=order.updated_at,
        unknown_until=services.orders.unknown_until(order) if order.status is OrderStatus.UNKNOWN else None,
        locked=lock.amount if lock else None,
        locked_asset=lock.asset if lock else "",
        version=order.version,
    )


def fill_view(fill: Fill) -> FillView:
    """Show an execution."""
    return FillView.model_validate(fill)


def breach_view(breach: Breach) -> BreachView:
    """Show a rule that an order touches."""
    return BreachView.model_validate(breach)


def preview_view(preview: model.OrderPreview) -> Preview:
    """Show what an order would do."""
    asked = preview.request
    figures = {name: getattr(preview, name) for name in Preview.model_fields if hasattr(preview, name)}
    figures["breaches"] = [breach_view(each) for each in preview.breaches]
    return Preview(symbol=asked.symbol, side=asked.side, type=asked.type, time_in_force=asked.time_in_force, **figures)


def placement_view(services: Services, placement: model.Placement) -> Placement:
    """Show what became of a placing."""
    return Placement(
        outcome=Outcome(placement.outcome), order=order_view(services, placement.order), message=placement.message
    )


def cancel_view(services: Services, outcome: model.CancelOutcome) -> CancelResult:
    """Show what became of cancels."""
    return CancelResult(orders=[order_view(services, each) for each in outcome.orders], failures=list(outcome.failures))


def certificate_view(certificate: Certificate) -> CertificateView:
    """Show what a press of the kill switch has done so far."""
    figures = {name: getattr(certificate, name) for name in CertificateView.model_fields if hasattr(certificate, name)}
    return CertificateView(
        **figures
        | {
            "orders": [HaltedOrderView.model_validate(each) for each in certificate.orders],
            "cancelled": certificate.count(Fate.GONE),
            "filled": len(certificate.filled),
            "kept": certificate.count(Fate.KEPT),
            "unconfirmed": certificate.count(Fate.OPEN),
            "sentence": headline(certificate),
        }
    )


def calculation_view(quote: model.AmountQuote) -> Calculation:
    """Show what an amount buys or sells."""
    return Calculation.model_validate(quote)


def line_view(services: Services, outcome: model.LineOutcome) -> LineResult:
    """Show a typed line, step by step."""
    steps = [step_view(services, each) for each in outcome.steps]
    return LineResult(ok=outcome.ok, steps=steps, line=outcome.line)


def step_view(services: Services, step: model.LineStep) -> Step:
    """Show one statement of a line."""
    return Step(
        sentence=step.sentence,
        line=step.line,
        confirm=Confirm(step.confirm),
        word=step.word,
        preview=preview_view(step.preview) if step.preview else None,
        orders=[order_view(services, each) for each in step.orders],
        placement=placement_view(services, step.placement) if step.placement else None,
        cancelled=cancel_view(services, step.cancelled) if step.cancelled else None,
        look=step.look,
        focus=step.focus,
        refused=step.refused,
    )


def position_view(services: Services, position: Position) -> PositionView:
    """Show a position, with what follows from its figures."""
    figures = {name: getattr(position, name) for name in PositionView.model_fields if hasattr(position, name)}
    figures["other_fees"] = dict(position.other_fees)
    return PositionView(
        value=_times(position.current_price, position.quantity),
        pnl_percent=pnl_percent(position),
        risk_reward=risk_reward(position),
        protected_quantity=services.positions.protected_quantity(position),
        open_order_ids=list(services.positions.open_order_ids(position)),
        **figures,
    )


def _times(price: Decimal | None, quantity: Decimal) -> Decimal | None:
    return None if price is None else price * quantity


def pnl_percent(position: Position) -> Decimal | None:
    """Return how far the price (or the exit) is from the entry in the position's favour, in percent."""
    price = position.current_price if position.open else position.exit_price
    if price is None or not position.entry_price:
        return None
    move = (price - position.entry_price) / position.entry_price * 100
    return (move if position.side is PositionSide.LONG else -move).quantize(Decimal("0.0001"))


def risk_reward(position: Position) -> Decimal | None:
    """Return target distance over stop distance; ``None`` without both, or where the stop risks nothing."""
    entry, stop, target = position.entry_price, position.stop_loss, position.take_profit
    if entry is None or stop is None or target is None:
        return None
    risk, reward = entry - stop, target - entry
    if position.side is PositionSide.SHORT:
        risk, reward = -risk, -reward
    return (reward / risk).quantize(Decimal("0.01")) if risk > 0 else None


def summary_view(summary: model.BookSummary) -> PositionSummary:
    """Show the open book in figures."""
    return PositionSummary.model_validate(summary)


def performance_view(figures: model.PerformanceFigures) -> Performance:
    """Show how a position did."""
    known = {name: getattr(figures, name) for name in Performance.model_fields if hasattr(figures, name)}
    position = figures.position
    return Performance(id=position.id, max_profit=position.max_profit, max_drawdown=position.max_drawdown, **known)


def balance_view(row: model.BalanceRow) -> BalanceView:
    """Show one asset."""
    return BalanceView(
        asset=row.asset,
        free=row.free,
        locked=row.locked,
        total=row.free + row.locked,
        reserved=row.reserved,
        value=row.value,
        at=row.at,
    )


def ledger_view(row: model.LedgerRow) -> LedgerView:
    """Show one asset's accounts."""
    return LedgerView.model_validate(row)


def wealth_view(wealth: model.Wealth) -> EquityView:
    """Show equity now."""
    return equity_view(wealth.sample, wealth.currency, wealth.day_pnl)


def equity_view(sample: EquitySample, currency: str, day_pnl: Decimal | None = None) -> EquityView:
    """Show a sample of equity."""
    return EquityView(
        at=sample.at,
        equity=sample.equity,
        cash=sample.cash,
        currency=currency,
        day_pnl=day_pnl,
        unpriced=sample.unpriced,
    )


def journal_view(entry: JournalEntry) -> JournalView:
    """Show one line of the journal."""
    return JournalView(
        sequence=entry.sequence,
        kind=entry.kind,
        at=entry.at,
        order_id=entry.order_id,
        origin=entry.origin,
        body=dict(entry.body),
    )


def feed_view(feed: FeedHealth, now: int) -> FeedView:
    """Show a connection with the age of its last payload."""
    age = None if feed.last_message is None else max(0, now - feed.last_message)
    return FeedView(name=feed.name, up=feed.up, age_ms=age, detail=feed.detail)


def status_view(status: model.DeskStatus) -> Status:
    """Show how the desk is."""
    figures = {name: getattr(status, name) for name in Status.model_fields if hasattr(status, name)}
    figures["feeds"] = [feed_view(each, status.now) for each in status.feeds]
    figures["breaks"] = tuple(BreakView.model_validate(each) for each in status.breaks)
    return Status(
        version=__version__,
        api_version=API_VERSION,
        pid=os.getpid(),
        budget_percent=round(status.budget_used * 100, 1),
        equity=wealth_view(status.wealth) if status.wealth else None,
        **figures,
    )
