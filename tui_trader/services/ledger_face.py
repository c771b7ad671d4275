"""The ledger as the API sees it; ``account_ledger`` fulfils it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tui_trader.services.model import LedgerRow


class Ledger(Protocol):
    """Where every balance comes from."""

    async def rows(self) -> Sequence[LedgerRow]:
        """List every asset that was ever moved, by name; nothing before the ledger has begun.

        Raises:
            StoreError: what is written down cannot be read.

        """
        ...
