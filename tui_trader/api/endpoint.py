"""One route of the API as a row of a table: what the router, the document and the tests are made from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_trader.api.envelope import adapter, failure, success
from tui_trader.contract import PREFIX
from tui_trader.contract.base import Question
from tui_trader.errors import UsageError
from tui_trader.services.faces import Services

MAX_BODY = 256 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and checked: path and query as text, ``question`` already validated.

    ``given`` names the fields that the caller really sent.
    """

    services: Services
    path: dict[str, str]
    query: dict[str, str]
    question: Any

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Read a whole number from the query.

        Raises:
            UsageError: it is none, or out of bounds.

        """
        text = self.query.get(name)
        if text is None:
            return default
        if not text.lstrip("-").isdecimal() or len(text) > 15 or not low <= int(text) <= high:
            raise UsageError(f"{name}: give a whole number from {low} to {high}.")
        return int(text)

    def one_of(self, name: str, kind: Callable[[str], T], default: T) -> T:
        """Read a word of an enumeration from the query.

        Raises:
            UsageError: it is not one of them.

        """
        text = self.query.get(name)
        if text is None:
            return default
        try:
            return kind(text)
        except ValueError:
            raise UsageError(f"{name}: {text[:40]!r} is not one of the values allowed.") from None

    def flag(self, name: str) -> bool:
        """Read a yes or no from the query."""
        return self.query.get(name, "false").lower() in {"1", "true", "yes"}

    def moment(self, name: str) -> int | None:
        """Read a time from the query: RFC 3339, or UTC milliseconds.

        Raises:
            UsageError: it is neither.

        """
        from datetime import UTC, datetime  # noqa: PLC0415 - a name for one reader

        text = self.query.get(name)
        if text is None:
            return None
        try:
            if text.isdecimal():
                return int(text)
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise UsageError(f"{name}: give a time such as 2026-01-31T12:00:00Z.") from None
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route. ``answer`` is the type of ``data``; ``None`` with status 204 has no body at all.

    ``status_of`` may choose another status from the answer (202 for an unknown outcome). ``query`` maps each query
    parameter to one line that explains it.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    answer: Any
    question: type[Question] | None = None
    status: int = 200
    status_of: Callable[[Any], int] | None = None
    query: dict[str, str] = field(default_factory=dict)

    def route(self, services: Services) -> Route:
        """Return the router's own record of it."""
        return Route(PREFIX + self.path, self._answering(services), methods=[self.method])

    def _answering(self, services: Services) -> Callable[[Request], Awaitable[Response]]:
        async def answering(request: Request) -> Response:
            try:
                value = await self.handler(await self._read(request, services))
            except Exception as error:  # noqa: BLE001 - the border: every error becomes an answer
                return failure(error)
            if self.answer is None:
                return Response(status_code=204)
            return success(self.answer, value, self.status_of(value) if self.status_of else self.status)

        return answering

    async def _read(self, request: Request, services: Services) -> Call:
        unknown = sorted(set(request.query_params) - set(self.query))
        if unknown:
            known = ", ".join(self.query) or "none"
            raise UsageError(f"{unknown[0][:40]!r} is not a parameter of this route; known: {known}.")
        question = None
        if self.question is not None:
            body = await read_body(request)
            question = adapter(self.question).validate_json(body)
        return Call(services, dict(request.path_params), dict(request.query_params), question)


async def read_body(request: Request) -> bytes:
    """Read a body of bounded size.

    Raises:
        UsageError: it is larger, or not JSON by its content type.

    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UsageError("Send the body as application/json.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise UsageError(f"The body is larger than {MAX_BODY} bytes.")
    return bytes(body)
