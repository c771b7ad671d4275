"""One statement of a typed line: what it would do, worked out and not done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_trader.domain.order import Order, OrderRequest, Origin
from tui_trader.domain.risk import Breach, Level
from tui_trader.errors import NotFound, TraderError
from tui_trader.grammar.canonical import write
from tui_trader.grammar.commands import Cancel, Close, Focus, Look, Place, Step
from tui_trader.grammar.sentence import describe
from tui_trader.services.faces import Orders
from tui_trader.services.line_orders import LineOrders, Resolved
from tui_trader.services.line_words import absolute_line, counted, order_sentence
from tui_trader.services.market import MarketService
from tui_trader.services.model import LineStep, OrderPreview

NONE, ENTER, YES = "none", "enter", "yes"


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement worked out: ``request`` of an order, ``targets`` of a cancel, and the step to show."""

    step: Step
    shown: LineStep
    request: OrderRequest | None = None
    targets: Sequence[Order] = ()

    @property
    def soft(self) -> list[Breach]:
        """The limits that ask for a confirmation."""
        found = () if self.shown.preview is None else self.shown.preview.breaches
        return [breach for breach in found if breach.level is Level.SOFT]

    @property
    def frees(self) -> bool:
        """Whether what follows may depend on what this one sets free."""
        return isinstance(self.step.command, Cancel | Close) or self.request is not None


class Planner:
    """Works statements out. ``ask_always`` asks a person before every order; ``live`` says REAL MONEY."""

    def __init__(
        self, orders: Orders, resolver: LineOrders, market: MarketService, *, live: bool, ask_always: bool
    ) -> None:
        self._orders = orders
        self._resolver = resolver
        self._market = market
        self._live = live
        self._ask_always = ask_always

    async def plan(self, step: Step) -> Plan:
        """Work one statement out; a refusal becomes part of what is shown."""
        command = step.command
        try:
            if isinstance(command, Place):
                return await self._order(step, await self._resolver.place(command))
            if isinstance(command, Close):
                return await self._order(step, await self._resolver.close(command))
            if isinstance(command, Cancel):
                return self._cancel(step, command)
        except TraderError as error:
            return Plan(step, LineStep(describe(command), write(command), refused=str(error)))
        look = command.view.value if isinstance(command, Look) else None
        focus = command.symbol if isinstance(command, Look | Focus) else None
        return Plan(step, LineStep(describe(command), write(command), look=look, focus=focus))

    async def _order(self, step: Step, found: Resolved) -> Plan:
        request = found.request
        preview = replace(await self._orders.preview(request), sizing=found.why)
        hard = " ".join(breach.message for breach in preview.breaches if breach.level is Level.HARD)
        soft = any(breach.level is Level.SOFT for breach in preview.breaches)
        asks = soft or (self._ask_always and not step.force)
        shown = LineStep(
            self._sentence(preview, request),
            absolute_line(request),
            confirm=ENTER if asks and not hard else NONE,
            preview=preview,
            refused=hard or None,
        )
        return Plan(step, shown, request=request)

    def _sentence(self, preview: OrderPreview, request: OrderRequest) -> str:
        return order_sentence(preview, self._market.find(request.symbol), live=self._live)

    def _cancel(self, step: Step, command: Cancel) -> Plan:
        targets = self._targets(command)
        if not targets:
            raise NotFound("No working order matches; nothing to cancel.")
        shown = LineStep(
            counted(describe(command), len(targets)),
            write(replace(Cancel(), ids=tuple(order.id for order in targets))),
            confirm=YES if len(targets) > 1 else NONE,
            orders=targets,
        )
        return Plan(step, shown, targets=targets)

    def _targets(self, command: Cancel) -> Sequence[Order]:
        """Find the working orders that a cancel is about, newest first."""
        working = self._orders.working(command.symbol)
        if command.last:
            return [order for order in working if order.request.origin is not Origin.EXTERNAL][:1]
        if command.ids:
            names = set(command.ids)
            return [o for o in working if names & {o.id, o.client_order_id, o.venue_order_id or o.id}]
        return [order for order in working if command.side in {None, order.side}]


def ask_for_many(plans: Sequence[Plan]) -> list[Plan]:
    """Ask for a yes where a line sends more than one order."""
    if sum(plan.request is not None for plan in plans) < 2:
        return list(plans)
    return [
        replace(plan, shown=replace(plan.shown, confirm=YES))
        if plan.request is not None and plan.shown.refused is None
        else plan
        for plan in plans
    ]


def exact_line(plans: Sequence[Plan]) -> str:
    """Write the whole line with every price and size as worked out."""
    line = ""
    for place, plan in enumerate(plans):
        join = f" {plan.step.join.value} " if place else ""
        line += f"{join}{plan.shown.line}{' ?' if plan.step.preview else ''}"
    return line
