"""What is wrong with the way to the venue itself, read off its answers, and told to whoever closes the gate."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from tui_trader.clock import Clock
from tui_trader.exchange.port import VenueTrouble

DOWN_AFTER_S = 30.0
"""So long nothing but 5xx, and the venue counts as down for maintenance."""
DOWN_ANSWERS = 3
BARRED = {403: "a firewall turns this machine away", 418: "it bars this address for having asked too much"}


class Troubles:
    """Judges answers. ``tell`` hears of each trouble, as often as it is seen."""

    def __init__(self, clock: Clock) -> None:
        self.tell: Callable[[VenueTrouble], None] = lambda _trouble: None
        self._clock = clock
        self._failing_since: float | None = None
        self._failures = 0

    def answered(self, status: int, retry_after: float | None) -> None:
        """Take note of an answer's HTTP status."""
        if status >= 500:
            self._failed(status)
            return
        self._failing_since = None
        if 300 <= status < 400:
            text = (
                f"The exchange's answer leads elsewhere (HTTP {status}); somebody may be in between. Look at it first."
            )
            self.tell(VenueTrouble("redirected", text, hostile=True))
        elif status in BARRED:
            wait = (
                "" if retry_after is None else f"; it asks to wait {retry_after:.0f} s, until {self._in(retry_after)}"
            )
            self.tell(VenueTrouble("barred", f"The exchange answers with HTTP {status}: {BARRED[status]}{wait}."))

    def unreached(self, failure: BaseException) -> None:
        """Take note of a connection that could not be made; only a certificate that does not fit is a trouble."""
        if distrusted(failure):
            text = "The exchange's certificate does not fit; somebody may be in between. Nothing is sent."
            self.tell(VenueTrouble("certificate", text, hostile=True))

    def _in(self, seconds: float) -> str:
        moment = datetime.fromtimestamp(self._clock.wall_ms() / 1000 + seconds, UTC)
        return f"{moment:%Y-%m-%d %H:%M:%S} UTC"

    def _failed(self, status: int) -> None:
        now = self._clock.monotonic()
        if self._failing_since is None:
            self._failing_since, self._failures = now, 0
        self._failures += 1
        if self._failures >= DOWN_ANSWERS and now - self._failing_since >= DOWN_AFTER_S:
            text = f"The exchange has answered nothing but HTTP {status} for {now - self._failing_since:.0f} s."
            self.tell(VenueTrouble("venue_down", text))


def distrusted(failure: BaseException | None) -> bool:
    """Tell whether a failure, or what caused it, is a certificate that does not fit."""
    seen = 0
    while failure is not None and seen < 10:
        if isinstance(failure, ssl.SSLCertVerificationError):
            return True
        failure, seen = failure.__cause__ or failure.__context__, seen + 1
    return False
