"""What the store keeps of risk, as the services read it; written with ``ports.Change``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tui_trader.domain.assessment import Assessment, AssessmentStatus, Constraint, Metrics


class RiskRecords(Protocol):
    """A person's own rules, risks that were found, figures over time. Every read may raise ``StoreError``.

    Of a rule that cannot be read comes what stands for it (``assessment.unreadable``), of such an assessment nothing.
    """

    async def constraints(self) -> Sequence[Constraint]:
        """List a person's own rules in the order of their making."""
        ...

    async def assessment(self, assessment_id: str) -> Assessment | None:
        """Find an assessment."""
        ...

    async def assessments(
        self, status: AssessmentStatus, limit: int, *, symbol: str | None = None, before: str | None = None
    ) -> Sequence[Assessment]:
        """List the assessments of a status by descending id, so newest first; ``before`` is the last id of a page."""
        ...

    async def metrics(self, start: int, end: int, limit: int = 500) -> Sequence[Metrics]:
        """List samples of figures from ``start`` to ``end``, both inside, oldest first."""
        ...
