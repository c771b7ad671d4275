"""Hand-written twin of ``RiskPort``: limits, rules, risks found and a lock that a test scripts.

``asked`` is the twin desk's list of calls that change something; ``failures[name]`` is raised by the next call.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from tui_trader.contract.orders import PlaceOrder
from tui_trader.contract.risk_evaluate import OrderEvaluation, PortfolioEvaluation
from tui_trader.contract.risk_limits import (
    ConstraintsView,
    ConstraintView,
    CreateConstraint,
    Daring,
    LimitView,
    ParameterView,
    PendingView,
    ProfileView,
    UpdateConstraint,
    UpdateProfile,
)
from tui_trader.contract.risk_state import (
    AssessmentView,
    LimitUse,
    LossLockView,
    MetricsView,
    RiskStatusView,
    SizeAnswer,
    SizeQuestion,
)
from tui_trader.domain.assessment import Action, AssessmentStatus, Operator, RiskLevel, RiskType
from tui_trader.domain.limit_facts import CURRENCY, LIMIT_FACTS
from tui_trader.domain.risk import Level
from tui_trader.errors import Conflict, NotFound, Refused

VALUES = {
    "confirm_order_value": "100",
    "max_order_value": "500",
    "price_collar_percent": "5",
    "market_cap_percent": "1",
    "risk_per_trade_percent": "1",
    "max_position_value": "1000",
    "max_total_exposure": "5000",
    "max_concentration_percent": "20",
    "max_open_positions": "5",
    "max_open_orders": "20",
    "min_account_balance": "0",
    "daily_loss_limit": "100",
    "weekly_loss_limit": "500",
    "daily_loss_warn_percent": "2",
    "daily_loss_percent": "3",
    "max_drawdown_percent": "10",
    "min_liquidity": "50000",
    "max_orders_per_minute": "30",
}
NOT_ABOVE = {"confirm_order_value": "max_order_value", "daily_loss_warn_percent": "daily_loss_percent"}
PER_PAIR = frozenset({"confirm_order_value", "max_order_value", "price_collar_percent", "max_position_value"})
WHOLE = frozenset({"max_open_positions", "max_open_orders", "max_orders_per_minute"})
WAIT_MS = 60_000


def limit(name: str, value: Decimal) -> LimitView:
    facts = LIMIT_FACTS[name]
    off = name == "min_account_balance"
    return LimitView(
        name=name,
        group=facts.group,
        meaning=facts.meaning,
        unit="USDT" if facts.unit == CURRENCY else facts.unit,
        value=value,
        least=Decimal(0) if off else Decimal(1) if name in WHOLE else Decimal("0.01"),
        most=Decimal(100) if name.endswith("_percent") else None,
        not_above=NOT_ABOVE.get(name, ""),
        whole=name in WHOLE,
        off_at_zero=off,
        per_symbol=name in PER_PAIR,
        daring=Daring(facts.loosened),
    )


def use(label: str, used: str | None, most: str, unit: str = "USDT", **changes: Any) -> LimitUse:
    """Make a row; percent follows from the figures."""
    percent = None if used is None else Decimal(used) * 100 / Decimal(most)
    values: dict[str, Any] = {
        "id": "R18",
        "name": label.replace(" ", "_"),
        "label": label,
        "used": used,
        "limit": most,
        "unit": unit,
        "percent": percent,
        "level": None if percent is not None and percent < 100 else Level.HARD,
    }
    return LimitUse(**values | changes)


class TwinRisk:
    """What the twin desk says of risk."""

    def __init__(
        self,
        asked: list[tuple[Any, ...]],
        check: Callable[[str], None],
        now: Callable[[], int],
        gate: Callable[[], str],
    ) -> None:
        self._asked, self._check, self._now, self._gate = asked, check, now, gate
        self._numbers = itertools.count(1)
        self.gate_reason = ""
        self.preset = "moderate"
        self.auto = True
        self.symbols: list[str] = []
        self.values = {name: Decimal(value) for name, value in VALUES.items()}
        self.overrides: dict[str, dict[str, Decimal]] = {"BTCUSDT": {"max_order_value": Decimal(2000)}}
        self.pending: list[PendingView] = []
        self.flaws: list[dict[str, str]] = []
        """What the next change of profile or rules is refused for."""
        self.trouble = ""
        self.uses: list[LimitUse] = [
            use("day loss", "62", "100", id="R19"),
            use("total exposure", "1204.5", "5000"),
            use("position value", "480", "1000", symbol="BTC"),
            use("open orders", "3", "20", "orders", id="R17"),
        ]
        self.lock: LossLockView | None = None
        self.rules: dict[str, ConstraintView] = {}
        self.rules_wait = False
        """Whether a rule is deleted only when it has waited, which it never has here."""
        self.found: dict[str, AssessmentView] = {}

    # What a test does

    def find_risk(self, kind: RiskType, level: RiskLevel, message: str, recommendation: str) -> AssessmentView:
        """Have a risk found."""
        made = AssessmentView(
            id=f"risk{next(self._numbers)}",
            type=kind,
            level=level,
            status=AssessmentStatus.ACTIVE,
            symbol="BTCUSDT",
            position_id=None,
            order_id=None,
            score=level.score,
            message=message,
            recommendation=recommendation,
            created_at=self._now() - 600_000,
            updated_at=self._now(),
            resolved_at=None,
        )
        self.found[made.id] = made
        return made

    def put_rule(self, parameter: str = "spread_percent", value: str = "0.5", **changes: Any) -> ConstraintView:
        """Have a rule."""
        values: dict[str, Any] = {
            "id": f"rule{next(self._numbers)}",
            "type": RiskType.LIQUIDITY,
            "parameter": parameter,
            "operator": Operator.GT,
            "value": value,
            "action": Action.BLOCK,
            "symbol": None,
            "active": True,
            "description": "",
        }
        made = ConstraintView(**values | changes)
        self.rules[made.id] = made
        return made

    # What a console asks

    async def status(self) -> RiskStatusView:
        self._check("risk.status")
        active = [each for each in self.found.values() if each.status is AssessmentStatus.ACTIVE]
        return RiskStatusView(
            at=self._now(),
            gate=self._gate(),
            gate_reason=self.gate_reason,
            preset=self.preset,
            currency="USDT",
            limits=self.uses,
            lock=self.lock,
            assessments=sorted(active, key=lambda each: -each.score),
            trouble=self.trouble,
        )

    async def lift_lock(self, intent_id: str, phrase: str) -> RiskStatusView:
        self._check("risk.lift_lock")
        self._asked.append(("risk.lift_lock", intent_id, phrase))
        if self.lock is None or phrase != self.lock.phrase:
            raise Conflict("That does not lift the loss lock.")
        self.lock = None
        return await self.status()

    async def profile(self) -> ProfileView:
        self._check("risk.profile")
        return ProfileView(
            preset=self.preset,
            currency="USDT",
            auto_risk_control=self.auto,
            symbols=self.symbols,
            limits=[limit(name, value) for name, value in self.values.items()],
            overrides=self.overrides,
            pending=self.pending,
            trouble=self.trouble,
        )

    async def update_profile(self, change: UpdateProfile) -> ProfileView:
        self._check("risk.update_profile")
        self._asked.append(("risk.update_profile", change))
        self._refuse()
        if change.preset is not None:
            self.preset = change.preset
        if change.auto_risk_control is not None:
            self.auto = change.auto_risk_control
        if change.symbols is not None:
            self.symbols = change.symbols
        for name, value in change.limits.items():
            self._put(name, value)
        for symbol, own in change.overrides.items():
            for name, wanted in own.items():
                self._override(symbol, name, wanted)
        return await self.profile()

    async def constraints(self) -> ConstraintsView:
        self._check("risk.constraints")
        parameters = [
            ParameterView(type=RiskType.POSITION, parameter="order_value", unit="USDT"),
            ParameterView(type=RiskType.LIQUIDITY, parameter="spread_percent", unit="%"),
            ParameterView(type=RiskType.CONCENTRATION, parameter="concentration_percent", unit="%", most=Decimal(100)),
        ]
        return ConstraintsView(items=list(self.rules.values()), parameters=parameters)

    async def create_constraint(self, rule: CreateConstraint) -> ConstraintView:
        self._check("risk.create_constraint")
        self._asked.append(("risk.create_constraint", rule))
        self._refuse()
        return self.put_rule(**rule.model_dump(exclude={"intent_id"}))

    async def update_constraint(self, constraint_id: str, change: UpdateConstraint) -> ConstraintView:
        self._check("risk.update_constraint")
        self._asked.append(("risk.update_constraint", constraint_id, change))
        self._refuse()
        changes = change.model_dump(exclude_unset=True, exclude={"intent_id"})
        self.rules[constraint_id] = self._rule(constraint_id).model_copy(update=changes)
        return self.rules[constraint_id]

    async def delete_constraint(self, constraint_id: str) -> None:
        self._check("risk.delete_constraint")
        self._asked.append(("risk.delete_constraint", constraint_id))
        rule = self._rule(constraint_id)
        if self.rules_wait:
            self.rules[rule.id] = rule.model_copy(update={"until": self._now() + 60_000, "then": "deleted"})
        else:
            del self.rules[rule.id]

    async def assessments(
        self, status: str | None = None, symbol: str | None = None, limit: int = 50
    ) -> Sequence[AssessmentView]:
        self._check("risk.assessments")
        wanted = status or "ACTIVE"
        return [each for each in self.found.values() if each.status == wanted and symbol in {None, each.symbol}][:limit]

    async def resolve(self, intent_id: str, assessment_id: str) -> AssessmentView:
        return self._settle("resolve", intent_id, assessment_id, AssessmentStatus.RESOLVED)

    async def ignore(self, intent_id: str, assessment_id: str) -> AssessmentView:
        return self._settle("ignore", intent_id, assessment_id, AssessmentStatus.IGNORED)

    async def metrics(self) -> MetricsView:
        raise NotFound("This twin keeps no figures.")

    async def metrics_history(self, start: int | None = None, limit: int = 500) -> Sequence[MetricsView]:
        raise NotFound("This twin keeps no figures.")

    async def evaluate_order(self, order: PlaceOrder) -> OrderEvaluation:
        raise NotFound("This twin evaluates nothing.")

    async def evaluate_portfolio(self) -> PortfolioEvaluation:
        raise NotFound("This twin evaluates nothing.")

    async def size(self, question: SizeQuestion) -> SizeAnswer:
        raise NotFound("This twin sizes nothing.")

    # How it does it

    def _settle(self, how: str, intent_id: str, assessment_id: str, status: AssessmentStatus) -> AssessmentView:
        self._check(f"risk.{how}")
        self._asked.append((f"risk.{how}", intent_id, assessment_id))
        changes = {"status": status, "resolved_at": self._now()}
        self.found[assessment_id] = self.found[assessment_id].model_copy(update=changes)
        return self.found[assessment_id]

    def _refuse(self) -> None:
        if self.flaws:
            flaws, self.flaws = self.flaws, []
            raise Refused(f"{flaws[0]['field']} {flaws[0]['reason']}.", code="unprocessable", details={"flaws": flaws})

    def _put(self, name: str, value: Decimal) -> None:
        """Take a tightened limit at once, a loosened one later."""
        loosened = value < self.values[name] if LIMIT_FACTS[name].loosened == "down" else value > self.values[name]
        self.pending = [each for each in self.pending if (each.name, each.symbol) != (name, None)]
        if loosened:
            self.pending.append(PendingView(name=name, symbol=None, value=value, at=self._now() + WAIT_MS))
        else:
            self.values[name] = value

    def _override(self, symbol: str, name: str, value: Decimal | None) -> None:
        own = self.overrides.setdefault(symbol, {})
        if value is None:
            own.pop(name, None)
        else:
            own[name] = value
        if not own:
            del self.overrides[symbol]

    def _rule(self, constraint_id: str) -> ConstraintView:
        if constraint_id not in self.rules:
            raise NotFound(f"There is no rule {constraint_id}.")
        return self.rules[constraint_id]
