"""What a simulated venue is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final

DEFAULT_ACCOUNT: Final = "paper"

STARTING_BALANCES: Final[Mapping[str, Decimal]] = MappingProxyType(
    {"USDT": Decimal(100_000), "BTC": Decimal(1), "ETH": Decimal(10), "MX": Decimal(1000)}
)


@dataclass(frozen=True, slots=True)
class ReplaySource:
    """One replay: ``SYMBOL=FILE[@SPEED]``. ``speed`` multiplies file time; None is as fast as possible."""

    symbol: str
    path: Path
    speed: Decimal | None = Decimal(1)


@dataclass(frozen=True, slots=True)
class VenueConfig:
    """Settings of a venue.

    ``seed`` None takes the one remembered in the state folder, else 1. ``symbols`` empty means all (or those
    remembered). ``queue_share`` is the share (0 to 1) of the synthetic size at a level that stands ahead of an
    own order that joins it: 1 is a fair queue, 0 puts own orders first. ``replay_chunk`` is how many prints one
    ``advance`` emits at most for a replay at full speed. ``state_dir`` None keeps nothing.
    """

    seed: int | None = None
    symbols: tuple[str, ...] = ()
    replays: tuple[ReplaySource, ...] = ()
    balances: Mapping[str, Decimal] = field(default_factory=lambda: STARTING_BALANCES)
    account: str = DEFAULT_ACCOUNT
    refuse_repeated_ids: bool = True
    queue_share: Decimal = Decimal(1)
    replay_chunk: int = 500
    max_open_orders: int = 500
    state_dir: Path | None = None
    fsync: bool = False
