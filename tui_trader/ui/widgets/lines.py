"""One line of a picture: styled runs of text, cut and padded to a width in terminal cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Run = tuple[str, Style]


def line(runs: Iterable[Run], width: int, base: Style) -> Strip:
    """Return a strip of exactly ``width`` cells; what is too long is cut, what is short is filled with ``base``."""
    segments: list[Segment] = []
    left = width
    for text, style in runs:
        size = min(cell_len(text), left)
        if size:
            segments.append(Segment(text if cell_len(text) == size else set_cell_size(text, size), style))
            left -= size
    if left > 0:
        segments.append(Segment(" " * left, base))
    return Strip(segments, width)


def spread(left: Sequence[Run], right: Sequence[Run], width: int, base: Style) -> Strip:
    """Return a line with one part at each end; the left part gives way."""
    room = width - sum(cell_len(text) for text, _ in right)
    if room < 0:
        return line(right, width, base)
    return Strip([*line(left, room, base), *(Segment(text, style) for text, style in right)], width)


def fitted(text: str, width: int, cut: str, *, right: bool = False) -> str:
    """Cut or pad a text to a width; a cut shows its mark."""
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, max(0, width - 1)) + cut[:width]
    pad = " " * (width - size)
    return pad + text if right else text + pad


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines at spaces; words longer than a line are cut."""
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        candidate = f"{current} {word}" if current else word
        if cell_len(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        current = word if cell_len(word) <= width else set_cell_size(word, width)
    return [*lines, current] if current or not lines else lines


def plain_ascii(strip: Strip) -> Strip:
    """Return the strip with ASCII characters only, as wide as before."""
    if all(segment.text.isascii() for segment in strip):
        return strip
    return Strip([Segment("".join(map(_ascii, text)), style) for text, style, _ in strip], strip.cell_length)


def _ascii(char: str) -> str:
    """Return what stands for a character."""
    return char if char.isascii() else {"\u2013": "-", "\u2026": "~", "\u00b7": "-"}.get(char, "?" * cell_len(char))


def restyled(strip: Strip, over: Style) -> Strip:
    """Return the strip with a style laid over each of its runs."""
    return Strip([Segment(text, (style + over) if style else over) for text, style, _ in strip], strip.cell_length)
