"""How much of the limits is in use now, collected from what also tells the gate."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from tui_trader.domain.money import EXACT, ZERO
from tui_trader.rules.gate import CASH, OWN
from tui_trader.rules.gate_conduct import MINUTE_MS, SECOND_MS
from tui_trader.rules.risk.limit_use import Usage
from tui_trader.services.risk_figures import Figures


def usage(figures: Figures, now: int) -> Usage:
    """Collect everything at ``now`` (UTC ms)."""
    worth = figures.worth()
    entries, _, resting = figures.under_way("")
    entered = figures.working.pending.entered
    bought = _bought(figures)
    opened = figures.open_pairs()
    held = {asset for asset, value in worth.values.items() if value} if worth else set()
    sent, fired = _recent(figures, now)
    return Usage(
        losses=figures.losses.losses(),
        equity=None if worth is None else worth.equity,
        exposure=None if worth is None else worth.coins,
        entries=entries,
        resting=resting,
        held={asset: _sum(figures.held(asset), bought.get(asset, ZERO)) for asset in (held | bought.keys()) - CASH},
        falls={symbol: figures.fall(pair) for symbol in opened if (pair := figures.market_.find(symbol)) is not None},
        positions=len(opened | entered),
        working=Counter(order.symbol for order in figures.working.working()),
        sent=sent,
        fired=fired,
        conduct=figures.conduct(""),
        now=now,
    )


def _sum(held: Decimal | None, bought: Decimal) -> Decimal | None:
    return None if held is None else EXACT.add(held, bought)


def _bought(figures: Figures) -> dict[str, Decimal]:
    """Return by coin what is being acquired of it; not a number where that is not known."""
    return {asset: figures.under_way(asset)[1] for asset in figures.working.pending.acquired}


def _recent(figures: Figures, now: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Count what passed the gate within the last second and minute: orders of persons, and of rules."""
    counts = {True: [0, 0], False: [0, 0]}
    for each in figures.working.recent(now):
        for index, span in enumerate((SECOND_MS, MINUTE_MS)):
            counts[each.origin in OWN][index] += now - each.at < span
    sent, fired = counts[True], counts[False]
    return (sent[0], sent[1]), (fired[0], fired[1])
