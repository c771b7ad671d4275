"""A simulated exchange that remembers what must stay unknown: ``python -m tests.process.canary.venue``.

It reads key and secret as two lines of standard input. ``GET /heard`` tells the signatures and listen keys of all
requests and sockets so far.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from tests.process.front import say, serve_behind
from tui_trader.exchange.sim.server.face import Face

Message = MutableMapping[str, Any]


class Hearing:
    """The simulator's application with somebody who listens."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self.heard: dict[str, set[str]] = {"signature": set(), "listenKey": set()}

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Serve a request or a socket, and remember its secrets."""
        if scope["path"] == "/heard":
            await say(send, 200, {name: sorted(values) for name, values in self.heard.items()})
            return
        self._note(scope["query_string"].decode("latin-1"))

        async def receiving() -> Message:
            message: Message = await receive()
            self._note(message.get("body", b"").decode("latin-1"))
            return message

        await self._face(scope, receiving, send)

    def _note(self, text: str) -> None:
        for name, values in parse_qs(text).items():
            if name in self.heard:
                self.heard[name].update(values)


if __name__ == "__main__":
    given = (sys.stdin.readline().strip(), sys.stdin.readline().strip())
    with suppress(KeyboardInterrupt):
        asyncio.run(serve_behind(Hearing, given))
