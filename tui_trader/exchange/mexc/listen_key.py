"""The key of the private stream: made, renewed every 30 minutes, made anew when lost, given back at the end."""

from __future__ import annotations

import re
from typing import Any

from tui_trader.clock import Clock
from tui_trader.errors import VenueError, VenueRejected
from tui_trader.exchange.mexc import fields
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.reader import Reader
from tui_trader.exchange.wire import endpoints
from tui_trader.exchange.wire.limits import LISTEN_KEY_LIFE_S

_KEY = re.compile(r"[A-Za-z0-9_.~-]{1,512}")


class ListenKey:
    """Holds at most one key. The key opens the private stream, so it is treated as a secret."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._key = ""
        self._valid_until = 0.0

    async def get(self) -> str:
        """Return a valid key, a new one if need be.

        Raises:
            VenueError: the venue gives none.

        """
        if not self._key or self._clock.monotonic() >= self._valid_until:
            try:
                key = await self._reader.read(endpoints.LISTEN_CREATE, {}, _key_of)
            except VenueRejected:
                key = await self._existing()
            self._take(key)
        return self._key

    async def renew(self) -> bool:
        """Prolong the key by an hour; ``False`` when the venue does not, and then the key is forgotten."""
        if not self._key:
            return False
        try:
            self._take(await self._reader.read(endpoints.LISTEN_RENEW, {"listenKey": self._key}, _key_of))
        except VenueError:
            self.forget()
            return False
        return True

    def forget(self) -> None:
        """Have the next ``get`` make a new key."""
        self._key = ""

    async def give_back(self) -> None:
        """Delete the key; a failure leaves it to expire."""
        key, self._key = self._key, ""
        if key:
            try:
                await self._reader.read(endpoints.LISTEN_CLOSE, {"listenKey": key}, fields.row_of, attempts=1)
            except VenueError:
                return

    async def _existing(self) -> str:
        """Return one of the account's keys: the venue makes no more than 60."""
        keys = await self._reader.read(endpoints.LISTEN_LIST, {}, _keys_of)
        if not keys:
            raise VenueRejected("The exchange gives no key for the private stream.", code=0)
        return keys[0]

    def _take(self, key: str) -> None:
        self._key = key
        self._valid_until = self._clock.monotonic() + LISTEN_KEY_LIFE_S - 60.0

    def __repr__(self) -> str:
        return "ListenKey(…)"


def _checked(value: Any) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise Unreadable("listenKey is missing")
    return value


def _key_of(data: Any) -> str:
    return _checked(fields.row_of(data).get("listenKey"))


def _keys_of(data: Any) -> list[str]:
    return [_checked(key) for key in fields.rows_of(fields.row_of(data).get("listenKey"))]
