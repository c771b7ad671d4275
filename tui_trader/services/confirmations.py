"""Tokens for soft limits: each is bound to one order's exact numbers, passes once, and lives ten seconds."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from tui_trader.clock import Clock
from tui_trader.domain.order import OrderRequest
from tui_trader.domain.risk import Breach, Level

LIFE_SECONDS = 10.0
KEPT = 256
"""So many tokens are valid at once at most; the oldest goes."""

Numbers = tuple[OrderRequest, frozenset[str]]


class Confirmations:
    """Tokens given out and not used yet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given: dict[str, tuple[float, Numbers]] = {}

    def give(self, request: OrderRequest, breaches: Sequence[Breach]) -> str:
        """Return a token for what was shown: this request, with these soft breaches."""
        now = self._clock.monotonic()
        self._given = {token: given for token, given in self._given.items() if now - given[0] <= LIFE_SECONDS}
        while len(self._given) >= KEPT:
            del self._given[next(iter(self._given))]
        token = secrets.token_urlsafe(12)
        self._given[token] = (now, _numbers(request, breaches))
        return token

    def passes(self, token: str | None, request: OrderRequest, breaches: Sequence[Breach]) -> bool:
        """Use a token up and tell whether it was given for this; a breach that was not shown does not pass.

        The figures of a limit move with the market, so the codes of the breaches are compared, the request exactly.
        """
        given = self._given.pop(token, None) if token else None
        if given is None or self._clock.monotonic() - given[0] > LIFE_SECONDS:
            return False
        (request_shown, shown), (request_now, now) = given[1], _numbers(request, breaches)
        return request_shown == request_now and now <= shown


def _numbers(request: OrderRequest, breaches: Sequence[Breach]) -> Numbers:
    return request, frozenset(breach.code for breach in breaches if breach.level is Level.SOFT)
