"""How the venue says no: MEXC's codes and texts, each with HTTP status 400 (rest.md §8, errors.md §3)."""

from __future__ import annotations

from decimal import Decimal


class Refusal(Exception):  # noqa: N818 - the venue's word for it; not an error of ours
    """A definite refusal: nothing was placed or changed. ``code`` and ``msg`` go on the wire as they are."""

    def __init__(self, code: int, msg: str, *, http_status: int = 400) -> None:
        super().__init__(f"{code}: {msg}")
        self.code = code
        self.msg = msg
        self.http_status = http_status


def bad_symbol() -> Refusal:
    """No such pair (order calls)."""
    return Refusal(10007, "bad symbol")


def invalid_symbol() -> Refusal:
    """No such pair (market data calls)."""
    return Refusal(-1121, "Invalid symbol.")


def invalid_interval() -> Refusal:
    """No such candle interval."""
    return Refusal(-1121, "Invalid interval.")


def not_open_to_api() -> Refusal:
    """The pair trades, but not for API keys."""
    return Refusal(10007, "symbol not support api")


def paused() -> Refusal:
    """The pair is paused or offline."""
    return Refusal(30016, "trading disabled")


def side_closed() -> Refusal:
    """The pair may be bought or sold only, or neither."""
    return Refusal(30001, "direction not allowed")


def missing_parameter() -> Refusal:
    """A mandatory parameter of the order is missing."""
    return Refusal(44444, "param cannot be null")


def bad_parameter() -> Refusal:
    """A parameter cannot be read, or is not above zero."""
    return Refusal(33333, "param is error")


def bad_combination() -> Refusal:
    """Parameters that exclude each other."""
    return Refusal(-1128, "Combination of optional parameters invalid.")


def illegal_characters() -> Refusal:
    """A client order id with characters or a length that MEXC does not take."""
    return Refusal(700008, "Illegal characters found in parameter")


def unknown_type() -> Refusal:
    """The order type does not exist, or the pair does not offer it."""
    return Refusal(30041, "current order type can not place order")


def market_closed_to_api() -> Refusal:
    """The pair takes no market orders over the API."""
    return Refusal(30019, "api market order is disabled")


def scale(what: str) -> Refusal:
    """Too many decimals in ``what``: quantity, amount or price. The leading blank is MEXC's."""
    return Refusal(400, f" {what} scale is invalid")


def below_minimum(minimum: Decimal, asset: str) -> Refusal:
    """Value (or quantity) under the pair's minimum; the full-width colon is MEXC's."""
    return Refusal(30002, f"The minimum transaction volume cannot be less than：{minimum:f}{asset}")  # noqa: RUF001


def above_maximum(maximum: Decimal, asset: str) -> Refusal:
    """Value over the pair's maximum."""
    return Refusal(30003, f"The maximum transaction volume cannot be greater than：{maximum:f}{asset}")  # noqa: RUF001


def outside_price_band() -> Refusal:
    """The limit price is too far beyond the last trade."""
    return Refusal(30087, "Order price exceeds allowed range")


def too_many_orders() -> Refusal:
    """The account has 500 open orders."""
    return Refusal(30029, "Cannot exceed the maximum order limit")


def repeated_client_id() -> Refusal:
    """The client order id was used before."""
    return Refusal(400, "duplicate client order id")


def too_little_quote() -> Refusal:
    """A buy without the means."""
    return Refusal(30004, "Insufficient position")


def too_little_base() -> Refusal:
    """A sell without the coins."""
    return Refusal(30005, "Oversold")


def no_opposite_order() -> Refusal:
    """A market order into an empty side."""
    return Refusal(30025, "no exist opponent order")


def no_such_order() -> Refusal:
    """A query for an order that is not known."""
    return Refusal(-2013, "Order does not exist.")


def cannot_cancel(text: str = "Unknown order sent.") -> Refusal:
    """A cancel of an order that is unknown or finished; ``text`` tells which."""
    return Refusal(-2011, text)


def order_id_missing() -> Refusal:
    """Neither order id nor client order id was given."""
    return Refusal(700004, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
