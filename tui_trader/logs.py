"""Logs as JSON lines in a private rotating file, from which every registered secret is taken out by value.

Redaction happens in a filter on each handler, before a formatter sees the record, so no format and no exception
text can carry a secret out. Control characters end up escaped, so that a line of log is one line.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import re
import sys
import threading
import traceback
from collections import deque
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

from tui_trader.paths import check_private_file

MAX_BYTES = 4 * 1024 * 1024
BACKUPS = 3
HIDDEN = "[hidden]"
MIN_SECRET = 6
"""Shorter values would take ordinary words out of the log."""
NOISY = ("httpx", "httpcore", "asyncio", "hpack", "websockets")
"""Loggers that would write signed addresses or frames below WARNING."""
_PASSING = 64
_SIGNED = re.compile(r"(?i)\b(signature|listenKey)=[^&\s\"']+")

_secrets: set[str] = set()
_passing: deque[str] = deque(maxlen=_PASSING)


def register_secret(value: str) -> None:
    """Take a value out of every log line from here on; values under six characters are left alone."""
    if len(value) >= MIN_SECRET:
        _secrets.add(value)


def register_passing_secret(value: str) -> None:
    """Do the same for a short-lived value (a signature, a listen key); the last 64 are remembered."""
    if len(value) >= MIN_SECRET:
        _passing.append(value)


def redact(text: str) -> str:
    """Return a text without secrets."""
    for secret in (*_secrets, *_passing):
        if secret in text:
            text = text.replace(secret, HIDDEN)
    return _SIGNED.sub(rf"\1={HIDDEN}", text) if "=" in text else text


class Redactor(logging.Filter):
    """Takes secrets out of message, exception and stack of a record. Put it on every handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; never drops one."""
        record.msg, record.args = redact(_message(record)), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = redact("".join(traceback.format_exception(*record.exc_info)).rstrip())
            record.exc_info = None
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


class JsonLines(logging.Formatter):
    """One JSON object per line: time (UTC), level, logger, process, text, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; everything outside printable ASCII is escaped."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "text": record.getMessage(),
        }
        if record.exc_text:
            line["trace"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line).replace("\x7f", "\\u007f")


class PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file of mode 0600 that is never a link."""

    def _open(self) -> TextIOWrapper:
        """Open for appending; the mode is given at creation, not after it."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        return TextIOWrapper(os.fdopen(os.open(self.baseFilename, flags, 0o600), "wb"), "utf-8", write_through=True)


def start_logging(file: Path, level: str = "info") -> logging.Handler:
    """Log to ``file`` from here on, instead of anywhere else, and catch what nobody caught. Returns the handler.

    Raises:
        UsageError: the file is a link, or open to others.

    """
    check_private_file(file)
    handler = PrivateFile(file, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8")
    handler.setFormatter(JsonLines())
    handler.addFilter(Redactor())
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old, PrivateFile):
            stop_logging(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Take a handler out and close its file."""
    logging.getLogger().removeHandler(handler)
    handler.close()


def _message(record: logging.LogRecord) -> str:
    """Format a record's text; one that does not fit its arguments is kept as it is."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what nobody caught, and tell the person in one line without a traceback."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("tui_trader").critical("uncaught", exc_info=(kind, error, trace))
    said = json.dumps(redact(f"{kind.__name__}: {error}"))[1:-1]
    print(f"tui-trader failed: {said} (the log has more)", file=sys.stderr)  # noqa: T201 - the last resort


def _uncaught_in_thread(failure: threading.ExceptHookArgs) -> None:
    """Log what nobody caught on a thread."""
    if failure.exc_value is not None:
        _uncaught(failure.exc_type, failure.exc_value, failure.exc_traceback)
