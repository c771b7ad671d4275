"""Listen keys of the private stream: made, renewed, closed, and gone after 60 minutes."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.wire import codes, limits


@dataclass(slots=True)
class _Key:
    account: str
    expires: float
    sockets: int = 0


class ListenKeys:
    """All valid keys. Times are monotonic seconds, so a clock that is set does not end a key."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._keys: dict[str, _Key] = {}

    def create(self, account: str) -> str:
        """Make a key; refused when the account has 60."""
        if len(self.of(account)) >= limits.LISTEN_KEYS_PER_UID:
            raise Refusal(codes.BAD_TEXT, "listen key count exceeds the limit")
        key = secrets.token_hex(32)
        self._keys[key] = _Key(account, self._monotonic() + limits.LISTEN_KEY_LIFE_S)
        return key

    def of(self, account: str) -> list[str]:
        """List the valid keys of an account, oldest first."""
        self._expire()
        return [key for key, entry in self._keys.items() if entry.account == account]

    def renew(self, account: str, key: str) -> None:
        """Give a key 60 minutes from this moment; refused when it is not valid."""
        self._own(account, key).expires = self._monotonic() + limits.LISTEN_KEY_LIFE_S

    def close(self, account: str, key: str) -> None:
        """End a key; refused when it is not valid."""
        self._own(account, key)
        del self._keys[key]

    def account_of(self, key: str) -> str | None:
        """Return the account of a valid key."""
        self._expire()
        entry = self._keys.get(key)
        return entry.account if entry else None

    def attach(self, key: str) -> str | None:
        """Count one more socket on a key and return its account; None when it is invalid or has 5."""
        account = self.account_of(key)
        if account is None or self._keys[key].sockets >= limits.SOCKETS_PER_LISTEN_KEY:
            return None
        self._keys[key].sockets += 1
        return account

    def detach(self, key: str) -> None:
        """Count one socket less."""
        entry = self._keys.get(key)
        if entry is not None:
            entry.sockets -= 1

    def _own(self, account: str, key: str) -> _Key:
        if self.account_of(key) != account:
            raise Refusal(
                codes.PARAM_MISSING, "Mandatory parameter 'listenKey' was not sent, was empty/null, or malformed."
            )
        return self._keys[key]

    def _expire(self) -> None:
        now = self._monotonic()
        self._keys = {key: entry for key, entry in self._keys.items() if entry.expires > now}
