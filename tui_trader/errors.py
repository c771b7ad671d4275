"""Errors a person or a program may meet, and what each one means.

::

    TraderError
    ├── UsageError            the caller asked for something that makes no sense; the sentence says what to do
    │   ├── SettingsError     a configuration file, variable or flag is wrong
    │   └── GrammarError      a typed line could not be read; carries the position
    ├── Refused               we said no before anything was sent (carries a reason code)
    │   ├── NotFound          no such order, position, symbol
    │   ├── Conflict          it exists, but not in a state that allows this
    │   ├── Denied            the gate said no
    │   └── ConfirmationRequired   a soft limit: may be repeated with the token given
    ├── VenueError            the exchange or the way to it
    │   ├── VenueRejected     a definite refusal: nothing was placed or changed
    │   ├── VenueUnknown      no telling whether it happened
    │   ├── NotSent           not one byte left this machine
    │   └── VenueUnavailable  a read failed; nothing is at stake, it may be tried again
    ├── StoreError            the database cannot be opened, read or written
    ├── DeskUnavailable       no desk answers, or it speaks another version
    └── LockHeld              another process owns the folder
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class TraderError(Exception):
    """Base of every error of ours. Its text is one sentence for a person."""


class UsageError(TraderError):
    """The caller asked for something that makes no sense."""


class SettingsError(UsageError):
    """A configuration file, an environment variable or a flag is wrong."""


class GrammarError(UsageError):
    """A typed line could not be read.

    ``position`` counts characters from 0; ``length`` is the width of what is wrong; ``hint`` is the nearest
    thing that would have been understood, if any.
    """

    def __init__(self, message: str, *, position: int = 0, length: int = 1, hint: str | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.length = length
        self.hint = hint


class Refused(TraderError):
    """We said no; nothing was sent. ``code`` is stable for programs, ``details`` holds the figures."""

    def __init__(self, message: str, *, code: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.details = dict(details or {})


class NotFound(Refused):
    """No such order, position or symbol."""

    def __init__(self, message: str, *, code: str = "not_found", details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, code=code, details=details)


class Conflict(Refused):
    """The thing exists, but not in a state that allows this."""

    def __init__(self, message: str, *, code: str = "conflict", details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, code=code, details=details)


class Denied(Refused):
    """The gate said no: a hard limit or a rule of the instrument. ``details["breaches"]`` lists each one."""


class ConfirmationRequired(Refused):
    """A soft limit was touched: the same request passes with ``token`` until it expires."""

    def __init__(self, message: str, *, token: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, code="confirmation_required", details=details)
        self.token = token


class VenueError(TraderError):
    """Trouble with the exchange or the way to it."""


class VenueRejected(VenueError):
    """A definite refusal by the exchange: nothing was placed or changed.

    ``code`` is the exchange's own number; ``http_status`` is 0 where it is not known.
    """

    def __init__(self, message: str, *, code: int, http_status: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.http_status = http_status


class VenueUnknown(VenueError):
    """Something was sent and there is no telling whether it happened.

    ``retry_after`` is in seconds, where the exchange named one.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotSent(VenueError):
    """Not one byte of the request left this machine."""


class VenueUnavailable(VenueError):
    """A read failed. Nothing is at stake; it may be tried again after ``retry_after`` seconds."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreTrouble(StrEnum):
    """What kind of trouble the database is in: what to do about it depends on that."""

    FULL = "full"
    READ_ONLY = "read only"
    DISK = "disk"
    DAMAGED = "damaged"
    OTHER = "other"


class StoreError(TraderError):
    """The database cannot be opened, read or written. ``trouble`` says of what kind it is."""

    def __init__(self, message: str, trouble: StoreTrouble = StoreTrouble.OTHER) -> None:
        super().__init__(message)
        self.trouble = trouble


class DeskUnavailable(TraderError):
    """No desk answers, or it speaks another version."""


class LockHeld(TraderError):
    """Another process owns the folder."""
