"""Identifiers: sortable, unique, and legible in the venue's own records."""

from __future__ import annotations

import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CLIENT_ORDER_ID_LENGTH = 28
_NAMESPACE = uuid.UUID("6f2b6a52-5f0c-5e0e-9d5e-0d2f5b8f3a11")


def ulid(wall_ms: int, entropy: bytes) -> str:
    """Return a 26-character ULID of a time and ten bytes of entropy (github.com/ulid/spec)."""
    number = (wall_ms << 80) | int.from_bytes(entropy[:10], "big")
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -5, -5))


def client_order_id(order_id: str, prefix: str) -> str:
    """Return what the venue gets to see of an order: a two-character prefix, then the order's ULID.

    28 letters and digits: MEXC refuses more than 32, and anything else is a risk.
    """
    return f"{prefix}{order_id}"


def is_client_order_id(text: str, prefix: str) -> bool:
    """Tell whether a client id is one that :func:`client_order_id` makes, and not merely one that begins like it."""
    made = len(text) == CLIENT_ORDER_ID_LENGTH and text.startswith(prefix)
    return made and all(each in CROCKFORD for each in text.removeprefix(prefix))


def constraint_id(intent_id: str) -> str:
    """Return the id of the rule that an intent makes; the same intent always gives the same id."""
    return str(uuid.uuid5(_NAMESPACE, f"constraint|{intent_id}"))


def position_id(symbol: str, venue_order_id: str, trade_id: str) -> str:
    """Return the id of the position that a fill opens; the same fills always give the same id."""
    return str(uuid.uuid5(_NAMESPACE, f"{symbol}|{venue_order_id}|{trade_id}"))
