"""A line cut into words, with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui_trader.errors import GrammarError

MAX_LINE = 2000
SEPARATORS = frozenset({";", "&&"})
_TOKEN = re.compile(r'\s+|(?P<sep>;|&&)|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\s;"&]+)')
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word (or quoted text, or separator) from ``start`` up to ``end``."""

    text: str
    start: int
    end: int
    quoted: bool = False

    @property
    def lower(self) -> str:
        """The word in small letters; empty for quoted text, which is never a keyword."""
        return "" if self.quoted else self.text.lower()

    @property
    def separator(self) -> bool:
        """Whether it stands between statements."""
        return not self.quoted and self.text in SEPARATORS

    def cut(self, count: int) -> Token:
        """Return the word without its last characters."""
        return Token(self.text[:-count], self.start, self.end - count)


def tokenize(line: str) -> list[Token]:
    """Cut a line into tokens.

    Raises:
        GrammarError: it is too long, has an unprintable character, a lone ``&`` or an open quote.

    """
    if len(line) > MAX_LINE:
        raise GrammarError(f"A line has at most {MAX_LINE} characters.", position=MAX_LINE)
    found: list[Token] = []
    place = 0
    while place < len(line):
        match = _TOKEN.match(line, place)
        if match is None:
            raise _unreadable(line, place)
        if match.lastgroup == "text":
            text = _ESCAPE.sub(r"\1", match["text"])
            found.append(Token(text, place, match.end(), quoted=True))
        elif match.lastgroup is not None:
            found.append(_printable(Token(match[0], place, match.end())))
        place = match.end()
    return found


def _printable(token: Token) -> Token:
    if not token.text.isprintable():
        raise GrammarError("There is an unprintable character here.", position=token.start, length=len(token.text))
    return token


def _unreadable(line: str, place: int) -> GrammarError:
    if line[place] == '"':
        return GrammarError('The quote is not closed; add a ".', position=place, length=len(line) - place)
    return GrammarError("A single & means nothing; write && or ;.", position=place, hint="&&")


def statements(tokens: list[Token]) -> list[tuple[Token | None, list[Token]]]:
    """Group tokens into statements, each with the separator before it."""
    groups: list[tuple[Token | None, list[Token]]] = [(None, [])]
    for token in tokens:
        if token.separator:
            groups.append((token, []))
        else:
            groups[-1][1].append(token)
    return groups
