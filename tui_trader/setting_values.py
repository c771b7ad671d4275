"""Readers of single settings: from what TOML or an environment variable says to an exact, checked value.

A reader takes a TOML value or a text and returns the value, or raises ``ValueError`` with the rest of a sentence
that begins with the setting's name (``must be …``). Fractions in TOML arrive as ``Decimal``, never as floats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from tui_trader.domain.money import ZERO, parse

E = TypeVar("E", bound=StrEnum)
Reader = Callable[[object], object]
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SYMBOL = re.compile(r"[A-Z0-9]{1,20}")


def yes_no(value: object) -> bool:
    """Read a yes or no."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError("must be true or false")
    return words[str(value).lower()]


def text(value: object) -> str:
    """Read one printable line of at most 4096 characters."""
    if not isinstance(value, str) or len(value) > 4096 or not (value.isprintable() or not value):
        raise ValueError("must be one line of text")
    return value


def whole(low: int, high: int) -> Callable[[object], int]:
    """Make a reader of whole numbers from ``low`` to ``high``."""

    def read(value: object) -> int:
        word = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not re.fullmatch(r"-?[0-9]{1,18}", word) or not low <= int(word) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(word)

    return read


def amount(value: object) -> Decimal:
    """Read an exact number above zero."""
    number = ZERO
    if isinstance(value, int | str | Decimal) and not isinstance(value, bool):
        with suppress(ValueError):
            number = parse(value.strip() if isinstance(value, str) else value)
    if number <= 0:
        raise ValueError("must be a number above 0")
    return number


def amount_or_none(value: object) -> Decimal:
    """Read an exact number that is not negative; 0 switches off."""
    return ZERO if str(value).strip() == "0" else amount(value)


def percent(value: object) -> Decimal:
    """Read a share in percent, above 0 and not above 100."""
    try:
        number = amount(value)
    except ValueError:
        number = Decimal(0)
    if not 0 < number <= 100:
        raise ValueError("must be a percentage above 0 and not above 100")
    return number


def choice(kind: type[E]) -> Callable[[object], E]:
    """Make a reader of one word out of an enumeration."""

    def read(value: object) -> E:
        word = value.strip().lower() if isinstance(value, str) else ""
        try:
            return kind(word)
        except ValueError:
            raise ValueError(f"must be one of {', '.join(kind)}") from None

    return read


def words(value: object) -> tuple[str, ...]:
    """Read a list of texts; one text is split at commas."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, Iterable) or isinstance(items, Mapping):
        raise ValueError("must be a list of texts")  # noqa: TRY004 - one error type for callers
    return tuple(item for item in (text(each).strip() for each in items) if item)


def symbols(value: object) -> tuple[str, ...]:
    """Read a list of market symbols, such as BTCUSDT; each counts once."""
    found = tuple(dict.fromkeys(item.upper() for item in words(value)))
    bad = next((item for item in found if not _SYMBOL.fullmatch(item)), None)
    if bad is not None:
        raise ValueError(f"holds {bad[:30]!r}; a symbol is letters and digits, such as BTCUSDT")
    return found


def balances(value: object) -> Mapping[str, Decimal]:
    """Read coins and how many: a table, or text such as ``USDT=1000,BTC=0.5``."""
    if isinstance(value, Mapping):
        pairs = [(str(name), each) for name, each in value.items()]
    else:
        pairs = [(name.strip(), each) for name, _, each in (item.partition("=") for item in words(value))]
    try:
        return {symbols([name])[0]: amount(each) for name, each in pairs}
    except (ValueError, IndexError):
        raise ValueError("must name coins and amounts above 0, such as USDT=1000") from None


def bindings(value: object) -> Mapping[str, tuple[str, ...]]:
    """Read a table from action to its keys: a text for one key, a list for more."""
    if not isinstance(value, Mapping):
        raise ValueError('must be a table from action to key, such as "order.buy" = "b"')  # noqa: TRY004 - as above
    return {text(action): words(keys) for action, keys in value.items()}


def hook(value: object) -> str:
    """Read the address that messages are posted to, exactly as it stands; refusals do not repeat it."""
    address(("https", "http"))(value)
    return text(value).strip()


def address(schemes: tuple[str, str]) -> Callable[[object], str]:
    """Make a reader of URLs of a secure scheme; the plain one (given second) only towards this machine."""
    secure, plain = schemes

    def read(value: object) -> str:
        url = text(value).strip().rstrip("/")
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise ValueError(f"must be an address such as {secure}://host") from None
        if url and (parts.scheme not in schemes or not host or parts.username):
            raise ValueError(f"must be an address such as {secure}://host")
        if parts.scheme == plain and host not in LOOPBACK:
            raise ValueError(f"must begin with {secure}://; {plain}:// is for this machine only")
        return url

    return read
