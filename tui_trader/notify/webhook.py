"""Messages posted as JSON to an address of the owner's: one after the other, retried, and never waited for.

The address is often a secret by itself, so it is kept out of logs and of every sentence.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx

from tui_trader.clock import Clock
from tui_trader.logs import register_secret

KEPT = 100
"""So many messages wait at most; the oldest goes."""
PAUSES = (1.0, 5.0, 20.0, 60.0)
"""Seconds before each further try of a message; after the last one it is given up."""
TIMEOUT = httpx.Timeout(5.0)
PASSING = frozenset({408, 425, 429})
"""Refusals that may end by themselves, as 5xx may. Every other one would be repeated for ever."""

_log = logging.getLogger(__name__)

Message = Mapping[str, object]


class Webhook:
    """Posts to ``url``. ``on_failed`` hears a sentence when a message was given up, once until one arrives again.

    ``transport`` stands in for the network.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        on_failed: Callable[[str], None] = _log.warning,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._clock = clock
        self._on_failed = on_failed
        self._transport = transport
        self._waiting: deque[Message] = deque()
        self._wake = asyncio.Event()
        self._dropped = 0
        self._failing = False
        for secret in (url, urlsplit(url).path, urlsplit(url).query):
            register_secret(secret)

    def put(self, message: Message) -> None:
        """Have a message posted; costs nothing and never fails. The oldest goes when too many wait."""
        if len(self._waiting) >= KEPT:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(message)
        self._wake.set()

    async def keep(self) -> None:
        """Post what waits, for ever; run it under supervision."""
        transport = self._transport or await asyncio.to_thread(_transport)
        async with httpx.AsyncClient(transport=transport, timeout=TIMEOUT, trust_env=False) as client:
            while True:
                while self._waiting:
                    await self._deliver(client, self._waiting.popleft())
                self._wake.clear()
                await self._wake.wait()

    async def _deliver(self, client: httpx.AsyncClient, message: Message) -> None:
        """Post one message, again and again for a while."""
        dropped, self._dropped = self._dropped, 0
        body = {**message, "dropped": dropped} if dropped else message
        for pause in (*PAUSES, None):
            trouble, passing = await self._post(client, body)
            if not trouble:
                self._failing = False
                return
            if pause is None or not passing:
                break
            _log.info("The webhook did not take a message (%s); it is posted again in %s s.", trouble, pause)
            await self._clock.sleep(pause)
        self._dropped += dropped + 1
        self._say(trouble)

    async def _post(self, client: httpx.AsyncClient, body: Message) -> tuple[str, bool]:
        """Post once; returns what was wrong, empty when nothing was, and whether it may pass. No answer is read."""
        try:
            async with client.stream("POST", self._url, json=body) as answer:
                code = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__, True
        return ("" if 200 <= code < 300 else f"HTTP {code}"), code >= 500 or code in PASSING

    def _say(self, trouble: str) -> None:
        """Say that a message was given up."""
        if not self._failing:
            self._failing = True
            self._on_failed(f"The webhook does not take messages ({trouble}); check notify.webhook in the settings.")


def _transport() -> httpx.AsyncHTTPTransport:
    """Make the way out, on a thread: reading the trusted authorities takes a moment."""
    return httpx.AsyncHTTPTransport(trust_env=False)
