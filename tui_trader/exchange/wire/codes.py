"""The venue's error codes: what each asks of the caller, and which prove that an order was not placed.

A code that is not in ``DEFINITE`` proves nothing about an order: its outcome is unknown until it is looked up.
"""

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What a code asks of the caller."""

    FIX = "fix"  # an input or program error: do not repeat unchanged
    RETRY = "retry"  # a safe read may be repeated, after the named step
    QUERY = "query"  # find out the state first
    STOP = "stop"  # halt trading with this key or pair and tell the person


SUCCESS: Final = frozenset({0, 200})
"""Values of ``code`` that mean success in wrapped answers."""

BAD_TEXT: Final = 400
"""Code shared by several refusals; only the text tells them apart."""
OVERSOLD: Final = 30005
INSUFFICIENT_POSITION: Final = 30004
MINIMUM_VALUE: Final = 30002
MAXIMUM_VALUE: Final = 30003
SIDE_NOT_ALLOWED: Final = 30001
NO_OPPONENT: Final = 30025
TOO_MANY_OPEN: Final = 30029
TYPE_NOT_OFFERED: Final = 30041
MARKET_DISABLED: Final = 30019
PRICE_BAND: Final = 30087
UNKNOWN_ORDER: Final = -2011
"""Answer to a cancel of a finished or unknown order: proves nothing about its state."""
NO_SUCH_ORDER: Final = -2013
INVALID_SYMBOL: Final = -1121
BAD_COMBINATION: Final = -1128
BAD_SYMBOL: Final = 10007
BAD_KEY: Final = 10072
PARAM_WRONG: Final = 33333
PARAM_NULL: Final = 44444
SIGNATURE_WRONG: Final = 700002
TIMESTAMP_OUTSIDE: Final = 700003
PARAM_MISSING: Final = 700004
RECV_WINDOW_TOO_LARGE: Final = 700005
NO_PERMISSION: Final = 700007
ILLEGAL_CHARACTERS: Final = 700008
CONTENT_TYPE_WRONG: Final = 700013
TOO_MANY_REQUESTS: Final = 429

DEFINITE: Final = frozenset(
    {602, 10007, 10072, 10073, 10095, 10096, 10097, 10101, *range(30000, 30006), 30010, 30014, 30016}
    | {*range(30018, 30022), 30025, 30027, 30028, 30029, 30032, 30041, 30051, 30087, 33333, 44444, 60005, 70011}
    | {-1121, *range(700001, 700009)}
)
"""Codes that prove an order was refused before it could rest or fill."""

DEFINITE_TEXTS: Final = (
    "api key required",
    "quantity scale is invalid",
    "amount scale is invalid",
    "price scale is invalid",
)
"""Texts under which the shared code 400 is definite."""

DUPLICATE_ID_TEXT: Final = "duplicate client order id"
"""Text of code 400 when a client order id came before: look the order up by that id."""

ACTIONS: Final[dict[int, Action]] = {
    **dict.fromkeys(
        {26, 602, 10073, 10101, 30002, 30003, 30004, 30005, 30014, 30018, 30019, 30021, 30026, 30029, 30041, 30051}
        | {30087, 33333, 44444, 700004, 700005, 700008, 700013, -1121, -1128, 10095, 10096, 10097, 10102}
        | {10099, 10100, 10103, 22222, 730000, 730001, 730002, 730003, 730100},
        Action.FIX,
    ),
    **dict.fromkeys((429, 510, 503, 504, 20001, 20002, 30010, 30025, 11444, 700003), Action.RETRY),
    **dict.fromkeys((-2011, -2013, 500, 10200), Action.QUERY),
    **dict.fromkeys(
        {401, 402, 403, 406, 10001, 10007, 10015, 10072, 10098, 30000, 30001, 30016, 30020, 30027, 30028, 30032}
        | {60005, 70011, 700001, 700002, 700006, 700007},
        Action.STOP,
    ),
}
"""Code → what it asks of the caller; absent codes ask for a look at the state."""


def action_of(code: int) -> Action:
    """Look up what a code asks of the caller; an unlisted one asks to find out the state."""
    return ACTIONS.get(code, Action.QUERY)


def is_definite(code: int, message: str) -> bool:
    """Tell whether an answer to an order call proves that the order was not placed."""
    if code == BAD_TEXT:
        return any(text in message for text in DEFINITE_TEXTS)
    return code in DEFINITE


def is_duplicate_id(code: int, message: str) -> bool:
    """Tell whether an answer says that the client order id was used before."""
    return code == BAD_TEXT and DUPLICATE_ID_TEXT in message
