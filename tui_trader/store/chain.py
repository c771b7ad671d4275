"""The journal's hash chain: every line holds SHA-256 over the hash before it and its own content.

The header goes in as a JSON array, so that no two lines share one spelling. It shows a gap, a flipped bit or an
edit; it does not stop somebody who recomputes the whole chain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from tui_trader.domain.money import canonical

GENESIS = bytes(32)
"""What stands before the first line."""


def body_text(body: Mapping[str, Any]) -> str:
    """Write a body as canonical ASCII JSON: keys sorted, no spaces, decimals as text.

    Raises:
        ValueError, TypeError: something in it is no JSON (a float that is not finite, an object).

    """
    return _ENCODER.encode(body)


def link(before: bytes, sequence: int, at: int, kind: str, order_id: str, origin: str, body: str) -> bytes:
    """Return the hash of a line, given the one before it."""
    header = _ENCODER.encode((sequence, at, kind, order_id, origin))
    return sha256(before + header.encode() + body.encode()).digest()


def fits(before: bytes, line: Sequence[Any], found: object) -> bool:
    """Tell whether a line read back (all columns but the hash) carries the hash that follows from the one before.

    A damaged file may hold anything in any column; what no line can be made of does not fit.
    """
    try:
        return link(before, *line) == found
    except (AttributeError, TypeError, ValueError):
        return False


def _plain(value: object) -> object:
    """Write what JSON does not know."""
    if isinstance(value, Decimal):
        return canonical(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot stand in the journal")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
