"""What a program wrote to its terminal, as kinds of control sequences: exact bytes differ from run to run."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from tests.process.hostile.corpus import MARK

_SEQUENCE = re.compile(
    r"\x1b\[(?P<csi>[0-?]*)(?P<mid>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b\x9c]*)(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b(?P<string>[PX^_])(?P<body>[^\x1b\x9c]*)(?:\x1b\\|\x9c)?"
    r"|\x1b(?P<esc>[ -/]*[0-~])"
)
_FOREIGN = re.compile(rf"{MARK}|hostile|SE9TVElMRQ")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def kinds(written: bytes) -> Counter[str]:
    """Count the kinds of control sequences and of single characters that are none to be seen.

    A sequence that carries text of a hostile string is a kind of its own, whatever its form.
    """
    text = written.decode("utf-8", "surrogateescape")
    found: Counter[str] = Counter()
    rest, at = [], 0
    for match in _SEQUENCE.finditer(text):
        rest.append(text[at : match.start()])
        at = match.end()
        found[_kind(match)] += 1
    rest.append(text[at:])
    found.update(_character(char) for char in "".join(rest) if unicodedata.category(char) in _HIDDEN)
    return found


def _kind(match: re.Match[str]) -> str:
    if _FOREIGN.search(match[0]):
        return f"foreign {match[0][:60]!r}"
    if match["final"]:
        private = match["csi"] if match["final"] in "hl" else re.sub(r"[0-9;:]", "", match["csi"])
        return f"CSI {private}{match['mid']}{match['final']}"
    if match["osc"] is not None:
        return f"OSC {match['osc'].partition(';')[0]}"
    return f"ESC {match['string'] or match['esc']}"


def _character(char: str) -> str:
    return f"U+{ord(char):04X}"
