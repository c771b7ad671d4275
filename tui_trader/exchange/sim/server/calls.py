"""One call on its way to a handler, and what handlers are."""

from collections.abc import Callable
from dataclasses import dataclass

from tui_trader.exchange.sim.server.house import House
from tui_trader.exchange.sim.server.params import Params


@dataclass(frozen=True, slots=True)
class Call:
    """An admitted call. ``now_ms`` is venue time; ``account`` is empty on public calls; ``lag_ms`` is a fault."""

    house: House
    params: Params
    now_ms: int
    account: str = ""
    lag_ms: int = 0


Handler = Callable[[Call], object]
"""Answers a call with something JSON can carry, or raises a Refusal."""
