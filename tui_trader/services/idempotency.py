"""One answer for one intent: while it is under way, after it was given, and after a restart.

Answers of this run are kept in memory. Older ones are found in the store, whose rows hold each intent once: an order
that comes a second time can therefore never be committed, and what cannot be committed is never sent.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from tui_trader.errors import Conflict, Denied

KEPT = 2048
"""So many answers stay in memory."""

A = TypeVar("A")


class Intents(Generic[A]):
    """Answers by intent id."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[object, asyncio.Task[A]]] = OrderedDict()

    async def once(self, intent_id: str, request: object, work: Callable[[], Coroutine[Any, Any, A]]) -> A:
        """Do the work, or give the answer that it gave or will give.

        The work is not interrupted when the caller goes away. An attempt that left nothing behind (a confirmation
        was asked for, the journal could not be written) may be made again under the same id.

        Raises:
            Conflict: the id came before with another request.

        """
        known = self._answers.get(intent_id)
        if known is None or not _stands(known[1]):
            known = (request, asyncio.create_task(work(), name=f"intent {intent_id}"))
            self._answers[intent_id] = known
            self._shorten()
        elif known[0] != request:
            raise different(intent_id)
        return await asyncio.shield(known[1])

    def _shorten(self) -> None:
        """Let the oldest answers go, but none that is still under way."""
        while len(self._answers) > KEPT:
            oldest = next(iter(self._answers))
            if not self._answers[oldest][1].done():
                return
            del self._answers[oldest]

    async def settle(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*(task for _, task in self._answers.values()), return_exceptions=True)


def _stands(task: asyncio.Task[Any]) -> bool:
    """Tell whether an answer is to be given again."""
    if not task.done():
        return True
    if task.cancelled():
        return False
    return task.exception() is None or isinstance(task.exception(), Denied)


def different(intent_id: str) -> Conflict:
    """Say that an id was used for something else."""
    return Conflict(
        f"The intent id {intent_id} was used for something else; make a new id for a new order.", code="conflict"
    )
