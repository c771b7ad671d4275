"""A consistent picture of the account from an interface that has none (reliability.md §3.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance
from tui_trader.domain.fill import Fill
from tui_trader.exchange.port import Exchange, VenueOrder
from tui_trader.services.cursors import Cursors
from tui_trader.services.evidence import ahead_ms

TRIES = 4
AHEAD_MS = 60_000
"""Executions are read up to a little after now, for the estimate of the venue's clock may be off."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What rests, what was executed, what is there. ``exact`` when nothing moved meanwhile.

    ``at`` is its begin and ``middle`` lies between its two readings of the balances, UTC ms by the venue's clock. A
    picture that is not exact adds facts and never concludes that something is absent.
    """

    at: int
    middle: int
    open_orders: Sequence[VenueOrder]
    fills: Sequence[Fill]
    balances: Sequence[Balance]
    symbols: frozenset[str]
    exact: bool
    events: int


async def take(
    exchange: Exchange,
    clock: Clock,
    cursors: Cursors,
    symbols: Callable[[Sequence[Balance], Sequence[VenueOrder]], Iterable[str]],
    events: Callable[[], int],
) -> Snapshot:
    """Ask until two readings of the balances agree and the stream was quiet between them, at most four times.

    ``symbols`` says of which pairs executions are read; ``events`` counts what the stream brought.

    Raises:
        VenueError: a read failed.

    """
    for tried in range(TRIES):
        at, count = clock.wall_ms() + ahead_ms(exchange), events()
        before = await exchange.balances()
        first = clock.wall_ms()
        resting = await exchange.open_orders()
        pairs = frozenset(symbols(before, resting))
        fills = [
            fill
            for symbol in sorted(pairs)
            for fill in await exchange.fills(symbol, cursors.start(symbol, at), at + AHEAD_MS)
        ]
        middle = (first + clock.wall_ms()) // 2 + ahead_ms(exchange)
        after = await exchange.balances()
        exact = _amounts(before) == _amounts(after) and events() == count
        if exact or tried == TRIES - 1:
            break
    return Snapshot(at, middle, resting, fills, after, pairs, exact, count)


def _amounts(balances: Sequence[Balance]) -> dict[str, tuple[Decimal, Decimal]]:
    return {each.asset: (each.free, each.locked) for each in balances}
