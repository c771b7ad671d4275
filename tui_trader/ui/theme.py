"""Colours: palettes, made into Textual themes whose variables carry the trading colours.

Sign and glyph always stand beside colour; the mono palette uses weight and reverse only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache

from rich.style import Style
from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of colours, as ``#rrggbb``; ``mono`` says that only weight and reverse may carry meaning."""

    ground: str
    raised: str
    text: str
    dim: str
    faint: str
    accent: str
    cursor: str
    buy: str
    sell: str
    buy_ground: str
    sell_ground: str
    warn: str
    error: str
    stale: str
    live: str
    paper: str
    blind: str
    mono: bool = False
    few: bool = False
    """Few colours: nothing coloured stands on a coloured ground."""
    dark: bool = True


# "basic" is made of the eight colours that every terminal has, so that none of them is mapped to another.
PALETTES: Mapping[str, Palette] = {
    "dark": Palette(
        ground="#0d1117",
        raised="#1a212b",
        text="#d7dde5",
        dim="#8b97a6",
        faint="#465160",
        accent="#5cb3ff",
        cursor="#243447",
        buy="#2fc48d",
        sell="#f4606c",
        buy_ground="#10322a",
        sell_ground="#3b1a22",
        warn="#e6b450",
        error="#ff5c57",
        stale="#66707d",
        live="#d1242f",
        paper="#2f6feb",
        blind="#d78cff",
    ),
    "light": Palette(
        ground="#fbfbf9",
        raised="#e8ebee",
        text="#1c2128",
        dim="#57606a",
        faint="#b6bdc5",
        accent="#0757b5",
        cursor="#cfe2f7",
        buy="#0b7a4b",
        sell="#c01f34",
        buy_ground="#d3f0e2",
        sell_ground="#fadcdf",
        warn="#8a5a00",
        error="#b3001b",
        stale="#8c959f",
        live="#b3001b",
        paper="#0757b5",
        blind="#7a2fb3",
        dark=False,
    ),
    "basic": Palette(
        ground="#000000",
        raised="#0000aa",
        text="#aaaaaa",
        dim="#aaaaaa",
        faint="#aaaaaa",
        accent="#00aaaa",
        cursor="#0000aa",
        buy="#00aa00",
        sell="#aa0000",
        buy_ground="#00aa00",
        sell_ground="#aa0000",
        warn="#aa5500",
        error="#aa0000",
        stale="#aaaaaa",
        live="#aa0000",
        paper="#00aaaa",
        blind="#aa00aa",
        few=True,
    ),
    "mono": Palette(
        ground="#000000",
        raised="#000000",
        text="#ffffff",
        dim="#ffffff",
        faint="#ffffff",
        accent="#ffffff",
        cursor="#000000",
        buy="#ffffff",
        sell="#ffffff",
        buy_ground="#000000",
        sell_ground="#000000",
        warn="#ffffff",
        error="#ffffff",
        stale="#ffffff",
        live="#ffffff",
        paper="#ffffff",
        blind="#ffffff",
        mono=True,
    ),
}
MONO: Mapping[str, Style] = {
    "title": Style(reverse=False, bold=True),
    "title_on": Style(reverse=True, bold=True),
    "cursor": Style(reverse=True),
    "cursor_off": Style(underline=True),
    "live_bar": Style(reverse=True, bold=True),
    "paper_bar": Style(reverse=True),
    "halt_bar": Style(reverse=True, bold=True, underline=True),
    "title_shown": Style(bold=True, underline=True),
    "dim": Style(dim=True),
    "faint": Style(dim=True),
    "stale": Style(dim=True, italic=True),
    "buy": Style(bold=True),
    "key": Style(bold=True, underline=True),
    "warn": Style(bold=True),
    "wrong": Style(underline=True, bold=True),
    "error": Style(bold=True, reverse=True),
    "blind": Style(bold=True, reverse=True),
    "mark_last": Style(reverse=True),
    "mark_up": Style(bold=True),
    "mark_down": Style(bold=True),
    "buy_bar": Style(dim=True),
    "sell_bar": Style(dim=True),
    "volume": Style(dim=True),
    "ask_bar": Style(reverse=True, bold=True),
    "ask_live": Style(reverse=True, bold=True),
}


class Skin:
    """A palette as styles by role; asking twice for a role gives the same object."""

    def __init__(self, name: str, mode: str) -> None:
        self.palette = PALETTES[name]
        self.mode = mode
        self.style = cache(self._make)

    def _make(self, role: str) -> Style:
        """Build the style of one role."""
        p = self.palette
        frame = p.live if self.mode == "live" else p.raised
        if p.mono:
            return Style(color=p.text, bgcolor=p.ground) + MONO.get(role.removesuffix("_on_bar"), Style())
        on_frame = "#ffffff" if self.mode == "live" else p.dim
        special = {
            "title": Style(color=on_frame, bgcolor=frame),
            "title_on": Style(color=p.ground, bgcolor=p.accent, bold=True),
            "title_dim": Style(color=on_frame, bgcolor=frame),
            "title_key": Style(color="#ffffff" if self.mode == "live" else p.accent, bgcolor=frame),
            "title_shown": Style(color="#ffffff" if self.mode == "live" else p.text, bgcolor=frame, bold=True),
            "buy_bar": Style(color=p.buy_ground, bgcolor=p.ground),
            "sell_bar": Style(color=p.sell_ground, bgcolor=p.ground),
            "bar": Style(color=p.text, bgcolor=p.raised),
            "cursor": Style(bgcolor=p.cursor, bold=True),
            "cursor_off": Style(bgcolor=p.raised),
            "live_bar": Style(color="#ffffff", bgcolor=p.live, bold=True),
            "paper_bar": Style(color="#ffffff", bgcolor=p.paper, bold=True),
            "halt_bar": Style(color="#ffffff", bgcolor=p.error if p.few or not p.dark else "#b3001b", bold=True),
            "ask_bar": Style(color=p.ground, bgcolor=p.warn, bold=True),
            "ask_live": Style(color=p.live, bgcolor="#ffffff", bold=True),
            "key": Style(color=p.accent, bgcolor=p.raised, bold=True),
            "footer": Style(color=p.dim, bgcolor=p.raised),
            "mark_last": Style(color=p.ground, bgcolor=p.text),
            "volume": Style(color=p.faint, bgcolor=p.ground),
            "last": Style(color=p.dim, bgcolor=p.ground),
            "mark_up": Style(color=p.buy, bgcolor=p.ground, bold=True),
            "mark_down": Style(color=p.sell, bgcolor=p.ground, bold=True),
            "bold": Style(color=p.text, bgcolor=p.ground, bold=True),
            "head": Style(color=p.dim, bgcolor=p.ground),
            "buy_ground": Style(color=p.text, bgcolor=p.buy_ground),
            "sell_ground": Style(color=p.text, bgcolor=p.sell_ground),
            "wrong": Style(color=p.error, bgcolor=p.ground, underline=True),
            "error": Style(color=p.error, bgcolor=p.ground, bold=True),
        }
        if p.few:
            special |= {
                "cursor": Style(color=p.ground, bgcolor=p.text, bold=True),
                "cursor_off": Style(underline=True),
                "key": Style(color=p.text, bgcolor=p.raised, bold=True),
                "title_key": Style(color=p.text, bgcolor=frame, bold=True),
            }
        if role in special:
            return special[role]
        if role.endswith("_on_bar"):
            name = role.removesuffix("_on_bar")
            return Style(color=p.text if p.few else getattr(p, name, p.dim), bgcolor=p.raised, bold=name == "error")
        return Style(color=getattr(p, role or "text"), bgcolor=p.ground)


def themes() -> list[Theme]:
    """Return the themes to register: ``desk-`` and the palette's name."""
    return [_theme(name, palette) for name, palette in PALETTES.items()]


def _theme(name: str, palette: Palette) -> Theme:
    """Turn a palette into a theme; its colours are TCSS variables under their own names."""
    variables = {
        f"desk-{key.replace('_', '-')}": value for key, value in asdict(palette).items() if isinstance(value, str)
    }
    return Theme(
        name=f"desk-{name}",
        primary=palette.accent,
        secondary=palette.dim,
        warning=palette.warn,
        error=palette.error,
        success=palette.buy,
        accent=palette.accent,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.ground,
        panel=palette.raised,
        dark=palette.dark,
        variables=variables,
    )
