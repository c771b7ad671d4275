"""The care of what was written down, as the API sees it."""

from __future__ import annotations

from typing import Protocol

from tui_trader.services.ports import Backup, ChainHead, Rebuilt


class Upkeep(Protocol):
    """Audits and backups. Every method may raise ``StoreError``."""

    async def verified(self) -> ChainHead:
        """Check the journal's chain from its first line."""
        ...

    async def rebuilt(self) -> Rebuilt:
        """Compare the tables with what follows from the journal."""
        ...

    async def backup(self) -> Backup:
        """Make a backup and check it."""
        ...
