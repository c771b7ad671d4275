"""How the venue says no: MEXC's codes and texts, each with HTTP status 400 (rest.md §8, errors.md §3).

The constants are ``(code, text)`` pairs for ``raise Refusal(*BAD_SYMBOL)``; functions make the texts with figures.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tui_trader.exchange.wire import codes


class Refusal(Exception):
    """A definite refusal: nothing was placed or changed. ``code`` and ``msg`` go on the wire as they are."""

    def __init__(self, code: int, msg: str, *, http_status: int = 400) -> None:
        super().__init__(f"{code}: {msg}")
        self.code = code
        self.msg = msg
        self.http_status = http_status


BAD_SYMBOL: Final = (codes.BAD_SYMBOL, "bad symbol")
"""No such pair, in an order call."""
NOT_OPEN_TO_API: Final = (codes.BAD_SYMBOL, "symbol not support api")
"""The pair trades, but not for API keys."""
INVALID_SYMBOL: Final = (codes.INVALID_SYMBOL, "Invalid symbol.")
"""No such pair, in a market data call."""
INVALID_INTERVAL: Final = (codes.INVALID_SYMBOL, "Invalid interval.")
TRADING_DISABLED: Final = (30016, "trading disabled")
SIDE_CLOSED: Final = (codes.SIDE_NOT_ALLOWED, "direction not allowed")
PARAMETER_MISSING: Final = (codes.PARAM_NULL, "param cannot be null")
PARAMETER_WRONG: Final = (codes.PARAM_WRONG, "param is error")
BAD_COMBINATION: Final = (codes.BAD_COMBINATION, "Combination of optional parameters invalid.")
ILLEGAL_CHARACTERS: Final = (codes.ILLEGAL_CHARACTERS, "Illegal characters found in parameter")
TYPE_NOT_OFFERED: Final = (codes.TYPE_NOT_OFFERED, "current order type can not place order")
MARKET_DISABLED: Final = (codes.MARKET_DISABLED, "api market order is disabled")
QUANTITY_SCALE: Final = (codes.BAD_TEXT, " quantity scale is invalid")
AMOUNT_SCALE: Final = (codes.BAD_TEXT, " amount scale is invalid")
PRICE_SCALE: Final = (codes.BAD_TEXT, " price scale is invalid")
PRICE_BAND: Final = (codes.PRICE_BAND, "Order price exceeds allowed range")
TOO_MANY_OPEN: Final = (codes.TOO_MANY_OPEN, "Cannot exceed the maximum order limit")
REPEATED_CLIENT_ID: Final = (codes.BAD_TEXT, codes.DUPLICATE_ID_TEXT)
TOO_LITTLE_QUOTE: Final = (codes.INSUFFICIENT_POSITION, "Insufficient position")
TOO_LITTLE_BASE: Final = (codes.OVERSOLD, "Oversold")
NO_OPPONENT: Final = (codes.NO_OPPONENT, "no exist opponent order")
NO_SUCH_ORDER: Final = (codes.NO_SUCH_ORDER, "Order does not exist.")
UNKNOWN_ORDER: Final = (codes.UNKNOWN_ORDER, "Unknown order sent.")
ALREADY_CANCELLED: Final = (codes.UNKNOWN_ORDER, "Order cancelled.")
ALREADY_FILLED: Final = (codes.UNKNOWN_ORDER, "Order filled.")
ORDER_ID_MISSING: Final = (
    codes.PARAM_MISSING,
    "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
)


def below_minimum(minimum: Decimal, asset: str) -> Refusal:
    """Refuse a value (or quantity) under the pair's minimum; the full-width colon is MEXC's."""
    return Refusal(
        codes.MINIMUM_VALUE,
        f"The minimum transaction volume cannot be less than\N{FULLWIDTH COLON}{minimum:f}{asset}",
    )


def above_maximum(maximum: Decimal, asset: str) -> Refusal:
    """Refuse a value over the pair's maximum."""
    return Refusal(
        codes.MAXIMUM_VALUE,
        f"The maximum transaction volume cannot be greater than\N{FULLWIDTH COLON}{maximum:f}{asset}",
    )
