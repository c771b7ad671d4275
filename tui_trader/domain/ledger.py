"""The words of the double-entry ledger: accounts of an asset, entries, and differences that nothing explains."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tui_trader.domain.money import EXACT


class LedgerAccount(StrEnum):
    """The accounts of one asset: what is held at the venue, and where it came from or went to."""

    HOLDING = "holding"
    OPENING = "opening"
    TRADED = "traded"
    FEES = "fees"
    EXTERNAL = "external"
    ADJUSTMENT = "adjustment"


class Move(NamedTuple):
    """What ``account`` gives to the holding of an asset; a negative ``delta`` is what it takes."""

    asset: str
    account: LedgerAccount
    delta: Decimal


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A move that follows from no execution: an opening, a move from or to elsewhere, an adjustment.

    ``ref`` makes two reports of one move the same. ``at`` is UTC ms by the venue's clock; ``note`` says why, in the
    venue's word for the cause or in a person's.
    """

    ref: str
    asset: str
    account: LedgerAccount
    delta: Decimal
    at: int
    note: str = ""

    @property
    def move(self) -> Move:
        """What it moves."""
        return Move(self.asset, self.account, self.delta)


@dataclass(frozen=True, slots=True)
class LedgerBreak:
    """A balance that the ledger does not explain: ``expected`` by the ledger, ``found`` at the venue (free and locked).

    ``since`` is when it was established, UTC ms.
    """

    asset: str
    expected: Decimal
    found: Decimal
    since: int

    @property
    def difference(self) -> Decimal:
        """What is there beyond what is explained; negative where something is missing."""
        return EXACT.subtract(self.found, self.expected)
