"""Kill this process when it reaches a point in its own code, told by the interpreter, which is asked to trace."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FrameType
from typing import Any

Locals = Mapping[str, Any]
Tracer = Callable[[FrameType, str, Any], Any]


def always(_: Locals) -> bool:
    """Take any call."""
    return True


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the code: a function, an event of tracing in it (``call``, ``line`` or ``return``; a coroutine returns
    whenever it waits), what its locals must be, the how-manieth such event it is, and the longest time until the end.
    """

    module: str
    function: str
    event: str
    when: Callable[[Locals], bool] = always
    nth: int = 1
    within_s: float = 0.0

    @property
    def code(self) -> CodeType:
        """Find the function. Raises ``AttributeError`` where there is none of that name any more."""
        found: Any = import_module(self.module)
        for name in self.function.split("."):
            found = getattr(found, name)
        code: CodeType = found.__code__
        return code


def killer(spot: Spot) -> Callable[[], None]:
    """Return what sets the trap in the process that calls it."""

    def set_trap() -> None:
        tracer = _tracer(spot)
        threading.settrace(tracer)
        sys.settrace(tracer)

    return set_trap


def _tracer(spot: Spot) -> Tracer:
    wanted, seen = spot.code, [0]

    def reached(frame: FrameType) -> None:
        if spot.when(frame.f_locals):
            seen[0] += 1
            if seen[0] == spot.nth:
                _die(spot.within_s)

    def inside(frame: FrameType, event: str, _: Any) -> Any:
        if event == spot.event:
            reached(frame)
        return inside

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not wanted:
            return None
        if spot.event == event:
            reached(frame)
        return None if spot.event == "call" else inside

    return trace


def _die(within_s: float) -> None:
    """End at once, or at any moment of the next so many seconds while the code goes on."""
    if within_s == 0:
        os.kill(os.getpid(), signal.SIGKILL)

    def later() -> None:
        time.sleep(random.uniform(0, within_s))
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=later, daemon=True).start()
