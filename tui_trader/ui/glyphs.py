"""Characters that pictures are drawn with: a Unicode set and an ASCII one, field for field."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set. ``eighths`` fill a cell from the bottom, ``parts`` from the left, both from empty to full.

    ``meter`` is a used and an unused step of a limit. ``body`` and ``wick`` index the halves of a candle's cell: none,
    lower, upper, both.
    """

    up: str = "▴"
    down: str = "▾"
    buy: str = "▲"
    sell: str = "▼"
    dot: str = "●"
    warn: str = "▲"
    rule: str = "─"
    bar: str = "│"
    dash: str = "┄"
    level: str = "╌"
    cut: str = "…"
    sep: str = "·"
    cursor: str = "▌"
    eighths: str = " ▁▂▃▄▅▆▇█"
    parts: str = " ▏▎▍▌▋▊▉█"
    spark: str = "▁▂▃▄▅▆▇█"
    meter: tuple[str, str] = ("▮", "▯")
    up_candle: tuple[str, ...] = (" ", "╷", "╻", "╵", "│", "╽", "╹", "╿", "┃")
    down_candle: tuple[str, ...] = (" ", "╷", "╻", "╵", "│", "╽", "╹", "╿", "┃")
    filled_candle: tuple[str, ...] = (" ", "╷", "▄", "╵", "│", "█", "▀", "█", "█")
    """For down candles where colour cannot tell them apart."""


UNICODE = Glyphs()
ASCII = Glyphs(
    up="^",
    down="v",
    buy="^",
    sell="v",
    dot="*",
    warn="!",
    rule="-",
    bar="|",
    dash="-",
    level=".",
    cut="~",
    sep="-",
    cursor=">",
    eighths="  .-=+*##",
    parts="   --====",
    spark="._-=+*##",
    meter=("#", "."),
    up_candle=(" ", "|", "H", "|", "|", "H", "H", "H", "H"),
    down_candle=(" ", "|", "#", "|", "|", "#", "#", "#", "#"),
    filled_candle=(" ", "|", "#", "|", "|", "#", "#", "#", "#"),
)
