"""What an owner sets: the risk profile with its limits, and rules of their own."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from tui_trader.contract.base import Answer, Money, Question, Time
from tui_trader.contract.risk import INTENT
from tui_trader.domain.assessment import Action, Operator, RiskType

PAIR = r"^[A-Z0-9]{2,20}$"
PresetName = Literal["conservative", "moderate", "aggressive"]


class Daring(StrEnum):
    """Which way a limit is loosened; a loosened limit takes effect after 60 s, a tightened one at once."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class LimitView(Answer):
    """One limit of the profile and what may be put in its place.

    ``name`` is the profile's field (``max_order_value``), ``group`` what it belongs to, ``meaning`` says in a few words
    what it limits. ``value`` is in ``unit``; a ``whole`` one takes whole numbers only. Values from ``least`` to
    ``most`` make sense (``most`` is ``None`` without a bound), and none above the limit that ``not_above`` names.
    ``off_at_zero`` limits are switched off by 0, ``per_symbol`` ones may differ for single pairs.
    """

    name: str
    group: str
    meaning: str
    unit: str
    value: Money
    least: Money
    most: Money | None = None
    not_above: str = ""
    whole: bool = False
    off_at_zero: bool = False
    per_symbol: bool = False
    daring: Daring = Daring.UP


class PendingView(Answer):
    """A loosened limit that waits: from ``at`` on it is ``value``. ``symbol`` is ``None`` for the general limit.

    A pair's own limit that goes has the general value. ``symbols`` waits with the number of pairs, 0 for all, and
    ``auto_risk_control`` with 0 for off.
    """

    name: str
    symbol: str | None
    value: Money
    at: Time


class ProfileView(Answer):
    """``GET /risk/profile``, and what every change of it answers.

    ``preset`` is the set of limits it began as. ``limits`` holds every limit in the order in which a person would read
    them; ``overrides`` by pair and name those that differ there. ``symbols`` are the only pairs that may be traded,
    empty for all. ``auto_risk_control`` tells whether a high or critical assessment refuses, or only asks. ``trouble``
    says in a sentence what was wrong with the stored profile and what holds instead; empty when all is well.
    """

    preset: str
    currency: str
    auto_risk_control: bool
    symbols: list[str]
    limits: list[LimitView]
    overrides: dict[str, dict[str, Money]]
    pending: list[PendingView] = Field(default_factory=list)
    trouble: str = ""


class UpdateProfile(Question):
    """``PUT /risk/profile``: what is left out stays; answers ``ProfileView``.

    ``preset`` begins anew from a named set of limits, on which the rest is laid: limits of single pairs go, ``symbols``
    and ``auto_risk_control`` stay. ``limits`` is by name, ``overrides`` by pair and name, where null takes the pair's
    own limit away. A soft limit that is left out follows a hard one that is put below it. Nothing is changed when
    anything makes no sense: 422 ``unprocessable`` with ``details.flaws``, a list of ``{field, reason}`` where field is
    ``max_order_value`` or ``overrides.BTCUSDT.max_order_value``. What loosens a limit waits for 60 s among ``pending``.
    """

    intent_id: str = Field(min_length=8, max_length=64, pattern=INTENT)
    preset: PresetName | None = None
    auto_risk_control: bool | None = None
    symbols: list[str] | None = Field(default=None, max_length=5000)
    limits: dict[str, Money] = Field(default_factory=dict, max_length=200)
    overrides: dict[str, dict[str, Money | None]] = Field(default_factory=dict, max_length=1000)


class ParameterView(Answer):
    """What a constraint of a type can be about, and in which unit. ``most`` bounds its value."""

    type: RiskType
    parameter: str
    unit: str = ""
    most: Money | None = None


class ConstraintView(Answer):
    """A person's own rule. It is broken while ``parameter`` is above (GT) or below (LT) ``value``.

    ``symbol`` is ``None`` for all pairs. A rule that refuses and is loosened, switched off or deleted holds as it is
    until ``until``, 60 s later; ``then`` says in a few words what it becomes.
    """

    id: str
    type: RiskType
    parameter: str
    operator: Operator
    value: Money
    action: Action
    symbol: str | None
    active: bool
    description: str
    until: Time | None = None
    then: str = ""


class ConstraintsView(Answer):
    """``GET /risk/constraints``: the rules, and everything that a rule can be about."""

    items: list[ConstraintView]
    parameters: list[ParameterView]


class CreateConstraint(Question):
    """``POST /risk/constraints`` → 201 ``ConstraintView``; 422 with ``details.flaws`` when it makes no sense."""

    intent_id: str = Field(min_length=8, max_length=64, pattern=INTENT)
    type: RiskType
    parameter: str = Field(min_length=1, max_length=40)
    operator: Operator
    value: Money
    action: Action
    symbol: str | None = Field(default=None, pattern=PAIR)
    active: bool = True
    description: str = Field(default="", max_length=200)


class UpdateConstraint(Question):
    """``PUT /risk/constraints/{id}`` → ``ConstraintView``: fields left out stay; null is for ``symbol`` only.

    ``DELETE /risk/constraints/{id}`` takes a rule away (204). What lets orders pass that a rule refuses waits for 60 s;
    meanwhile a newer change of the rule takes the place of what waits.
    """

    intent_id: str = Field(min_length=8, max_length=64, pattern=INTENT)
    type: RiskType | None = None
    parameter: str | None = Field(default=None, min_length=1, max_length=40)
    operator: Operator | None = None
    value: Money | None = None
    action: Action | None = None
    symbol: str | None = Field(default=None, pattern=PAIR)
    active: bool | None = None
    description: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _no_nulls(self) -> UpdateConstraint:
        """Refuse a null where it means nothing."""
        for name in self.model_fields_set - {"symbol"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it")
        return self
