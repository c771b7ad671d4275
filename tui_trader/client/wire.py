"""Requests and answers between a client and the desk: envelope, errors, server-sent events. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tui_trader import errors
from tui_trader.contract.base import ErrorBody, ErrorCode
from tui_trader.contract.events import PAYLOADS, EventView
from tui_trader.domain.events import EventKind

_TOKEN = "token"  # noqa: S105 - the name of a field


def unwrap(adapter: TypeAdapter[Any], body: bytes) -> Any:
    """Read an answer out of its envelope.

    Raises:
        TraderError: the desk refused; the error is of the class that the desk itself raised.
        DeskUnavailable: the answer is none of ours.

    """
    try:
        envelope = json.loads(body)
        if envelope["status"] == "error":
            raise refusal(ErrorBody.model_validate(envelope["error"]))
        return adapter.validate_python(envelope["data"])
    except (ValueError, KeyError, TypeError, ValidationError):
        raise errors.DeskUnavailable("What answers on the desk's socket is not a desk of this version.") from None


def refusal(body: ErrorBody) -> errors.TraderError:
    """Turn an error answer back into our error."""
    details = dict(body.details or {})
    match body.code:
        case ErrorCode.CONFIRMATION_REQUIRED:
            return errors.ConfirmationRequired(body.message, token=str(details.pop(_TOKEN, "")), details=details)
        case ErrorCode.RISK_REJECTED:
            return errors.Denied(body.message, code=str(details.get("reason", body.code)), details=details)
        case ErrorCode.NOT_FOUND:
            return errors.NotFound(body.message, details=details)
        case ErrorCode.CONFLICT:
            return errors.Conflict(body.message, details=details)
        case ErrorCode.BAD_REQUEST if "position" in details:
            return errors.GrammarError(
                body.message,
                position=int(details["position"]),
                length=int(details.get("length") or 1),
                hint=details.get("hint"),
            )
        case ErrorCode.BAD_REQUEST | ErrorCode.UNAUTHORIZED | ErrorCode.FORBIDDEN:
            return errors.UsageError(body.message)
        case ErrorCode.EXCHANGE_ERROR | ErrorCode.UNAVAILABLE:
            return errors.VenueUnavailable(body.message)
        case _:
            return errors.Refused(body.message, code=str(body.code), details=details)


class EventParser:
    """Server-sent events out of pieces of bytes, however they are cut."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[EventView]:
        """Yield the events that are complete; kinds not known here are skipped."""
        *blocks, self._rest = (self._rest + piece).split(b"\n\n")
        for block in blocks:
            event = _read(block)
            if event is not None:
                yield event


def _read(block: bytes) -> EventView | None:
    """Read one event; comments have no data."""
    fields: dict[bytes, bytes] = {}
    for line in block.split(b"\n"):
        name, _, value = line.partition(b": ")
        fields[name] = value
    try:
        kind = EventKind(fields[b"event"].decode())
        body = json.loads(fields[b"data"])
        data = PAYLOADS[kind].validate_python(body["data"])
    except (KeyError, ValueError):
        return None
    sequence = int(fields[b"id"]) if b"id" in fields else None
    return EventView.model_construct(kind=kind, at=int(body["at"]), sequence=sequence, data=data)
