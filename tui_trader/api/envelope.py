"""Answers and refusals on the wire: one envelope, one table from our errors to codes and statuses."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from tui_trader import errors
from tui_trader.contract.base import HTTP_STATUS, ErrorBody, ErrorCode, Failure

_log = logging.getLogger(__name__)
JSON = "application/json"

CODES: tuple[tuple[type[Exception], ErrorCode], ...] = (
    (errors.NotFound, ErrorCode.NOT_FOUND),
    (errors.Conflict, ErrorCode.CONFLICT),
    (errors.ConfirmationRequired, ErrorCode.CONFIRMATION_REQUIRED),
    (errors.Denied, ErrorCode.RISK_REJECTED),
    (errors.Refused, ErrorCode.UNPROCESSABLE),
    (errors.UsageError, ErrorCode.BAD_REQUEST),
    (errors.VenueUnavailable, ErrorCode.UNAVAILABLE),
    (errors.VenueError, ErrorCode.EXCHANGE_ERROR),
    (errors.StoreError, ErrorCode.UNAVAILABLE),
    (errors.DeskUnavailable, ErrorCode.UNAVAILABLE),
)
"""The first line that fits counts."""


@cache
def adapter(answer: Any) -> TypeAdapter[Any]:
    """Return what writes an answer's type."""
    return TypeAdapter(answer)


def success(answer: Any, value: Any, status: int = 200) -> Response:
    """Wrap an answer."""
    return Response(b'{"status":"success","data":' + adapter(answer).dump_json(value) + b"}", status, media_type=JSON)


def refuse(code: ErrorCode, message: str, details: dict[str, Any] | None = None) -> Response:
    """Wrap a refusal."""
    body = Failure(error=ErrorBody(code=code, message=message, details=details))
    return Response(body.model_dump_json(), HTTP_STATUS[code], media_type=JSON)


def failure(error: Exception) -> Response:
    """Wrap whatever went wrong; what is not ours is logged and told as an internal error without its text."""
    if isinstance(error, ValidationError):
        return refuse(ErrorCode.BAD_REQUEST, explain(error), {"fields": _fields(error)})
    for kind, code in CODES:
        if isinstance(error, kind):
            return refuse(code, str(error), _details(error))
    _log.error("unexpected error in the API", exc_info=error)
    return refuse(ErrorCode.INTERNAL_ERROR, "The desk failed to answer this; the reason is in its log.")


def explain(error: ValidationError) -> str:
    """Say the first thing wrong with a request in one sentence."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    return f"{place}: {reason}" if place else reason


def _fields(error: ValidationError) -> dict[str, str]:
    """List every field that is wrong."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {".".join(str(part) for part in each["loc"]): each["msg"] for each in found}


def _details(error: Exception) -> dict[str, Any] | None:
    """Return the figures that come with a refusal."""
    if isinstance(error, errors.ConfirmationRequired):
        return {**error.details, "token": error.token}
    if isinstance(error, errors.Refused):
        return {**error.details, "reason": error.code}
    if isinstance(error, errors.GrammarError):
        return {"position": error.position, "length": error.length, "hint": error.hint}
    if isinstance(error, errors.VenueRejected):
        return {"venue_code": error.code}
    return None
