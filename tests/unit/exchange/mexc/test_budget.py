import asyncio
from typing import Any

import pytest

from tui_trader.exchange.mexc.budget import Budget, BudgetExceeded, Urgency
from tui_trader.exchange.wire import endpoints

FAR = 1e9


async def spend(budget: Budget, endpoint: endpoints.Endpoint, urgency: Urgency, times: int) -> None:
    for _ in range(times):
        await budget.acquire(endpoint, urgency, FAR)


async def test_orders_leave_a_part_of_the_order_limit_to_cancels(turned: Any) -> None:
    budget = Budget(turned)
    await spend(budget, endpoints.ORDER_PLACE, Urgency.ORDER, 8)
    with pytest.raises(BudgetExceeded):
        await budget.acquire(endpoints.ORDER_PLACE, Urgency.ORDER, turned.monotonic() + 0.5)
    await spend(budget, endpoints.ORDER_CANCEL, Urgency.CANCEL, 4)
    with pytest.raises(BudgetExceeded) as caught:
        await budget.acquire(endpoints.ORDER_CANCEL, Urgency.CANCEL, turned.monotonic() + 0.5)
    assert caught.value.wait == pytest.approx(1.05)
    assert budget.used() == 1.0
    await budget.close()


async def test_a_rate_multiplies_every_limit(turned: Any) -> None:
    budget, begun = Budget(turned, rate=10), turned.monotonic()
    await spend(budget, endpoints.ORDER_PLACE, Urgency.ORDER, 84)
    with pytest.raises(BudgetExceeded):
        await budget.acquire(endpoints.ORDER_PLACE, Urgency.ORDER, turned.monotonic() + 0.5)
    await spend(budget, endpoints.ACCOUNT, Urgency.LOOKUP, 20)
    assert turned.monotonic() == begun
    await budget.close()


async def test_reads_leave_room_for_an_order(turned: Any) -> None:
    budget = Budget(turned)
    for _ in range(3):
        await spend(budget, endpoints.MY_TRADES, Urgency.READ, 7)
        await turned.turn(1.1)
    with pytest.raises(BudgetExceeded):
        await budget.acquire(endpoints.MY_TRADES, Urgency.READ, turned.monotonic() + 2.0)
    await budget.acquire(endpoints.ORDER_PLACE, Urgency.ORDER, turned.monotonic() + 2.0)
    await budget.close()


async def test_no_window_of_the_venue_ever_holds_more_than_its_limit(turned: Any) -> None:
    budget = Budget(turned)
    sent: list[tuple[float, int]] = []

    async def one(endpoint: endpoints.Endpoint, urgency: Urgency) -> None:
        await budget.acquire(endpoint, urgency, FAR)
        sent.append((turned.monotonic(), endpoint.weight))

    calls = [endpoints.EXCHANGE_INFO, endpoints.MY_TRADES, endpoints.ORDER_QUERY, endpoints.TIME] * 15
    tasks = [asyncio.create_task(one(call, Urgency(2 + n % 2))) for n, call in enumerate(calls)]
    await turned.turn(60.0)
    await asyncio.gather(*tasks)
    for start, _ in sent:
        assert sum(weight for at, weight in sent if start <= at < start + 10.0) <= 300 * 0.85
        assert sum(1 for at, _ in sent if start <= at < start + 1.0) <= 19
    await budget.close()


async def test_a_waiting_cancel_overtakes_waiting_orders(turned: Any) -> None:
    budget = Budget(turned)
    await spend(budget, endpoints.ORDER_CANCEL, Urgency.CANCEL, 12)
    order: list[str] = []

    async def one(name: str, urgency: Urgency) -> None:
        await budget.acquire(endpoints.ORDER_PLACE, urgency, FAR)
        order.append(name)

    tasks = [asyncio.create_task(one(f"order {n}", Urgency.ORDER)) for n in range(9)]
    await turned.settle()
    tasks.append(asyncio.create_task(one("cancel", Urgency.CANCEL)))
    await turned.turn(5.0)
    await asyncio.gather(*tasks)
    assert order[0] == "cancel"
    assert order[1:] == [f"order {n}" for n in range(9)]
    await budget.close()


async def test_a_read_passes_an_order_that_waits_for_another_limit(turned: Any) -> None:
    budget = Budget(turned)
    await spend(budget, endpoints.ACCOUNT, Urgency.READ, 2)
    waiting = asyncio.create_task(budget.acquire(endpoints.ACCOUNT, Urgency.READ, FAR))
    await turned.settle()
    assert not waiting.done()
    with pytest.raises(BudgetExceeded):
        # It shares the weight and request windows with the one ahead, but those are not what that one waits for.
        await asyncio.wait_for(budget.acquire(endpoints.ACCOUNT, Urgency.READ, turned.monotonic()), 1)
    await asyncio.wait_for(budget.acquire(endpoints.ORDER_QUERY, Urgency.LOOKUP, FAR), 1)
    await turned.turn(2.0)
    await waiting
    await budget.close()


async def test_a_pause_of_the_venue_holds_everything_but_cancels(turned: Any) -> None:
    budget = Budget(turned)
    budget.pause(5.0)
    with pytest.raises(BudgetExceeded) as caught:
        await budget.acquire(endpoints.ORDER_QUERY, Urgency.LOOKUP, turned.monotonic() + 1.0)
    assert caught.value.wait == pytest.approx(5.0)
    await asyncio.wait_for(budget.acquire(endpoints.ORDER_CANCEL, Urgency.CANCEL, FAR), 1)
    waiting = asyncio.create_task(budget.acquire(endpoints.ORDER_QUERY, Urgency.LOOKUP, FAR))
    await turned.turn(5.1)
    await waiting
    await budget.close()


async def test_waiting_is_bounded_in_number_and_ends_with_the_client(turned: Any) -> None:
    budget = Budget(turned)
    await spend(budget, endpoints.ACCOUNT, Urgency.READ, 2)
    tasks = [asyncio.create_task(budget.acquire(endpoints.ACCOUNT, Urgency.READ, FAR)) for _ in range(256)]
    await turned.settle()
    with pytest.raises(BudgetExceeded):
        await budget.acquire(endpoints.ACCOUNT, Urgency.READ, FAR)
    await budget.close()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, BudgetExceeded) for outcome in outcomes)


async def test_who_gives_up_waiting_takes_no_share(turned: Any) -> None:
    budget = Budget(turned)
    await spend(budget, endpoints.ACCOUNT, Urgency.READ, 2)
    task = asyncio.create_task(budget.acquire(endpoints.ACCOUNT, Urgency.READ, FAR))
    await turned.settle()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await turned.turn(1.1)
    await asyncio.wait_for(spend(budget, endpoints.ACCOUNT, Urgency.READ, 2), 1)
    await budget.close()
