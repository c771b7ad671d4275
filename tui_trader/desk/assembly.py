"""The services of one desk, constructed and joined; nothing is opened or started here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from tui_trader.clock import Clock
from tui_trader.domain.assessment import Constraint, Finding
from tui_trader.domain.market import Interval
from tui_trader.domain.risk import GateState, RiskProfile
from tui_trader.domain.timing import TIMINGS
from tui_trader.exchange.port import Exchange
from tui_trader.services.account import AccountService
from tui_trader.services.account_ledger import AccountLedger
from tui_trader.services.assessments import AssessmentService
from tui_trader.services.bus import EventBus
from tui_trader.services.commands import CommandService
from tui_trader.services.constraint_keeper import ConstraintKeeper
from tui_trader.services.faces import Services
from tui_trader.services.history import HistoryService
from tui_trader.services.limit_keeper import LimitKeeper
from tui_trader.services.limits import LimitsService
from tui_trader.services.line_context import Contexts
from tui_trader.services.line_orders import LineOrders
from tui_trader.services.line_plan import Planner
from tui_trader.services.market import MarketService
from tui_trader.services.order_path import OrderPath, Surroundings
from tui_trader.services.ports import HaltMark, Store
from tui_trader.services.position_keeper import PositionKeeper
from tui_trader.services.positions import PositionService
from tui_trader.services.risk_conduct import Conduct
from tui_trader.services.risk_daily import DailyFigures
from tui_trader.services.risk_entries import RestingEntries
from tui_trader.services.risk_equity import LedgerEquity
from tui_trader.services.risk_evaluation import Evaluation
from tui_trader.services.risk_figures import Figures
from tui_trader.services.risk_losses import LossKeeper
from tui_trader.services.risk_metrics import RiskMetrics
from tui_trader.services.risk_portfolio import PortfolioFigures
from tui_trader.services.risk_state_face import RiskState
from tui_trader.services.risk_watch import RiskWatch
from tui_trader.services.size_basis import SizeBasis
from tui_trader.services.sizing import SizingService
from tui_trader.services.status import DeskIdentity, DeskService, Looked
from tui_trader.services.tasks import Tasks
from tui_trader.services.upkeep import Upkeep
from tui_trader.services.working import WorkingOrders
from tui_trader.settings import Confirm, Mode, Settings

CURRENCY = "USDT"
"""The account's own currency."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a running desk consists of. ``services`` is what the API is given."""

    exchange: Exchange
    store: Store
    tasks: Tasks
    market: MarketService
    working: WorkingOrders
    positions: PositionKeeper
    account: AccountService
    path: OrderPath
    watch: RiskWatch
    desk: DeskService
    upkeep: Upkeep
    services: Services


def assemble(
    settings: Settings,
    identity: DeskIdentity,
    exchange: Exchange,
    store: Store,
    clock: Clock,
    prefix: str,
    on_stop: Callable[[str], None],
    mark: HaltMark | None = None,
) -> Desk:
    """Join the services over a venue and a store. ``prefix`` marks this journal's orders at the venue.

    ``mark`` says that trading is halted where the store cannot.
    """
    live = settings.mode is Mode.LIVE
    bus = EventBus(store)
    tasks = Tasks(bus, clock)
    market = MarketService(exchange, bus, clock)
    working = WorkingOrders(market, clock)
    account = AccountService(store, market, bus, clock, working.reserved)
    market.needed = account.heard_at
    keeper = PositionKeeper(store, market, bus, clock)
    ledger = AccountLedger(store, market, account, clock)
    daily = DailyFigures(lambda symbol, count: market.candles(symbol, Interval.D1, limit=count), clock)
    conduct = Conduct(store, bus, market, clock, exchange.budget_used, keeper.book.all, CURRENCY)
    losses = LossKeeper(
        store,
        bus,
        clock,
        equity=LedgerEquity(ledger, market, clock, CURRENCY),
        profile=lambda: path.gate.profile,
        latch=lambda reason: path.gate.latch(GateState.REDUCING, reason),
        cancel_entries=RestingEntries(working, market, lambda ids: path.orders.cancel_many(ids=ids), clock).cancel,
    )
    figures = Figures(market, account, keeper, working, losses, daily, conduct, clock)
    path = OrderPath(
        Surroundings(
            exchange=exchange,
            store=store,
            bus=bus,
            tasks=tasks,
            clock=clock,
            prices=market,
            working=working,
            positions=keeper,
            balances=account,
            ledger=ledger,
            figures=figures,
            profile=settings.risk,
            prefix=prefix,
            timing=TIMINGS[settings.timing],
            live=live,
            average_cost=lambda symbol: _average_cost(keeper, symbol),
            mark=mark,
        )
    )
    limits = _limits(settings, store, bus, clock, path, figures)
    portfolio = PortfolioFigures(figures, TIMINGS[settings.timing].unknown_budget)
    find = partial(_found, portfolio, path)
    assessments = AssessmentService(store, bus, clock, find)
    metrics = RiskMetrics(store, clock, portfolio.now, lambda: losses.state, assessments.active)
    evaluation = Evaluation(path.judge, find, metrics.now)
    limits.assessments = assessments.active
    watch = RiskWatch(
        limits, losses, conduct, daily, lambda: [*settings.watchlist, *portfolio.pairs()], assessments, metrics
    )
    path.resumption.bar = lambda: losses.bar
    path.risk.losses = losses
    looked = Looked(exchange, path.gate, working, keeper, account, bus, path.ledger)
    desk = DeskService(identity, looked, clock, on_stop)
    basis = SizeBasis(market, account, path.ledger, working, CURRENCY)
    sizes = SizingService(market, path.judge, basis, lambda: path.gate.profile)
    resolver = LineOrders(market, keeper, basis, sizes, lambda: path.gate.profile)
    planner = Planner(path.orders, resolver, market, live=live, ask_always=settings.confirm is Confirm.ALWAYS)
    contexts = Contexts(market, keeper, account, path.orders)
    upkeep = Upkeep(store, bus, clock, path)
    services = Services(
        orders=path.orders,
        commands=CommandService(path.orders, planner, contexts, path.gate, path.risk, clock),
        positions=PositionService(keeper, path.orders, market, store, clock),
        market=market,
        account=account,
        ledger=path.ledger,
        history=HistoryService(store),
        upkeep=upkeep,
        desk=desk,
        bus=bus,
        risk=path.risk,
        sizing=sizes,
        limits=limits,
        risk_state=RiskState(assessments, metrics, evaluation),
    )
    return Desk(exchange, store, tasks, market, working, keeper, account, path, watch, desk, upkeep, services)


def _limits(
    settings: Settings, store: Store, bus: EventBus, clock: Clock, path: OrderPath, figures: Figures
) -> LimitsService:
    """Build what an owner sets; it reaches the gate at once."""
    gate = path.gate

    def put_limits(profile: RiskProfile) -> None:
        gate.profile = profile

    def put_rules(rules: tuple[Constraint, ...]) -> None:
        gate.constraints = rules

    keeper = LimitKeeper(store, bus, clock, settings.risk, put_limits)
    return LimitsService(keeper, ConstraintKeeper(store, bus, clock, put_rules), figures, gate, clock)


def _found(portfolio: PortfolioFigures, path: OrderPath) -> Sequence[Finding]:
    return portfolio.findings(path.gate.profile)


def _average_cost(keeper: PositionKeeper, symbol: str) -> Decimal | None:
    position = keeper.book.made_by_fills(symbol)
    return None if position is None else position.entry_price
