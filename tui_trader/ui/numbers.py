"""How figures are written: exact decimals to text, thousands separated, the instrument's own precision.

Nothing here rounds a figure that is to be sent; rounding is for the eye only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

UNITS = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
NOTHING = "\u2013"
FIGURE = re.compile(r"[+-][\d,]*\.?\d+%?")


def plain(value: Decimal | None, decimals: int | None = None) -> str:
    """Write a figure with thousands separated; ``decimals`` fixes how many follow the point."""
    if value is None:
        return NOTHING
    if decimals is None:
        text = format(value, ",f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return format(value, f",.{decimals}f")


def amount(value: Decimal) -> str:
    """Write money for the eye: cents from ten on, at most eight decimals below."""
    return plain(round(value, 2 if abs(value) >= 10 else 8))


def signed(value: Decimal | None, decimals: int = 2) -> str:
    """Write a figure with its sign, always; zero has none."""
    if value is None:
        return NOTHING
    text = format(abs(value), f",.{decimals}f")
    if not text.strip("0.,"):
        return text
    return ("-" if value < 0 else "+") + text


def percent(ratio: Decimal | None, decimals: int = 2) -> str:
    """Write a ratio (0.01) as a signed percentage (+1.00%)."""
    return NOTHING if ratio is None else f"{signed(ratio * 100, decimals)}%"


def short(value: Decimal | None) -> str:
    """Write a figure in at most about six characters: 1.24M, 53.1k, 0.0421."""
    if value is None:
        return NOTHING
    for size, unit in UNITS:
        if abs(value) >= size:
            return f"{value / size:.2f}{unit}" if abs(value) < size * 100 else f"{value / size:.1f}{unit}"
    if abs(value) >= 100:
        return f"{value:.1f}"
    return f"{value:.3f}" if abs(value) >= 1 else f"{value:.5f}"


def age(ms: int | None) -> str:
    """Write a span of time in at most four characters: now, 7s, 12m, 3h, 9d."""
    if ms is None:
        return NOTHING
    seconds = max(0, ms) // 1000
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def copied(text: str) -> str:
    """Return a cell's text for the clipboard; what a spreadsheet takes for a formula is quoted, figures are not."""
    text = text.strip()
    formula = text.startswith(("=", "+", "-", "@")) and not FIGURE.fullmatch(text)
    return f"'{text}" if formula else text


def countdown(ms: int) -> str:
    """Write how long it is until something, to the second: 2d 03:12:05, 3:12:05, 12:05, 0:07; 0:00 when it is past."""
    minutes, seconds = divmod(-(-max(0, ms) // 1000), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours:02d}:{minutes:02d}:{seconds:02d}"
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def as_sentence(text: str) -> str:
    """Write a phrase as a sentence: a capital first, a full stop last; nothing stays nothing."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}" if text else ""


def fraction(text: str) -> int:
    """Count the characters from the decimal point on (0 for a whole number), unit signs included."""
    point = text.rfind(".")
    return len(text) - point if point >= 0 else 0


def aligned(texts: Sequence[str]) -> list[str]:
    """Pad a column on the right so that all decimal points stand under each other."""
    widest = max((fraction(text) for text in texts), default=0)
    return [text + " " * (widest - fraction(text)) if _numeric(text) else text for text in texts]


def _numeric(text: str) -> bool:
    """Tell whether a cell holds a figure."""
    return any(char.isdigit() for char in text)
