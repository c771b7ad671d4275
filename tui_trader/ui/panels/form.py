"""A form without a screen: fields, what is typed into them, what is wrong with it, and what saving would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from tui_trader.ui.widgets.editor import LineEditor

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form. ``choices`` are gone through by the space bar; without any a text is typed.

    ``hint`` stands in place of an empty value, ``allowed`` says which values make sense, ``about`` what it is.
    ``due`` is what the field will be by itself, and from when on (UTC ms).
    """

    key: str
    label: str
    value: str
    unit: str = ""
    allowed: str = ""
    about: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    group: str = ""
    due: tuple[str, int] | None = None

    @property
    def widest(self) -> int:
        """How many characters the field may show."""
        return max(len(self.value), len(self.hint), *(len(each) + 4 for each in self.choices), 0)


@dataclass(frozen=True, slots=True)
class Form:
    """What is to be filled in. ``check`` returns what is wrong by key; ``effects`` says what saving would do.

    ``values`` and ``flaws`` are what was typed before and why it was refused; ``said`` is a sentence about the whole.
    """

    title: str
    fields: Sequence[Field]
    check: Callable[[Values], Mapping[str, str]]
    effects: Callable[[Values], Sequence[str]]
    values: Values = field(default_factory=dict)
    flaws: Values = field(default_factory=dict)
    said: str = ""


class FormPhase(Enum):
    """What the keys do."""

    BROWSE = "browse"
    EDIT = "edit"
    CONFIRM = "confirm"


class FormEnd(Enum):
    """How a form ends."""

    SAVE = "save"
    LEAVE = "leave"


MOVES = {
    "j": 1,
    "down": 1,
    "k": -1,
    "up": -1,
    "tab": 1,
    "shift+tab": -1,
    "ctrl+d": 8,
    "ctrl+u": -8,
    "g": -999,
    "G": 999,
}
MOVES |= {"pagedown": 8, "pageup": -8, "home": -999, "end": 999}


class FormState:
    """A form under way: where the cursor is, what is typed, and what that means."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.values = {each.key: form.values.get(each.key, each.value) for each in form.fields}
        self.flaws: dict[str, str] = {}
        self.cursor = 0
        self.phase = FormPhase.BROWSE
        self.editor = LineEditor()
        self.said = form.said
        self._refused = dict(form.flaws)
        self._look()
        self._to_flaw()

    @property
    def at(self) -> Field:
        """The field under the cursor."""
        return self.form.fields[self.cursor]

    @property
    def changed(self) -> bool:
        """Whether anything differs from what the form began with."""
        return any(self.values[each.key] != each.value for each in self.form.fields)

    def shown(self, each: Field) -> str:
        """Return what stands in a field now, the text under edit included."""
        return self.editor.text if self.editing(each) else self.values[each.key]

    def editing(self, each: Field) -> bool:
        """Tell whether a field is being typed into."""
        return self.phase is FormPhase.EDIT and each is self.at

    def key(self, name: str, character: str | None) -> FormEnd | None:
        """Take a key; return how the form ends, if it does."""
        if self.phase is FormPhase.EDIT:
            self._edit(name, character)
            return None
        if self.phase is FormPhase.CONFIRM:
            return self._confirm(name)
        return self._browse(name, character)

    def _browse(self, name: str, character: str | None) -> FormEnd | None:
        """Move, begin to edit, go on to saving, or leave; changes are left behind at the second Esc only."""
        asked, self.said = self.said, ""
        if name in MOVES or character in MOVES:
            self.cursor = max(
                0, min(self.cursor + MOVES[name if name in MOVES else character or ""], len(self.values) - 1)
            )
        elif name in {"escape", "q"}:
            if not self.changed or asked == LOSES:
                return FormEnd.LEAVE
            self.said = LOSES
        elif character == "s":
            self._go_on()
        elif self.at.choices:
            step = {"space": 1, "enter": 1, "l": 1, "right": 1, "h": -1, "left": -1}.get(name, 0)
            self._turn(step)
        elif name in {"enter", "space", "i"} or (character and character.isdigit()):
            self.phase = FormPhase.EDIT
            self.editor.set(character if character and character.isdigit() else self.values[self.at.key])
            self._look()
        return None

    def _turn(self, step: int) -> None:
        """Take the next choice."""
        choices = self.at.choices
        if step:
            here = choices.index(self.values[self.at.key]) if self.values[self.at.key] in choices else 0
            self.values[self.at.key] = choices[(here + step) % len(choices)]
            self._refused.pop(self.at.key, None)
            self._look()

    def _edit(self, name: str, character: str | None) -> None:
        """Type into the field; Enter keeps it, Esc gives it back as it was."""
        if name in {"enter", "tab", "down"}:
            self.values[self.at.key] = self.editor.text.strip()
            self.phase = FormPhase.BROWSE
            if name != "enter":
                self.cursor = min(self.cursor + 1, len(self.values) - 1)
        elif name in {"escape", "ctrl+c"}:
            self.phase = FormPhase.BROWSE
        elif self.editor.key(name, character):
            self._refused.pop(self.at.key, None)
        self._look()

    def _confirm(self, name: str) -> FormEnd | None:
        """Save or go back."""
        if name == "enter":
            return FormEnd.SAVE
        if name in {"escape", "q", "ctrl+c"}:
            self.phase = FormPhase.BROWSE
        return None

    def _go_on(self) -> None:
        """Ask whether to save, if there is anything to save and nothing wrong with it."""
        if self.flaws:
            self.said = "Mend what is marked first."
            self._to_flaw()
        elif not self.changed:
            self.said = "Nothing was changed."
        else:
            self.phase = FormPhase.CONFIRM

    def _look(self) -> None:
        """Find out what is wrong with what stands there now."""
        now = {each.key: self.shown(each).strip() for each in self.form.fields}
        self.flaws = {**self._refused, **self.form.check(now)}

    def _to_flaw(self) -> None:
        """Go to the first field that is wrong."""
        wrong = (index for index, each in enumerate(self.form.fields) if each.key in self.flaws)
        self.cursor = next(wrong, self.cursor)


LOSES = "Esc again leaves; what you changed is lost. s saves it."
