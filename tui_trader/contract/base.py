"""The envelope, the error codes, and how values are written: decimals as strings, times as RFC 3339 with ``Z``."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from tui_trader.domain.money import canonical, parse
from tui_trader.domain.text import clean


def _to_time(value: object) -> object:
    """Turn RFC 3339 text into UTC milliseconds; integers pass."""
    if isinstance(value, str):
        return int(datetime.fromisoformat(value).timestamp() * 1000)
    return value


def _from_time(value: int) -> str:
    """Write UTC milliseconds as RFC 3339 with ``Z``."""
    moment = datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_money(value: object) -> object:
    """Accept exact decimals only: text, integers and decimals, never floats."""
    return parse(value) if isinstance(value, (str, int, Decimal, float)) else value  # type: ignore[arg-type] # floats raise there


Money = Annotated[Decimal, BeforeValidator(_to_money), PlainSerializer(canonical, return_type=str, when_used="json")]
"""An exact decimal; a JSON string without exponent."""

Time = Annotated[int, BeforeValidator(_to_time), PlainSerializer(_from_time, return_type=str, when_used="json")]
"""UTC milliseconds in Python; RFC 3339 with ``Z`` in JSON."""


Words = Annotated[str, AfterValidator(clean)]
"""A caller's own text, made harmless: it is stored, logged and shown again."""


class Answer(BaseModel):
    """Base of what the desk says. Unknown fields are ignored, so that a newer desk may say more."""

    model_config = ConfigDict(frozen=True, from_attributes=True, extra="ignore")


class Question(BaseModel):
    """Base of what a caller asks. Unknown fields are refused, so that a slip is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ErrorCode(StrEnum):
    """Every error code of the API."""

    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    CONFIRMATION_REQUIRED = "confirmation_required"
    UNPROCESSABLE = "unprocessable"
    RISK_REJECTED = "risk_rejected"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"
    INTERNAL_ERROR = "internal_error"
    EXCHANGE_ERROR = "exchange_error"
    UNAVAILABLE = "unavailable"


HTTP_STATUS: dict[ErrorCode, int] = {
    ErrorCode.BAD_REQUEST: 400,
    ErrorCode.UNAUTHORIZED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.CONFLICT: 409,
    ErrorCode.CONFIRMATION_REQUIRED: 409,
    ErrorCode.UNPROCESSABLE: 422,
    ErrorCode.RISK_REJECTED: 422,
    ErrorCode.RATE_LIMIT_EXCEEDED: 429,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.EXCHANGE_ERROR: 502,
    ErrorCode.UNAVAILABLE: 503,
}


class ErrorBody(Answer):
    """Why something did not happen, in a sentence, with the figures in ``details``."""

    code: ErrorCode
    message: str
    details: dict[str, Any] | None = None


class Failure(Answer):
    """The envelope of an error."""

    status: Literal["error"] = "error"
    error: ErrorBody


T = TypeVar("T")


class Success(Answer, Generic[T]):
    """The envelope of an answer."""

    status: Literal["success"] = "success"
    data: T


class Page(Answer, Generic[T]):
    """Part of a list, newest first. ``cursor`` fetches what follows; ``None`` at the end."""

    items: list[T]
    total: int
    cursor: str | None = None
