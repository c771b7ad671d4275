"""Halting, resuming and lifting the loss lock as the API sees them; ``risk`` fulfils it."""

from __future__ import annotations

from typing import Protocol

from tui_trader.domain.halt import Certificate


class Risk(Protocol):
    """Halting, resuming, and lifting the loss lock."""

    async def halt(
        self, reason: str = "", *, everything: bool = False, by: str = "person", intent_id: str = ""
    ) -> Certificate:
        """Halt trading and cancel what would increase exposure, or everything; the same intent gets the same answer."""
        ...

    def certificate(self) -> Certificate | None:
        """Return what the newest press of the kill switch has done so far."""
        ...

    async def resume(self, reason: str, *, intent_id: str) -> str:
        """Trade again after a clean comparison, and say where the gate stands; the same intent gets the same answer."""
        ...

    def barred(self, phrase: str) -> str:
        """Say why a phrase would not lift the loss lock now; empty where it would."""
        ...

    async def lift(self, phrase: str, *, intent_id: str) -> str:
        """Lift the loss lock and say what is left to do; the same intent gets the same answer."""
        ...
