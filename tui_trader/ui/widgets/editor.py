"""A line editor without a screen: text, cursor, history. Keys in, text out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

MAX_LENGTH = 2000


class LineEditor:
    """One line of text under edit; ``history`` is oldest first."""

    def __init__(self, history: Sequence[str] = ()) -> None:
        self.text = ""
        self.cursor = 0
        self.history = list(history)
        self._at = len(self.history)
        self._draft = ""
        self._keys: Mapping[str, Callable[[], None]] = {
            "left": lambda: self.move(self.cursor - 1),
            "right": lambda: self.move(self.cursor + 1),
            "ctrl+left": lambda: self.move(self._word_before()),
            "ctrl+right": lambda: self.move(self._word_after()),
            "home": lambda: self.move(0),
            "ctrl+a": lambda: self.move(0),
            "end": lambda: self.move(len(self.text)),
            "ctrl+e": lambda: self.move(len(self.text)),
            "backspace": lambda: self._cut(self.cursor - 1, self.cursor),
            "ctrl+h": lambda: self._cut(self.cursor - 1, self.cursor),
            "delete": lambda: self._cut(self.cursor, self.cursor + 1),
            "ctrl+w": lambda: self._cut(self._word_before(), self.cursor),
            "ctrl+u": lambda: self._cut(0, self.cursor),
            "ctrl+k": lambda: self._cut(self.cursor, len(self.text)),
            "up": lambda: self._recall(-1),
            "down": lambda: self._recall(1),
        }

    def key(self, name: str, character: str | None) -> bool:
        """Take a key; tell whether it meant anything here."""
        command = self._keys.get(name)
        if command is not None:
            command()
            return True
        if character is not None and character.isprintable():
            self.insert(character)
            return True
        return False

    def insert(self, text: str) -> None:
        """Put text at the cursor; of a paste only printable characters, line ends become spaces."""
        kept = "".join(char if char.isprintable() else " " for char in text)[: MAX_LENGTH - len(self.text)]
        self.text = self.text[: self.cursor] + kept + self.text[self.cursor :]
        self.cursor += len(kept)

    def replace(self, start: int, end: int, text: str) -> None:
        """Put text in place of a part, the cursor after it."""
        self.text = self.text[:start] + text + self.text[end:]
        self.cursor = start + len(text)

    def set(self, text: str) -> None:
        """Begin with a text, the cursor at its end."""
        self.text, self.cursor = text[:MAX_LENGTH], min(len(text), MAX_LENGTH)
        self._at = len(self.history)

    def remember(self, text: str) -> None:
        """Add a line to the history; the same line twice in a row counts once."""
        if text.strip() and (not self.history or self.history[-1] != text):
            self.history.append(text)
        self._at = len(self.history)

    def move(self, to: int) -> None:
        """Put the cursor somewhere."""
        self.cursor = max(0, min(to, len(self.text)))

    def _cut(self, start: int, end: int) -> None:
        """Take a part away."""
        start = max(0, start)
        self.text = self.text[:start] + self.text[end:]
        self.cursor = min(start, len(self.text))

    def _word_before(self) -> int:
        """Find the beginning of the word before the cursor."""
        return self.text.rstrip().rfind(" ", 0, max(0, len(self.text[: self.cursor].rstrip()))) + 1

    def _word_after(self) -> int:
        """Find the end of the word after the cursor."""
        rest = self.text[self.cursor :]
        lead = len(rest) - len(rest.lstrip())
        stop = rest.find(" ", lead)
        return len(self.text) if stop < 0 else self.cursor + stop

    def _recall(self, step: int) -> None:
        """Go through the history; what was being typed comes back at its end."""
        if not self.history:
            return
        if self._at == len(self.history):
            self._draft = self.text
        at = max(0, min(self._at + step, len(self.history)))
        text = self._draft if at == len(self.history) else self.history[at]
        self.set(text)
        self._at = at
