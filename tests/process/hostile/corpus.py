"""Strings that try to be more than text: each is written by a shape and a number, so that any count can be had."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, islice

MARK = 31337
"""A parameter that the console never uses: a sequence that carries it came from foreign text."""

SHAPES: tuple[Callable[[int], str], ...] = (
    lambda n: f"\x1b[{MARK}mred{n}",
    lambda n: f"\x1b]52;c;SE9TVElMRQ=={n}\x07",
    lambda n: f"\x1b]52;c;SE9TVElMRQ=={n}\x1b\\",
    lambda n: f"\x1b]0;hostile{n}\x07",
    lambda n: f"\x1b]8;;http://hostile.example/{n}\x1b\\click\x1b]8;;\x1b\\",
    lambda n: f"\x1b[{MARK};{n}H\x1b[2J",
    lambda n: f"\x1b[?{MARK}h{n}",
    lambda n: f"\x1bP{MARK}$q{n}\x1b\\",
    lambda n: f"\x1b_hostile{n}\x1b\\",
    lambda n: f"\x1b^hostile{n}\x1b\\",
    lambda n: f"\x1bc{n}",
    lambda n: f"\x1b[6n\x1b[c{n}",
    lambda n: f"\x9b{MARK}m{n}",
    lambda n: f"\x9d0;hostile{n}\x9c",
    lambda n: f"\x90{MARK}{n}\x9c",
    lambda n: f"nul\x00{n}",
    lambda n: f"bell\x07\x07{n}",
    lambda n: f"over\rwritten{n}",
    lambda n: f"\x08\x08\x08{n}\x7f",
    lambda n: f"\n2026-01-01T00:00:00Z ORDER FILLED {n}",
    lambda n: f'"}}\n{{"level": "info", "text": "forged {n}"}}',
    lambda n: f"line\u2028para\u2029next\x85{n}",
    lambda n: f"tab\tvertical\x0bform\x0c{n}",
    lambda n: f"[@click=app.exit]free coins {n}[/]",
    lambda n: f"[@click=screen.leave(0)]leave {n}[/]",
    lambda n: f"[@click=app.bell()]ring {n}[/@click]",
    lambda n: f"[/] {n}",
    lambda n: f"[/b][/red {n}",
    lambda n: f"k [b + {n}",
    lambda n: f"[ unterminated {n}",
    lambda n: f"[link=http://hostile.example/{n}]here[/link]",
    lambda n: f"[on red reverse]{n}[/on red reverse]",
    lambda n: f"\u202egnp.exe{n}\u202c",
    lambda n: f"\u2066left\u2069\u200fright{n}",
    lambda n: f"ze\u200bro\u200d\u2060wi\ufeffdth{n}",
    lambda n: "e" + "\u0301" * 500 + str(n),
    lambda n: f"\u0412TCUSDT{n}",
    lambda n: f"\u0412\u0422\u0421\u0405{n}",
    lambda n: f"\ud83d{n}\udc00",
    lambda n: f"\udcff\udcfe{n}",
    lambda n: f"\ufdfd\u2b55\U0001f468\u200d\U0001f469\u200d\U0001f467{n}",
    lambda n: f"\ue000\uffff\U000e0041\U0010ffff{n}",
    lambda n: "W" * 100_000 + str(n),
    lambda n: f"%s%n{{0}}{{0.__class__}}${{{n}}}",
    lambda n: f"%({n})s %d %",
    lambda n: f"=cmd|' /C calc'!A{n}",
    lambda n: f"+{n}+cmd|'x'!A0",
    lambda n: f"-{n}+cmd|'x'!A0",
    lambda n: f"@SUM({n}+1)*cmd|'x'!A0",
    lambda n: f"../../../etc/passwd{n}",
    lambda n: f"'; DROP TABLE orders; --{n}",
    lambda n: f"<script>alert({n})</script>&amp;",
    lambda n: f"__proto__{n}",
    lambda n: f"\ufeff{n}",
)


def strings(size: int) -> list[str]:
    """Return ``size`` different hostile strings, every shape in turn."""
    made = (shape(number) for number in count() for shape in SHAPES)
    return list(islice(dict.fromkeys(islice(made, size * 2)), size))


def harmless(text: str, number: int) -> str:
    """Return a harmless string to stand where a hostile one stands in the run that is compared with."""
    return f"plain{number}{'w' * min(len(text), 40)}"
