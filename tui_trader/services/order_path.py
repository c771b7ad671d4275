"""The order path put together: what the desk constructs, starts and stops as one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import Order, Origin
from tui_trader.domain.risk import GateState, RiskProfile
from tui_trader.domain.timing import NORMAL, Timing
from tui_trader.errors import StoreError, VenueError
from tui_trader.exchange.port import Exchange, VenueTrouble
from tui_trader.rules.horizon import lag
from tui_trader.rules.order_events import Effect, Restarted
from tui_trader.services.account_ledger import AccountLedger
from tui_trader.services.bus import EventBus
from tui_trader.services.cancelling import Canceller
from tui_trader.services.comparison import Comparison
from tui_trader.services.evidence import Evidence, ahead_ms
from tui_trader.services.gate import Gate
from tui_trader.services.ingest import Ingest
from tui_trader.services.inner import BalanceKeeper, PositionKeeper, Prices, RiskFigures
from tui_trader.services.intake import Intake
from tui_trader.services.journal_health import distrust
from tui_trader.services.judging import Judge
from tui_trader.services.kill_pursuit import Means
from tui_trader.services.kill_switch import Controls, KillSwitch
from tui_trader.services.lag import LagMeter
from tui_trader.services.ledger_check import LedgerCheck
from tui_trader.services.orders import OrderService
from tui_trader.services.outcomes import Outcomes
from tui_trader.services.placing import OrderNames, Placer
from tui_trader.services.ports import HaltMark, Store
from tui_trader.services.preview import Previewer
from tui_trader.services.reconcile import Reconciler
from tui_trader.services.recorder import Draft, Recorder
from tui_trader.services.resuming import Resumption
from tui_trader.services.risk import RiskService
from tui_trader.services.tasks import Tasks
from tui_trader.services.time_watch import TimeWatch
from tui_trader.services.working import WorkingOrders

RENEW_EVERY_S = 60.0
"""A private stream that misses news is replaced at most so often."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the order path is built upon.

    ``working`` is made first (``WorkingOrders(prices, clock)``), since other services look at it. ``prefix`` is the two
    characters that mark this journal's orders at the venue. ``live`` opens locked. ``average_cost`` gives the average
    cost of a pair's open position, for previews. ``mark`` says that trading is halted where the store cannot.
    """

    exchange: Exchange
    store: Store
    bus: EventBus
    tasks: Tasks
    clock: Clock
    prices: Prices
    working: WorkingOrders
    positions: PositionKeeper
    balances: BalanceKeeper
    ledger: AccountLedger
    figures: RiskFigures
    profile: RiskProfile
    prefix: str
    timing: Timing = NORMAL
    live: bool = False
    currency: str = "USDT"
    average_cost: Callable[[str], Decimal | None] = lambda _: None
    mark: HaltMark | None = None


class OrderPath:
    """``orders``, ``risk`` and ``ledger`` are for the API, ``judge`` for whoever evaluates an order without sending it.

    ``gate``, ``reconciler`` and ``kill`` are for the desk.

    Use: construct, ``await start()`` once exchange and instruments are there (it returns before the comparison with
    the venue is finished; ``await reconciler.clean()`` waits for that), ``await stop()`` before the store closes.
    """

    def __init__(self, given: Surroundings) -> None:
        self._given = given
        self._renew_from = 0.0
        clock, store, working, tasks = given.clock, given.store, given.working, given.tasks
        self.gate = Gate(store, given.bus, clock, given.profile, timing=given.timing, live=given.live)
        self.gate.spawn = tasks.spawn
        self.ledger = ledger = given.ledger
        self._recorder = Recorder(store, given.bus, working, given.positions, given.balances, ledger, clock)
        self._intake = intake = Intake(
            store, self._recorder, working, self.gate, clock, given.prefix, lambda: ahead_ms(given.exchange)
        )
        evidence = Evidence(given.exchange, given.prices)
        canceller = Canceller(given.exchange, self._recorder, working, clock)
        self.outcomes = Outcomes(evidence, intake, self._recorder, working, canceller, tasks, clock, given.timing)
        self._ingest = Ingest(given.exchange, intake, self._recorder, ledger, self._gap, self._stranger)
        check = LedgerCheck(ledger, working, intake, self.gate, clock, given.timing)
        self._comparison = Comparison(
            evidence, self._ingest, intake, self._recorder, working, check, clock, given.timing
        )
        self.reconciler = Reconciler(
            given.exchange,
            store,
            self._comparison,
            self._recorder,
            working,
            self.gate,
            clock,
            self.outcomes.unknown_until,
        )
        self.resumption = Resumption(self.gate, self.reconciler, clock, given.mark)
        self.judge = judge = Judge(
            given.prices, working, given.balances, self.gate, given.exchange, given.figures, clock, given.currency
        )
        placer = Placer(
            given.exchange, store, self._recorder, working, judge, self.gate, clock, OrderNames(given.prefix)
        )
        previewer = Previewer(judge, given.positions, given.average_cost)
        self.lag = LagMeter(given.exchange, store, tasks, self._lagged)
        placer.on_acked = self.lag.measure
        self.orders = OrderService(store, working, placer, canceller, self.outcomes, previewer)
        self._halting(canceller)
        self._wire()

    def _halting(self, canceller: Canceller) -> None:
        """Build the kill switch and the way back."""
        given = self._given
        controls = Controls(given.store, given.bus, self.gate, given.tasks, given.clock, given.mark)
        means = Means(
            given.exchange,
            self._recorder,
            given.working,
            canceller,
            self.outcomes,
            self._intake,
            given.prices,
            given.tasks,
            given.clock,
            given.timing,
        )
        self.kill = KillSwitch(controls, means)
        self.risk = RiskService(controls, self.kill, self.resumption)

    def _wire(self) -> None:
        """Say who carries out which effect of the order table."""
        gate = self.gate
        self._given.tasks.on_failing = self._failing
        self._intake.on_dropped = self._gap
        self._intake.on_overlooked = self._overlooked
        self.reconciler.on_clean = self._compared
        self._ingest.on_trouble = self._troubled
        self._recorder.on_broken = self.distrust
        self._recorder.handlers = {
            Effect.LOOK_UP: self.outcomes.pursue,
            Effect.FETCH_FILLS: self.outcomes.pursue,
            Effect.SEND_CANCEL: self.outcomes.pursue,
            Effect.COUNT_REJECT: lambda _order, _note: gate.count_reject(),
            Effect.CANCEL_ONLY: lambda order, note: gate.latch(GateState.CANCEL_ONLY, _about(order, note)),
            Effect.HALT: lambda order, note: gate.latch(GateState.HALTED, _about(order, note)),
            Effect.ALARM: lambda order, note: self._say("error", _about(order, note), "order_alarm", order),
            Effect.NOTIFY: self._ended_elsewhere,
        }

    def distrust(self, error: StoreError) -> None:
        """Close the gate for trouble with the journal, whoever met it."""
        distrust(self.gate, error)

    async def catch_up(self) -> None:
        """Write down what happened and could not be written then."""
        await self._recorder.catch_up()
        with suppress(StoreError):
            await self.gate.catch_up()

    async def start(self) -> None:
        """Take over what the store remembers, then listen, then compare."""
        await self.gate.load()
        await self.lag.load()
        await self.ledger.fold()
        await self._take_over()
        await self.kill.begin()
        tasks = self._given.tasks
        tasks.run("own orders and coins", self._ingest.read, vital=True)
        tasks.run("own orders and coins, commits", self._ingest.work, vital=True)
        tasks.run("comparison", self.reconciler.work, vital=True)
        tasks.run("comparison in part", self.reconciler.watch, vital=True)
        tasks.run("comparison of history", self.reconciler.read_history)
        tasks.run("passing of time", TimeWatch(self._given.clock, self._gap).keep)
        self.reconciler.request("the desk has started")

    async def stop(self) -> None:
        """Let orders under way come to their end; background work is ended by its owner (``Tasks.close``)."""
        await self.orders.close()

    async def _take_over(self) -> None:
        """Load what is not final; what was under way is unknown from here on (T9), before anything is sent."""
        given, draft = self._given, Draft()
        loaded = [
            (order, await given.store.fills_of(order.venue_order_id) if order.venue_order_id else ())
            for order in await given.store.unfinished_orders()
        ]
        for order, fills in loaded:
            given.working.put(order, fills)
            self._recorder.take(draft, order, Restarted(given.clock.wall_ms()), "restart")
        await self._recorder.commit(draft, must=True)
        await self._go_on_asking()

    async def _go_on_asking(self) -> None:
        """Ask again for executions that something stands in for (T20)."""
        stand_ins = self._given.positions.stand_ins()
        await self._intake.acquaint(stand_ins)
        for fill in stand_ins:
            order = self._intake.known(fill)
            if order is not None:
                self.outcomes.pursue(order)

    def _lagged(self, worst_ms: int) -> None:
        self.outcomes.lag_ms = lag(worst_ms, self._given.timing.lag_ms)

    def _failing(self, name: str) -> None:
        self.gate.latch(GateState.CANCEL_ONLY, f"The desk's work “{name}” fails again and again; see the desk's log.")

    def _compared(self) -> None:
        self._intake.clean_since = self._given.clock.wall_ms() + ahead_ms(self._given.exchange)

    def _overlooked(self) -> None:
        """Replace a private stream that misses news; not again and again, should the venue never tell of something."""
        now = self._given.clock.monotonic()
        if now >= self._renew_from:
            self._renew_from = now + RENEW_EVERY_S
            self._recorder.say("warning", "The private stream missed news; it is connected again.", "stream_deaf")
            self._given.exchange.renew_user_stream("it missed news")

    def _gap(self, reason: str) -> None:
        self._intake.clean_since = None
        self.reconciler.request(reason)

    def _troubled(self, trouble: VenueTrouble) -> None:
        """Close the gate for what is wrong with the way to the venue, and say so where that changed something."""
        before = self.gate.latched
        self.gate.latch(GateState.HALTED if trouble.hostile else GateState.CANCEL_ONLY, trouble.text)
        if self.gate.latched is not before:
            self._say("error", trouble.text, trouble.code)

    def _stranger(self, fill: Fill) -> None:
        self._given.tasks.spawn(f"order of execution {fill.trade_id}", self._adopt(fill))

    async def _adopt(self, fill: Fill) -> None:
        """Look for the order of a stray execution; the periodic comparison goes on where this gives up."""
        for pause in self._given.timing.stranger_s:
            await self._given.clock.sleep(pause)
            with suppress(VenueError):
                await self._comparison.adopt(fill)
                return

    def _ended_elsewhere(self, order: Order, _note: str) -> None:
        if order.request.origin is not Origin.EXTERNAL:
            self._say("warning", f"Order {order.id} on {order.symbol} was ended by the exchange.", "order_ended", order)

    def _say(self, level: str, text: str, code: str, order: Order | None = None) -> None:
        """Journal a notice in the background."""
        draft = Draft()
        self._recorder.notice(draft, level, text, code, order.id if order is not None else "")
        self._given.tasks.spawn("write a notice", self._recorder.commit(draft))


def _about(order: Order, note: str) -> str:
    return f"Order {order.id} on {order.symbol}: {note}"
