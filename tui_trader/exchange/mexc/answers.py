"""What an answer of the venue means: JSON read within bounds, refusals told from unknown outcomes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui_trader.domain.text import clean
from tui_trader.errors import VenueError, VenueRejected, VenueUnavailable, VenueUnknown
from tui_trader.exchange.wire import codes
from tui_trader.exchange.wire.codes import Action

MAX_BODY = 4 * 1024 * 1024
UNLISTED = -1
"""Stands for a ``code`` that is no number."""
RATE_LIMITED = frozenset({403, 418, 429})
"""Statuses of an address that asked too much."""
_AMBIGUOUS = RATE_LIMITED | {408}
_GONE = frozenset({codes.UNKNOWN_ORDER, codes.NO_SUCH_ORDER})


class Unreadable(ValueError):
    """An answer, or a field of it, is not what the protocol says. The text is for a person."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer; ``retry_after`` is in seconds, where the venue named it."""

    status: int
    body: bytes
    retry_after: float | None = None


def seconds_of(header: str | None) -> float | None:
    """Read a Retry-After header given in seconds, at most three days; anything else is ``None``."""
    if header is None or not (header.isascii() and header.isdecimal()) or len(header) > 9:
        return None
    return min(int(header), 3 * 86_400)


def _no_constant(name: str) -> Any:
    raise Unreadable(f"{name} is not a number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)


def parse_json(body: bytes) -> Any:
    """Read a JSON text of at most 4 MiB; fractions become decimals.

    Raises:
        Unreadable: too long, nested too deep, or not JSON.

    """
    if len(body) > MAX_BODY:
        raise Unreadable("the answer is too long")
    try:
        return _DECODER.decode(body.decode())
    except (ValueError, RecursionError, ArithmeticError):
        raise Unreadable("the answer is not JSON") from None


def refusal_in(data: Any) -> tuple[int, str] | None:
    """Return the code and the cleaned message of an error body; ``None`` when it is none."""
    if not isinstance(data, dict) or data.get("code") is None:
        return None
    try:
        code = int(data["code"])
    except (TypeError, ValueError):
        code = UNLISTED
    return None if code in codes.SUCCESS else (code, clean(data.get("msg") or ""))


def _sentence(code: int, message: str) -> str:
    return f"The exchange refused: {message.strip() or 'no reason given'} (code {code})."


def order_data(answer: Answer, *, cancel: bool = False) -> Any:
    """Return the JSON of a taken order call (reliability.md §2.3, T5 to T8).

    Raises:
        VenueRejected: a definite refusal; for a cancel also "no such order", which proves nothing of its state.
        VenueUnknown: anything that does not prove the outcome.

    """
    status = answer.status
    if status in _AMBIGUOUS or not (200 <= status < 300 or 400 <= status < 500):
        raise VenueUnknown(
            f"The exchange answered with HTTP {status}: no telling whether it was done.", retry_after=answer.retry_after
        )
    try:
        data = parse_json(answer.body)
    except Unreadable:
        raise VenueUnknown("The exchange's answer cannot be read: no telling whether it was done.") from None
    refusal = refusal_in(data)
    if refusal is not None:
        code, message = refusal
        if codes.is_definite(code, message) or (cancel and code in _GONE):
            raise VenueRejected(_sentence(code, message), code=code, http_status=status)
        raise VenueUnknown(f"{_sentence(code, message)} That does not prove that nothing was done.")
    if status >= 300:
        raise VenueUnknown(f"The exchange answered with HTTP {status}: no telling whether it was done.")
    return data


def read_data(answer: Answer) -> Any:
    """Return the JSON of a read.

    Raises:
        VenueRejected: the venue refuses this request, now and later.
        VenueUnavailable: it may be tried again.

    """
    try:
        data = parse_json(answer.body)
    except Unreadable as problem:
        if 200 <= answer.status < 300:
            raise VenueUnavailable(f"The exchange's answer cannot be read: {problem}.") from None
        data = None
    refusal = refusal_in(data)
    if answer.status >= 500 or answer.status in {408, 418, 429} or (refusal is None and answer.status >= 300):
        raise VenueUnavailable(f"The exchange answered with HTTP {answer.status}.", retry_after=answer.retry_after)
    if refusal is not None:
        raise _refused_read(*refusal, answer)
    return data


def _refused_read(code: int, message: str, answer: Answer) -> VenueError:
    if codes.action_of(code) is Action.RETRY and code != codes.TIMESTAMP_OUTSIDE:
        return VenueUnavailable(_sentence(code, message), retry_after=answer.retry_after)
    return VenueRejected(_sentence(code, message), code=code, http_status=answer.status)
