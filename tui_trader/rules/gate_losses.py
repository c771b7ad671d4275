"""Checks of losses: of the day and week, from the peak, paid as slippage, in a row (R09, R19, R35)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_trader.domain.money import ZERO
from tui_trader.domain.risk import Breach, Level
from tui_trader.rules.gate import GateFacts
from tui_trader.rules.gate_limit import HUNDRED, Told, known, over, percent, times, unknown
from tui_trader.rules.risk.loss_limits import Losses, exceeded, warned

MINUTE_MS = 60_000


def loss(facts: GateFacts) -> Iterator[Breach]:
    """R19: the loss of the UTC day and week, from their highest equity; a loss nobody knows is a breach.

    It locks entries; what only reduces passes without a question.
    """
    figures = facts.given.account
    if facts.reducing:
        return
    losses = Losses(figures.equity, figures.day_loss, figures.week_loss)
    reason = exceeded(losses, facts.given.profile, facts.given.currency)
    warning = None if reason else warned(losses, facts.given.profile)
    if reason is not None:
        yield Breach("loss_limit", Level.HARD, reason.sentence, reason.figure, reason.limit, "stop for now")
    elif warning is not None:
        yield Breach("loss_warning", Level.SOFT, warning.sentence, warning.figure, warning.limit)


def drawdown(facts: GateFacts) -> Iterator[Breach]:
    """R18: loss of the pair's position, and of the account from its peak; one and a half times the limit refuses."""
    figures, limit = facts.given.account, facts.given.profile.max_drawdown_percent
    equity, peak, position = figures.equity, figures.peak, figures.position_loss_percent
    if equity is None or peak is None or not known(equity) or not known(peak) or peak <= 0:
        yield unknown("no_drawdown", "The account's loss from its peak")
    else:
        fallen = max(ZERO, HUNDRED - percent(equity, peak))
        told = Told("max_drawdown", "The account stands {figure} below its peak", "%", "stop for now")
        yield from over(told, fallen, limit, times(limit, "1.5"))
    if not facts.enters:
        return
    if position is None or not known(position):
        yield unknown("no_position_loss", "The loss of the position", Level.SOFT)
        return
    told = Told("position_loss", "The position it adds to stands {figure} below its cost", "%", "do not add to it")
    yield from over(told, position, limit, times(limit, "1.5"))


def slippage_paid(facts: GateFacts) -> Iterator[Breach]:
    """R09: slippage paid within ten minutes, of the account's worth."""
    paid, equity = facts.given.conduct.slippage_paid, facts.given.account.equity
    if paid is None or equity is None or not known(paid) or not known(equity) or equity <= 0:
        yield unknown("no_slippage", "The slippage paid lately")
        return
    told = Told("slippage_paid", "Slippage of ten minutes cost {figure} of the account", "%", "use limit orders")
    yield from over(told, percent(paid, equity), None, facts.given.profile.max_slippage_paid_percent)


def cooldown(facts: GateFacts) -> Iterator[Breach]:
    """R35: after so many losing closes in a row a pause is asked for; off at 0."""
    conduct, profile = facts.given.conduct, facts.given.profile
    if not profile.cooldown_losses or conduct.losses < profile.cooldown_losses or conduct.last_loss_at is None:
        return
    passed = Decimal(facts.given.now - conduct.last_loss_at) / MINUTE_MS
    if passed < profile.cooldown_minutes:
        message = f"The last {conduct.losses} closes lost money; a pause of {profile.cooldown_minutes} min is on."
        yield Breach("cooldown", Level.SOFT, message, f"{passed:.0f} min", f"{profile.cooldown_minutes} min")
