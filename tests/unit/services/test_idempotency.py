"""One answer for one intent, within this run."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.unit.services.order_rig import LIMIT_BUY
from tui_trader.domain.order import Order, OrderStatus
from tui_trader.domain.risk import Breach, Level
from tui_trader.errors import ConfirmationRequired, Conflict, Denied, StoreError
from tui_trader.services import idempotency
from tui_trader.services.confirmations import KEPT, Confirmations
from tui_trader.services.idempotency import Intents
from tui_trader.services.model import Placement
from tui_trader.services.outcome_words import placement

D = Decimal
DONE = placement(Order("id", "client", "intent", LIMIT_BUY, OrderStatus.LIVE, D(1), D(99), 0, 0))
SOFT = (Breach("duplicate", Level.SOFT, "again"),)


class Work:
    """Counts how often it is done, and may fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.times = 0
        self.error = error
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> Placement:
        """Do it."""
        self.times += 1
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return DONE


async def test_work_is_done_once() -> None:
    intents, work = Intents(), Work()
    for _ in range(3):
        assert await intents.once("intent", LIMIT_BUY, work) is DONE
    assert work.times == 1


async def test_a_denial_is_an_answer() -> None:
    intents, work = Intents(), Work(Denied("no", code="risk_rejected"))
    for _ in range(2):
        with pytest.raises(Denied):
            await intents.once("intent", LIMIT_BUY, work)
    assert work.times == 1


@pytest.mark.parametrize("error", [ConfirmationRequired("sure?", token="t"), StoreError("full")])
async def test_what_left_nothing_behind_may_be_tried_again(error: Exception) -> None:
    intents, work = Intents(), Work(error)
    for _ in range(2):
        with pytest.raises(type(error)):
            await intents.once("intent", LIMIT_BUY, work)
    assert work.times == 2


async def test_another_request_under_the_same_id_is_a_conflict_even_in_flight() -> None:
    intents, work = Intents(), Work()
    work.gate.clear()
    first = asyncio.create_task(intents.once("intent", LIMIT_BUY, work))
    await settle()
    with pytest.raises(Conflict):
        await intents.once("intent", replace(LIMIT_BUY, quantity=D(2)), work)
    work.gate.set()
    assert await first is DONE


async def test_only_so_many_answers_are_kept_and_none_under_way_is_dropped() -> None:
    intents, work, slow = Intents(), Work(), Work()
    slow.gate.clear()
    waiting = asyncio.create_task(intents.once("slow", LIMIT_BUY, slow))
    await settle()
    for number in range(idempotency.KEPT + 5):
        await intents.once(f"intent-{number}", LIMIT_BUY, work)
    slow.gate.set()
    assert await waiting is DONE
    await intents.once("last", LIMIT_BUY, work)
    await intents.once("intent-0", LIMIT_BUY, work)
    assert work.times == idempotency.KEPT + 5 + 2
    await intents.settle()


async def test_the_oldest_confirmation_goes_when_there_are_too_many() -> None:
    confirmations = Confirmations(VirtualClock())
    first = confirmations.give(LIMIT_BUY, SOFT)
    for _ in range(KEPT):
        last = confirmations.give(LIMIT_BUY, SOFT)
    assert not confirmations.passes(first, LIMIT_BUY, SOFT)
    assert confirmations.passes(last, LIMIT_BUY, SOFT)


async def test_a_confirmation_does_not_cover_a_limit_that_was_not_shown() -> None:
    confirmations = Confirmations(VirtualClock())
    token = confirmations.give(LIMIT_BUY, SOFT)
    assert not confirmations.passes(token, LIMIT_BUY, (*SOFT, Breach("collar", Level.SOFT, "far")))
