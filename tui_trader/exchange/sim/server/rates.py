"""The venue's request limits as sliding windows: weight per address and account, calls per order lane."""

from collections import deque
from collections.abc import Callable
from typing import Final

from tui_trader.exchange.wire import endpoints, limits
from tui_trader.exchange.wire.endpoints import Endpoint
from tui_trader.exchange.wire.limits import Rate

_EXTRA: Final = {endpoints.BATCH_PLACE: limits.BATCH_CALLS, endpoints.ACCOUNT: limits.ACCOUNT_CALLS}


class Window:
    """How much of one rate was used within its window; times are monotonic seconds."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._spent: deque[tuple[float, int]] = deque()
        self._sum = 0

    def wait(self, amount: int, now: float) -> float:
        """Seconds until ``amount`` fits; 0 when it fits at once."""
        while self._spent and self._spent[0][0] <= now - self._rate.window:
            self._sum -= self._spent.popleft()[1]
        over = self._sum + amount - self._rate.amount
        if over <= 0:
            return 0.0
        for at, weight in self._spent:
            over -= weight
            if over <= 0:
                return at + self._rate.window - now
        return self._rate.window

    def spend(self, amount: int, now: float) -> None:
        """Count ``amount`` as used."""
        self._spent.append((now, amount))
        self._sum += amount


class Rates:
    """All windows of all callers. A call that does not fit is refused and counts nothing."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._windows: dict[tuple[object, Rate], Window] = {}

    def admit(self, endpoint: Endpoint, address: str, account: str | None) -> float:
        """Count a call; 0 when it is admitted, else the seconds to wait."""
        now = self._monotonic()
        charges = [(self._window(key, rate), amount) for key, rate, amount in _charges(endpoint, address, account)]
        wait = max(window.wait(amount, now) for window, amount in charges)
        if wait > 0:
            return wait
        for window, amount in charges:
            window.spend(amount, now)
        return 0.0

    def _window(self, key: object, rate: Rate) -> Window:
        return self._windows.setdefault((key, rate), Window(rate))


def _charges(endpoint: Endpoint, address: str, account: str | None) -> list[tuple[object, Rate, int]]:
    charges: list[tuple[object, Rate, int]] = [(("ip", address), limits.IP_WEIGHT, endpoint.weight)]
    if account is not None:
        charges.append((("uid", account), limits.UID_WEIGHT, endpoint.weight))
        if endpoint.order_limit:
            charges.append((("orders", account), limits.ORDER_CALLS, 1))
        if endpoint in _EXTRA:
            charges.append(((endpoint, account), _EXTRA[endpoint], 1))
    return charges
