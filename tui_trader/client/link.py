"""The connection to a desk: one request at a time as bytes, and the event stream."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from tui_trader.client.wire import EventParser, unwrap
from tui_trader.contract import PREFIX
from tui_trader.contract.base import Question
from tui_trader.contract.events import EventView
from tui_trader.errors import DeskUnavailable, UsageError

TIMEOUT = httpx.Timeout(30.0, connect=2.0)
"""An order's answer may take as long as the exchange does."""
STREAM_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
"""A stream says how the desk is every second; ten quiet ones mean that it hangs."""


App = Callable[[Any, Any, Any], Coroutine[None, None, None]]
"""A desk's API as an ASGI application in this very process."""


@cache
def adapter(answer: Any) -> TypeAdapter[Any]:
    """Return what reads an answer's type."""
    return TypeAdapter(answer)


class Link:
    """Requests to one desk, behind a Unix socket or in this process. Nothing is retried."""

    def __init__(self, desk: Path | App) -> None:
        self.http = httpx.AsyncClient(
            transport=_over_socket(desk) if isinstance(desk, Path) else httpx.ASGITransport(desk),
            base_url=f"http://desk{PREFIX}",
            timeout=TIMEOUT,
            trust_env=False,
        )

    async def get(self, answer: Any, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Read something."""
        return await self.call(answer, "GET", path, None, query)

    async def call(
        self,
        answer: Any,
        method: str,
        path: str,
        body: Question | Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        patience_s: float | None = None,
    ) -> Any:
        """Make one request and read its answer; ``None`` where it has no body. ``patience_s`` waits longer than usual.

        Raises:
            DeskUnavailable: nobody answers.
            TraderError: the desk refused.

        """
        content = None if body is None else _encode(body)
        headers = {} if content is None else {"content-type": "application/json"}
        try:
            found = await self.http.request(
                method,
                path,
                params=query or None,
                content=content,
                headers=headers,
                timeout=TIMEOUT if patience_s is None else httpx.Timeout(patience_s, connect=2.0),
            )
        except httpx.TransportError:
            raise DeskUnavailable("The desk does not answer; see `tui-trader doctor`.") from None
        return None if found.status_code == httpx.codes.NO_CONTENT else unwrap(adapter(answer), found.content)

    async def events(self, query: Mapping[str, str]) -> AsyncIterator[EventView]:
        """Stream events until the desk goes away, which is told by ``DeskUnavailable``."""
        parser = EventParser()
        try:
            async with self.http.stream("GET", "/events", params=query, timeout=STREAM_TIMEOUT) as answer:
                if answer.status_code != httpx.codes.OK:
                    unwrap(adapter(Any), await answer.aread())
                async for piece in answer.aiter_raw():
                    for event in parser.feed(piece):
                        yield event
        except (httpx.TransportError, httpx.StreamError):
            pass
        raise DeskUnavailable("The desk has gone away.")

    async def close(self) -> None:
        """Let the connections go."""
        await self.http.aclose()


def _over_socket(path: Path) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(
        uds=str(path),
        # a Unix socket speaks no TLS; an empty context spares loading the system's authorities
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        limits=httpx.Limits(max_connections=16, keepalive_expiry=120),
    )


def _encode(body: Question | Mapping[str, Any]) -> bytes:
    """Write a body; of a question only what was set.

    Raises:
        UsageError: it holds what no text can be written of.

    """
    try:
        if isinstance(body, Question):
            return body.model_dump_json(exclude_unset=True).encode()
        return adapter(Mapping[str, Any]).dump_json(body)
    except PydanticSerializationError:
        raise UsageError("It holds half a character, which cannot be sent; type it again.") from None
