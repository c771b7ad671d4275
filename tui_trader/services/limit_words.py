"""What became of limits, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui_trader.domain.risk_profile import Preset
from tui_trader.rules.risk.limit_changes import Effect, Step
from tui_trader.rules.risk.profile_values import Value, written

SHOWN = 4
"""So many limits are told one by one."""
_WORDS: Mapping[Effect, str] = {
    Effect.CHANGED: "Limits changed",
    Effect.ASKED: "Limits that hold in 60 s",
    Effect.WITHDRAWN: "Limits that will not be loosened",
    Effect.LOOSENED: "Limits loosened",
    Effect.CONFIGURED: "Limits taken from the changed configuration",
}


def told(steps: Iterable[Step]) -> str:
    """Tell what became of limits, in a few sentences."""
    groups: dict[Effect, list[Step]] = {}
    for each in steps:
        groups.setdefault(each.effect, []).append(each)
    return " ".join(f"{_WORDS[effect]}: {_listed(each)}." for effect, each in groups.items())


def unusable(reason: object) -> str:
    """Say what was wrong with what was stored, what holds instead and how to mend it."""
    return (
        f"The stored risk profile could not be used: {str(reason)[:200]}. The {Preset.CONSERVATIVE} limits hold, or "
        "stricter ones of the configuration. Change any limit, or choose a preset, to store a new one."
    )


def _listed(steps: list[Step]) -> str:
    shown = ", ".join(f"{each.key} {_shown(each.before)} → {_shown(each.after)}" for each in steps[:SHOWN])
    return shown + (f" and {len(steps) - SHOWN} more" if len(steps) > SHOWN else "")


def _shown(value: Value | None) -> str:
    """Show a value; a list of pairs by its number where it is long."""
    if value is None:
        return "as all"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return f"{len(value)} pairs" if len(value) > SHOWN else " ".join(value) or "all"
    return str(written(value))
