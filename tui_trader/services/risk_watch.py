"""What watches risk while the desk runs, as the desk loads and runs it: losses, conduct, candles, what is found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from tui_trader.services.assessments import AssessmentService
from tui_trader.services.limits import LimitsService
from tui_trader.services.risk_conduct import Conduct
from tui_trader.services.risk_daily import DailyFigures
from tui_trader.services.risk_losses import LossKeeper
from tui_trader.services.risk_metrics import RiskMetrics
from tui_trader.services.tasks import Tasks

VITAL = frozenset({"limits", "losses", "conduct"})
"""What the gate's checks rely on: the gate closes where one of them fails again and again."""


@dataclass(frozen=True, slots=True)
class RiskWatch:
    """``limits`` are loaded before all else by whoever brings the desk up.

    ``pairs`` are those whose daily figures are kept at hand.
    """

    limits: LimitsService
    losses: LossKeeper
    conduct: Conduct
    daily: DailyFigures
    pairs: Callable[[], Iterable[str]]
    assessments: AssessmentService
    metrics: RiskMetrics

    async def load(self) -> None:
        """Take over what the store remembers."""
        await self.losses.load()
        await self.conduct.load()
        await self.assessments.load()

    def begin(self, tasks: Tasks) -> None:
        """Begin the work that never ends; without what the gate relies on, nothing may be entered."""
        for name, work in self._works():
            tasks.run(name, work, vital=name in VITAL)

    def _works(self) -> tuple[tuple[str, Callable[[], Awaitable[None]]], ...]:
        return (
            ("limits", self.limits.keep),
            ("own rules", self.limits.keep_rules),
            ("losses", self.losses.keep),
            ("conduct", self.conduct.listen),
            ("daily candles", lambda: self.daily.keep(self.pairs)),
            ("risks", self.assessments.keep),
            ("executions that move risks", self.assessments.listen),
            ("samples of risk", self.metrics.keep),
        )
