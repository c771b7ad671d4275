"""Reading a recording: a CSV (or .csv.gz) of trades or of candles, checked row by row, never held in memory whole.

Trades: ``time_ms,price,quantity`` and optionally ``trade_id,side``. Candles: ``open_time_ms,open,high,low,close``
and ``volume_quote`` (value traded) or ``volume`` (base quantity). Columns are found by their header names.
"""

from __future__ import annotations

import csv
import gzip
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TextIO, cast

from tui_trader.errors import SettingsError
from tui_trader.exchange.wire.vocabulary import Side

_MINUTE_MS: Final = 60_000
_MOST_DECIMALS: Final = 18
_SIDES: Final = {"buy": Side.BUY, "sell": Side.SELL, "": None}


class TradeRow(NamedTuple):
    """One recorded trade, numbers as texts. ``side`` is the taker's, None where the file does not tell."""

    time_ms: int
    trade_id: str
    side: Side | None
    price: str
    quantity: str


class CandleRow(NamedTuple):
    """One recorded candle, numbers as texts."""

    time_ms: int
    open: str
    high: str
    low: str
    close: str
    volume: str


@dataclass(frozen=True, slots=True)
class Recording:
    """What a whole file was found to be. ``interval_ms`` and ``by_value`` (volume in quote) concern candles."""

    path: Path
    candles: bool
    by_value: bool
    rows: int
    first_ms: int
    last_ms: int
    interval_ms: int
    price_decimals: int
    amount_decimals: int
    first_price: str
    highest: float
    least_amount: float

    def quantity_decimals(self, price_decimals: int) -> int:
        """Return the decimals of quantities: as recorded for trades, enough to share the smallest candle exactly.

        For candles by value see ``candle_trades``: half the value must exceed the square of the highest price,
        both in whole units.
        """
        if not self.candles:
            return self.amount_decimals
        if not self.by_value:
            return min(self.amount_decimals + 2, _MOST_DECIMALS)
        if not math.isfinite(self.least_amount):
            return 0
        room = math.log10(4 * self.highest**2 / self.least_amount) + price_decimals
        return min(max(math.ceil(room), self.amount_decimals - price_decimals, 0), _MOST_DECIMALS)


def scan(path: Path) -> Recording:
    """Read a file through once and return what it holds; SettingsError names file, line and trouble."""
    survey = _Survey()
    try:
        candles, by_value = _kind(path)
        for row in (rows_of_candles if candles else rows_of_trades)(path):
            survey.take(row)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as trouble:
        reason = getattr(trouble, "strerror", None) or "it is not a readable CSV or .csv.gz file"
        raise SettingsError(f"The recording {path} cannot be read: {reason}.") from None
    if not survey.rows:
        raise SettingsError(f"The recording {path} holds no rows below its header.")
    return survey.result(path, candles=candles, by_value=by_value)


def rows_of_trades(path: Path) -> Iterator[TradeRow]:
    """Yield the trades of a file in order."""
    last = 0
    for line, cells in _lines(path):
        time_ms = _time(path, line, cells["time_ms"], last)
        side = cells.get("side", "").strip().lower()
        if side not in _SIDES:
            raise _bad(path, line, "side must be buy or sell")
        price, quantity = _number(path, line, cells, "price"), _number(path, line, cells, "quantity")
        if not _positive(price) or not _positive(quantity):
            raise _bad(path, line, "price and quantity must be above zero")
        yield TradeRow(time_ms, cells.get("trade_id", "").strip()[:40], _SIDES[side], price, quantity)
        last = time_ms


def rows_of_candles(path: Path) -> Iterator[CandleRow]:
    """Yield the candles of a file in order."""
    last = -1
    _, by_value = _kind(path)
    volume_name = "volume_quote" if by_value else "volume"
    for line, cells in _lines(path):
        time_ms = _time(path, line, cells["open_time_ms"], last + 1)
        prices = [_number(path, line, cells, name) for name in ("open", "high", "low", "close")]
        opened, high, low, close = map(float, prices)
        if not 0 < low <= min(opened, close) <= max(opened, close) <= high:
            raise _bad(path, line, "low, open, close and high must be above zero and in order")
        yield CandleRow._make((time_ms, *prices, _number(path, line, cells, volume_name)))
        last = time_ms


def decimals(text: str) -> int:
    """Return how many decimals a number needs, trailing zeros not counted."""
    return len(text.partition(".")[2].rstrip("0"))


def units(text: str, places: int) -> int:
    """Return a plain decimal number as a whole number of ``10^-places``; it must have no more decimals than that."""
    whole, _, fraction = text.partition(".")
    return int(whole + fraction.rstrip("0").ljust(places, "0"))


class _Survey:
    """Figures gathered over a file."""

    def __init__(self) -> None:
        self.rows = 0
        self._first: TradeRow | CandleRow | None = None
        self._last_ms = 0
        self._step = 0
        self._price_decimals = 0
        self._amount_decimals = 0
        self._highest = 0.0
        self._least = math.inf

    def take(self, row: TradeRow | CandleRow) -> None:
        """Take one row in."""
        self.rows += 1
        self._first = self._first or row
        step = row.time_ms - self._last_ms
        if self.rows > 1 and step > 0:
            self._step = min(self._step or step, step)
        self._last_ms = row.time_ms
        prices = row[3:4] if isinstance(row, TradeRow) else row[1:5]
        self._price_decimals = max(self._price_decimals, *map(decimals, prices))
        self._amount_decimals = max(self._amount_decimals, decimals(row[-1]))
        self._highest = max(self._highest, *map(float, prices))
        amount = float(row[-1])
        if amount:
            self._least = min(self._least, amount)

    def result(self, path: Path, *, candles: bool, by_value: bool) -> Recording:
        """Sum up."""
        first = self._first
        assert first is not None  # noqa: S101 - there is a row, the caller looked
        return Recording(
            path=path,
            candles=candles,
            by_value=by_value,
            rows=self.rows,
            first_ms=first.time_ms,
            last_ms=self._last_ms,
            interval_ms=max(self._step, _MINUTE_MS) if candles else 0,
            price_decimals=self._price_decimals,
            amount_decimals=self._amount_decimals,
            first_price=first.price if isinstance(first, TradeRow) else first.open,
            highest=self._highest,
            least_amount=self._least,
        )


def _kind(path: Path) -> tuple[bool, bool]:
    """Whether the header is that of candles, and whether their volume is in quote."""
    with _open(path) as file:
        header = {name.strip() for name in next(csv.reader(file), [])}
    if {"time_ms", "price", "quantity"} <= header:
        return False, False
    if {"open_time_ms", "open", "high", "low", "close"} <= header and header & {"volume_quote", "volume"}:
        return True, "volume_quote" in header
    raise SettingsError(
        f"The recording {path} has no usable header in line 1: give time_ms,trade_id,side,price,quantity for trades "
        "or open_time_ms,open,high,low,close,volume_quote (or volume) for candles."
    )


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with _open(path) as file:
        reader = csv.reader(file)
        header = [name.strip() for name in next(reader)]
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise _bad(path, reader.line_num, f"there are {len(cells)} cells where the header has {len(header)}")
            yield reader.line_num, dict(zip(header, cells, strict=True))


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return cast("TextIO", gzip.open(path, "rt", encoding="utf-8", newline=""))
    return path.open(encoding="utf-8", newline="")


def _time(path: Path, line: int, text: str, least: int) -> int:
    if not text.strip().isdecimal() or len(text) > 15:
        raise _bad(path, line, "the time must be whole milliseconds since 1970")
    time_ms = int(text)
    if time_ms < least:
        raise _bad(path, line, "the time goes back")
    return time_ms


def _number(path: Path, line: int, cells: dict[str, str], name: str) -> str:
    text = cells[name].strip()
    whole, _, fraction = text.partition(".")
    if not (whole.isascii() and whole.isdecimal()) or (fraction and not (fraction.isascii() and fraction.isdecimal())):
        raise _bad(path, line, f"{name} is not a plain decimal number")
    if len(whole) > 20 or decimals(text) > _MOST_DECIMALS:
        raise _bad(path, line, f"{name} has too many digits")
    return text


def _positive(text: str) -> bool:
    return text.strip("0.") != ""


def _bad(path: Path, line: int, what: str) -> SettingsError:
    return SettingsError(f"The recording {path} is wrong in line {line}: {what}.")
