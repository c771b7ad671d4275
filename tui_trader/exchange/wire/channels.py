"""WebSocket channel names: built from parts and taken apart again."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a channel carries; the value is the stem of its name."""

    DEALS = "spot@public.aggre.deals.v3.api.pb"
    DEPTH = "spot@public.aggre.depth.v3.api.pb"
    BOOK_TICKER = "spot@public.aggre.bookTicker.v3.api.pb"
    BOOK_TICKER_BATCH = "spot@public.bookTicker.batch.v3.api.pb"
    LIMIT_DEPTH = "spot@public.limit.depth.v3.api.pb"
    KLINE = "spot@public.kline.v3.api.pb"
    MINI_TICKER = "spot@public.miniTicker.v3.api.pb"
    MINI_TICKERS = "spot@public.miniTickers.v3.api.pb"
    ACCOUNT = "spot@private.account.v3.api.pb"
    OWN_DEALS = "spot@private.deals.v3.api.pb"
    OWN_ORDERS = "spot@private.orders.v3.api.pb"


PRIVATE: Final = frozenset({Kind.ACCOUNT, Kind.OWN_DEALS, Kind.OWN_ORDERS})
"""Channels that need a listen key."""
SPEEDS: Final = ("100ms", "10ms")
LEVELS: Final = ("5", "10", "20")
KLINE_CODES: Final = ("Min1", "Min5", "Min15", "Min30", "Min60", "Hour4", "Hour8", "Day1", "Week1", "Month1")
ZONES: Final = ("24H", *(f"UTC{hour:+d}" for hour in range(-10, 14)))
DEFAULT_ZONE: Final = "UTC+8"

_SYMBOL = re.compile(r"[A-Z0-9_]{1,32}")
_SHAPES: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.DEALS: ("speed", "symbol"),
    Kind.DEPTH: ("speed", "symbol"),
    Kind.BOOK_TICKER: ("speed", "symbol"),
    Kind.BOOK_TICKER_BATCH: ("symbol",),
    Kind.LIMIT_DEPTH: ("symbol", "levels"),
    Kind.KLINE: ("symbol", "interval"),
    Kind.MINI_TICKER: ("symbol", "zone"),
    Kind.MINI_TICKERS: ("zone",),
    Kind.ACCOUNT: (),
    Kind.OWN_DEALS: (),
    Kind.OWN_ORDERS: (),
}
_KINDS: Final = {str(kind): kind for kind in Kind}
_CHOICES: Final = {"speed": SPEEDS, "levels": LEVELS, "interval": KLINE_CODES, "zone": ZONES}


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. ``option`` is its speed, level count, candle code or time zone; both parts may be empty."""

    kind: Kind
    symbol: str = ""
    option: str = ""

    @property
    def name(self) -> str:
        """The full name, as it is subscribed and as pushes repeat it."""
        parts = [self.symbol if part == "symbol" else self.option for part in _SHAPES[self.kind]]
        return "@".join([self.kind, *parts])

    @property
    def event_type(self) -> str:
        """``eventType`` of a push body: the name up to the symbol, ``@100ms`` included."""
        return f"{self.kind}@{self.option}" if _SHAPES[self.kind][:1] == ("speed",) else str(self.kind)

    @property
    def private(self) -> bool:
        """Whether the channel needs a listen key."""
        return self.kind in PRIVATE


def deals(symbol: str, speed: str = "100ms") -> Channel:
    """Name the trades of a symbol, batched per interval."""
    return Channel(Kind.DEALS, symbol, speed)


def depth(symbol: str, speed: str = "100ms") -> Channel:
    """Name the book changes of a symbol with their version range."""
    return Channel(Kind.DEPTH, symbol, speed)


def book_ticker(symbol: str, speed: str = "100ms") -> Channel:
    """Name the best bid and ask of a symbol."""
    return Channel(Kind.BOOK_TICKER, symbol, speed)


def limit_depth(symbol: str, levels: int = 20) -> Channel:
    """Name the top levels of a symbol's book as whole pictures; 5, 10 or 20 levels."""
    return Channel(Kind.LIMIT_DEPTH, symbol, str(levels))


def kline(symbol: str, interval: str) -> Channel:
    """Name the running candle of a symbol; ``interval`` is a WebSocket code such as ``Min1``."""
    return Channel(Kind.KLINE, symbol, interval)


def mini_ticker(symbol: str, zone: str = DEFAULT_ZONE) -> Channel:
    """Name the 24-hour figures of one symbol."""
    return Channel(Kind.MINI_TICKER, symbol, zone)


def mini_tickers(zone: str = DEFAULT_ZONE) -> Channel:
    """Name the 24-hour figures of all symbols."""
    return Channel(Kind.MINI_TICKERS, "", zone)


def parse(name: str) -> Channel | None:
    """Take a channel name apart; None for a name that is not served (stem, option or count of parts).

    Two odd spellings of pymexc count as the channel that they mean: the parts of a limit depth turned round, and a
    missing speed (100 ms). Pushes must repeat the name as it was subscribed, not ``Channel.name``.
    """
    head, *tail = name.split("@")
    stem = "@".join([head, *tail[:1]])
    kind = _KINDS.get(stem)
    if kind is None:
        return None
    shape = _SHAPES[kind]
    parts = _usual_order(shape, tail[1:])
    if len(parts) != len(shape) or not all(map(_valid, shape, parts)):
        return None
    fields = dict(zip(shape, parts, strict=True))
    symbol = fields.pop("symbol", "")
    return Channel(kind, symbol, next(iter(fields.values()), ""))


def _usual_order(shape: tuple[str, ...], parts: list[str]) -> list[str]:
    if shape[:1] == ("speed",) and len(parts) == 1:
        return [SPEEDS[0], *parts]
    if shape == ("symbol", "levels") and parts[:1] != parts[1:] and parts[0] in LEVELS:
        return parts[::-1]
    return parts


def _valid(part: str, value: str) -> bool:
    if part == "symbol":
        return _SYMBOL.fullmatch(value) is not None
    return value in _CHOICES[part]
