"""``/risk``: the profile, own rules, the loss lock, and how far limits are used."""

from __future__ import annotations

from tui_trader.api import risk_views as views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.contract.risk_limits import (
    ConstraintsView,
    ConstraintView,
    CreateConstraint,
    ProfileView,
    UpdateConstraint,
    UpdateProfile,
)
from tui_trader.contract.risk_state import LiftLock, RiskStatusView
from tui_trader.domain.risk_profile import Preset
from tui_trader.rules.risk.limit_changes import ProfileChange


async def profile(call: Call) -> ProfileView:
    """Show the limits."""
    return views.profile_view(call.services.limits.profile())


async def change_profile(call: Call) -> ProfileView:
    """Change limits."""
    asked: UpdateProfile = call.question
    change = ProfileChange(
        preset=None if asked.preset is None else Preset(asked.preset),
        auto_risk_control=asked.auto_risk_control,
        symbols=None if asked.symbols is None else tuple(asked.symbols),
        limits=asked.limits,
        overrides=asked.overrides,
    )
    return views.profile_view(await call.services.limits.change_profile(asked.intent_id, change))


async def constraints(call: Call) -> ConstraintsView:
    """List own rules, and what they can be about."""
    limits = call.services.limits
    return ConstraintsView(
        items=[views.constraint_view(each, limits.waiting_rules()) for each in limits.constraints()],
        parameters=list(views.parameter_views(limits.profile().currency)),
    )


async def create_constraint(call: Call) -> ConstraintView:
    """Make a rule."""
    asked: CreateConstraint = call.question
    fields = asked.model_dump(exclude={"intent_id"})
    return views.constraint_view(await call.services.limits.create_constraint(asked.intent_id, fields))


async def update_constraint(call: Call) -> ConstraintView:
    """Change the fields that were sent."""
    asked: UpdateConstraint = call.question
    fields = asked.model_dump(exclude_unset=True, exclude={"intent_id"})
    changed = await call.services.limits.update_constraint(call.path["id"], asked.intent_id, fields)
    return views.constraint_view(changed, call.services.limits.waiting_rules())


async def delete_constraint(call: Call) -> None:
    """Take a rule away."""
    await call.services.limits.delete_constraint(call.path["id"])


async def lift(call: Call) -> RiskStatusView:
    """Lift the loss lock."""
    asked: LiftLock = call.question
    await call.services.risk.lift(asked.phrase, intent_id=asked.intent_id)
    return await status(call)


async def status(call: Call) -> RiskStatusView:
    """Show how risk stands."""
    return views.status_view(call.services.limits.status())


_RULE = "/risk/constraints/{id}"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/risk/status", status, "How far limits are used, the loss lock, active risks", RiskStatusView),
    Endpoint("POST", "/risk/lift", lift, "Lift the loss lock by its phrase", RiskStatusView, LiftLock),
    Endpoint("GET", "/risk/profile", profile, "Every limit", ProfileView),
    Endpoint("PUT", "/risk/profile", change_profile, "Change limits; looser ones wait", ProfileView, UpdateProfile),
    Endpoint("GET", "/risk/constraints", constraints, "Own rules", ConstraintsView),
    Endpoint("POST", "/risk/constraints", create_constraint, "Make a rule", ConstraintView, CreateConstraint, 201),
    Endpoint("PUT", _RULE, update_constraint, "Change a rule", ConstraintView, UpdateConstraint),
    Endpoint("DELETE", _RULE, delete_constraint, "Take a rule away", None, status=204),
)
