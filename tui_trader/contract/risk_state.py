"""How risk stands: limits and how much of them is used, the loss lock, what was found, figures, and sizes."""

from __future__ import annotations

from pydantic import Field

from tui_trader.contract.base import Answer, Money, Question, Time
from tui_trader.contract.orders import BreachView
from tui_trader.contract.risk import INTENT
from tui_trader.contract.risk_limits import PAIR
from tui_trader.domain.assessment import AssessmentStatus, RiskLevel, RiskType
from tui_trader.domain.expression import SizeMethod
from tui_trader.domain.order import Side
from tui_trader.domain.risk import Level


class LimitUse(Answer):
    """How much of a limit is used.

    ``id`` is the rule's (``R18``), ``name`` the profile's field, ``label`` a few words for a person. ``used`` and
    ``limit`` are in ``unit``, ``percent`` is what part of the limit is used. ``level`` is what the next order would
    meet: ``None`` while inside. ``used`` and ``percent`` are ``None`` while the figure is not known, which counts as a
    breach. ``symbol`` is the pair or asset that the figure is about.
    """

    id: str
    name: str
    label: str
    used: Money | None
    limit: Money
    unit: str
    percent: Money | None
    level: Level | None = None
    symbol: str | None = None


class LossLockView(Answer):
    """The loss lock while it is on. It ends by itself at ``until``, or is lifted by typing ``phrase``.

    It can be lifted from ``liftable_at`` on. ``cancels`` tells whether resting entries are cancelled too.
    """

    reason: str
    since: Time
    until: Time
    liftable_at: Time
    phrase: str
    cancels: bool = False


class AssessmentView(Answer):
    """A risk that was found, what to do about it, and whether it still stands. ``score`` is 25, 50, 75 or 100."""

    id: str
    type: RiskType
    level: RiskLevel
    status: AssessmentStatus
    symbol: str | None
    position_id: str | None
    order_id: str | None
    score: int
    message: str
    recommendation: str
    created_at: Time
    updated_at: Time
    resolved_at: Time | None


class SettleAssessment(Question):
    """``POST /risk/assessments/{id}/resolve`` and ``/ignore`` → ``AssessmentView``.

    404 when unknown, 409 when it is no longer active. ``GET /risk/assessments`` lists them, newest first, by
    ``?status=`` (ACTIVE unless told), ``symbol`` and ``limit``.
    """

    intent_id: str = Field(min_length=8, max_length=64, pattern=INTENT)


class RiskStatusView(Answer):
    """``GET /risk/status``: everything that a risk panel shows, in one answer.

    ``limits`` has one row for each limit that is used up by something (losses, exposure, positions, orders, rates),
    the most used of those with a symbol. ``lock`` is ``None`` while no loss lock is on, ``assessments`` are the active
    ones, worst first. ``trouble`` says what is wrong with the stored profile.
    """

    at: Time
    gate: str
    gate_reason: str
    preset: str
    currency: str
    limits: list[LimitUse]
    lock: LossLockView | None = None
    assessments: list[AssessmentView] = Field(default_factory=list)
    trouble: str = ""


class LiftLock(Question):
    """``POST /risk/lift`` → ``RiskStatusView``: lift the loss lock by its phrase; 409 when it is early or wrong."""

    intent_id: str = Field(min_length=8, max_length=64, pattern=INTENT)
    phrase: str = Field(min_length=1, max_length=100)


class MetricsView(Answer):
    """``GET /risk/metrics``; ``GET /risk/metrics/history?from=&to=&limit=`` lists samples, oldest first.

    Money in the account currency, percentages in percent, ``None`` is not known. ``equity`` counts each coin once.
    """

    at: Time
    equity: Money | None
    exposure: Money | None
    drawdown_percent: Money | None
    max_drawdown_percent: Money
    day_pnl: Money | None
    week_pnl: Money | None
    month_pnl: Money | None
    concentration_percent: Money | None
    volatility_percent: Money | None
    liquidity: Money | None
    score: int
    active_risks: int
    high_risks: int


class SizeQuestion(Question):
    """``POST /risk/size`` → ``SizeAnswer``. It changes nothing, so it carries no intent id.

    ``value`` is percent of the account for ``risk_percent``, ``fraction`` and ``atr``, money for ``risk_money``, and
    the most in percent for ``kelly``. ``price`` is the entry, the book's price where it is left out; ``stop`` is needed
    by the two risks; with ``fraction`` and ``kelly``, which put a share of the account in, it only tells the loss.
    ``win_percent`` and ``payoff`` (average gain / average loss) are Kelly's, ``multiple`` is how many average daily
    ranges away ATR's stop stands, 2 unless told. What makes no sense is answered by 422 with ``details.fields``.
    """

    symbol: str = Field(pattern=PAIR)
    side: Side = Side.BUY
    method: SizeMethod = SizeMethod.RISK_PERCENT
    value: Money
    price: Money | None = None
    stop: Money | None = None
    win_percent: Money | None = None
    payoff: Money | None = None
    multiple: Money | None = None


class SizeAnswer(Answer):
    """A size and why. ``sentence`` says it in English; money in the pair's quote asset.

    ``loss_at_stop`` counts both fees and ``slippage``, the book's; ``breaches`` are the limits that an order of this
    size touches.
    """

    symbol: str
    side: Side
    method: SizeMethod
    quantity: Money
    price: Money
    stop: Money | None
    stop_distance: Money | None
    notional: Money
    fees: Money
    slippage: Money
    loss_at_stop: Money | None
    sentence: str
    breaches: list[BreachView] = Field(default_factory=list)
