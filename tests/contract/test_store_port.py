"""What the services may rely on, checked on the store and on its twin in memory."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from tests.twins.store import StoreTwin
from tests.unit.store.samples import START, Newer, assessment, constraint, fill, line, metrics, order, position
from tui_trader.clock import SystemClock
from tui_trader.domain.assessment import Action, AssessmentStatus, RiskLevel, unreadable
from tui_trader.domain.balance import Balance, EquitySample
from tui_trader.domain.fill import SYNTHETIC
from tui_trader.domain.ledger import LedgerAccount, LedgerEntry
from tui_trader.domain.order import OrderStatus
from tui_trader.errors import StoreError
from tui_trader.services.ports import Change, HistoryFilter, Store
from tui_trader.store import SqliteStore


@pytest_asyncio.fixture(params=["sqlite", "twin"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    store: Store = StoreTwin() if request.param == "twin" else await SqliteStore.open(tmp_path / "d.db", SystemClock())
    yield store
    await store.close()


async def test_a_write_answers_with_the_journals_sequence(kept: Store) -> None:
    assert await kept.write(Change(journal=[line(1), line(2)])) == 2
    assert await kept.write(Change(settings={"a": "1"})) == 2
    assert await kept.write(Change(journal=[line(3)])) == 3
    assert await kept.verify() == 3
    assert [await kept.setting("a"), await kept.setting("b")] == ["1", None]


async def test_lines_are_filtered_by_sequence_order_and_kind(kept: Store) -> None:
    await kept.write(Change(journal=[line(1), line(2, kind="gate"), line(3), line(4, kind="gate")]))
    assert [each.sequence for each in await kept.journal(after=1, limit=2)] == [2, 3]
    assert [each.sequence for each in await kept.journal(kind="gate")] == [2, 4]
    assert [each.sequence for each in await kept.journal(order_id=line(3).order_id)] == [3]
    assert (await kept.journal(after=3))[0] == replace(
        line(4, kind="gate"), sequence=4, hash=(await kept.journal(after=3))[0].hash
    )


async def test_orders_are_found_replaced_and_listed(kept: Store) -> None:
    await kept.write(Change(orders=[order(1), order(2), order(3)]))
    done = order(2, status=OrderStatus.FILLED, venue_order_id="V2", executed=Decimal("0.01"), version=1)
    await kept.write(Change(orders=[done]))
    for name in (done.id, done.client_order_id, done.intent_id, "V2"):
        assert await kept.order(name) == done
    assert await kept.order("nothing") is None
    assert await kept.unfinished_orders() == [order(1), order(3)]


async def test_entries_of_the_ledger_are_kept_once_and_in_order(kept: Store) -> None:
    first = LedgerEntry("opening:BTC", "BTC", LedgerAccount.OPENING, Decimal("0.00000001"), START)
    second = LedgerEntry("push:1", "BTC", LedgerAccount.EXTERNAL, Decimal(-7), START + 1, "WITHDRAW")
    await kept.write(Change(ledger=[first, second]))
    await kept.write(Change(ledger=[replace(first, delta=Decimal(9)), replace(second, ref="push:2")]))
    assert await kept.ledger() == [first, second, replace(second, ref="push:2")]


async def test_an_intent_is_written_once(kept: Store) -> None:
    await kept.write(Change(orders=[order(1), order(3, intent_id=""), order(4, intent_id="")]))
    with pytest.raises(StoreError):
        await kept.write(Change(journal=[line(2)], orders=[order(2, intent_id=order(1).intent_id)]))
    assert await kept.verify() == 0


async def test_orders_page_newest_first_to_the_end(kept: Store) -> None:
    await kept.write(
        Change(orders=[order(number, symbol="BTCUSDT" if number % 2 else "MXUSDT") for number in range(9)])
    )
    page = await kept.orders(HistoryFilter(symbol="BTCUSDT", start=START + 2, end=START + 7), 2)
    following = await kept.orders(HistoryFilter(symbol="BTCUSDT", start=START + 2, end=START + 7), 2, page.cursor)
    assert [each.created_at - START for each in (*page.items, *following.items)] == [7, 5, 3]
    assert (page.total, following.total, following.cursor) == (3, 3, None)
    assert [each.created_at - START for each in (await kept.orders(HistoryFilter(), 2, offset=3)).items] == [5, 4]


async def test_executions_count_once_and_stream_oldest_first(kept: Store) -> None:
    await kept.write(Change(fills=[fill(2), fill(1), fill(2, source="push"), fill(3, symbol="MXUSDT")]))
    assert [each async for each in kept.all_fills()] == [fill(1), fill(2), fill(3, symbol="MXUSDT")]
    assert [each async for each in kept.all_fills("BTCUSDT")] == [fill(1), fill(2)]
    assert await kept.fills_of("V2") == [fill(2)]
    assert (await kept.fills(HistoryFilter(symbol="BTCUSDT"), 1)).total == 2


async def test_a_stand_in_gives_way_to_executions_which_stay(kept: Store) -> None:
    stand_in = fill(1, trade_id="synthetic-3", source=SYNTHETIC)
    await kept.write(Change(fills=[stand_in, fill(2)]))
    await kept.write(Change(removed_fills=[stand_in], fills=[fill(1)]))
    assert [each async for each in kept.all_fills()] == [fill(1), fill(2)]
    with pytest.raises(StoreError):
        await kept.write(Change(removed_fills=[fill(2)], fills=[fill(3)]))
    await kept.write(Change(removed_fills=[stand_in, replace(fill(2), trade_id="gone", source=SYNTHETIC)]))
    assert [each async for each in kept.all_fills("BTCUSDT")] == [fill(1), fill(2)]
    assert (await kept.fills(HistoryFilter(), 1)).total == 2


async def test_positions_balances_and_equity_are_what_was_written_last(kept: Store) -> None:
    samples = [EquitySample(at, Decimal(at), Decimal(0)) for at in (1, 2, 3)]
    await kept.write(Change(positions=[position(1), position(2)], equity=samples))
    await kept.write(Change(removed_positions=["position-1"], positions=[position(3)]))
    await kept.write(Change(balances=[Balance("USDT", Decimal(1), Decimal(0))]))
    await kept.write(Change(balances=[Balance("USDT", Decimal("2.5"), Decimal(0))]))
    assert await kept.positions() == [position(3), position(2)]
    assert await kept.balances() == [Balance("USDT", Decimal("2.5"), Decimal(0))]
    assert await kept.equity(1, 2) == samples[:2]
    assert await kept.equity(2, 9, limit=1) == samples[1:2]


async def test_own_rules_are_kept_changed_and_taken_away(kept: Store) -> None:
    rules = [constraint(1), constraint(2, symbol=None, active=False, description="none of it"), constraint(3)]
    await kept.write(Change(constraints=rules))
    changed = constraint(1, value=Decimal("0.00000001"))
    await kept.write(Change(constraints=[changed], removed_constraints=["rule-3", "rule-9"]))
    assert await kept.constraints() == [changed, rules[1]]
    await kept.write(Change(constraints=[rules[2]], removed_constraints=["rule-1"]))
    assert await kept.constraints() == [rules[1], rules[2]]


async def test_a_rule_of_a_newer_version_refuses_and_can_be_taken_away(kept: Store) -> None:
    newer = constraint(2, type=Newer.WEATHER, action=Action.WARN, active=False)
    await kept.write(Change(constraints=[constraint(1), newer, constraint(3)]))
    assert await kept.constraints() == [constraint(1), unreadable("rule-2"), constraint(3)]
    await kept.write(Change(removed_constraints=["rule-2"]))
    assert await kept.constraints() == [constraint(1), constraint(3)]


async def test_assessments_of_a_newer_version_are_left_out_and_pages_are_full(kept: Store) -> None:
    found = [assessment(number, **({"type": Newer.WEATHER} if number in {1, 4, 5} else {})) for number in range(7)]
    await kept.write(Change(assessments=found))
    active = AssessmentStatus.ACTIVE
    first = await kept.assessments(active, 2)
    assert first == [found[6], found[3]]
    assert await kept.assessments(active, 2, before=first[-1].id) == [found[2], found[0]]
    assert await kept.assessments(active, 2, before=found[2].id) == [found[0]]
    assert await kept.assessment(found[4].id) is None


async def test_assessments_page_by_status_and_pair_newest_first(kept: Store) -> None:
    found = [assessment(number, symbol="BTCUSDT" if number % 2 else None) for number in range(7)]
    await kept.write(Change(assessments=found))
    resolved = replace(found[3], status=AssessmentStatus.RESOLVED, resolved_at=START + 9, updated_at=START + 9)
    worse = replace(found[5], finding=replace(found[5].finding, level=RiskLevel.CRITICAL))
    await kept.write(Change(assessments=[resolved, worse]))
    active = AssessmentStatus.ACTIVE
    first = await kept.assessments(active, 3)
    assert first == [found[6], worse, found[4]]
    assert await kept.assessments(active, 9, before=first[-1].id) == [found[2], found[1], found[0]]
    assert await kept.assessments(active, 9, symbol="BTCUSDT") == [worse, found[1]]
    assert await kept.assessments(AssessmentStatus.RESOLVED, 9) == [resolved]
    assert await kept.assessments(AssessmentStatus.IGNORED, 9) == []
    assert await kept.assessments(active, 0) == []
    assert [await kept.assessment(worse.id), await kept.assessment("nothing")] == [worse, None]


async def test_samples_of_figures_are_kept_from_a_time_on(kept: Store) -> None:
    samples = [metrics(START + number, equity=None if number == 2 else Decimal(number)) for number in range(5)]
    await kept.write(Change(metrics=samples))
    again = replace(samples[4], score=100)
    await kept.write(Change(metrics=[again], metrics_from=START + 2))
    assert await kept.metrics(0, START + 9) == [samples[2], samples[3], again]
    assert await kept.metrics(START + 3, START + 4, 1) == [samples[3]]
    assert await kept.metrics(START + 5, START + 9) == []


async def test_old_samples_go_in_bounded_steps(kept: Store) -> None:
    await kept.write(Change(metrics=[metrics(at) for at in range(1, 1203)]))
    await kept.write(Change(metrics_from=1201))
    assert [each.at for each in await kept.metrics(0, 9999, 1)] == [1001]
    await kept.write(Change(metrics_from=1201))
    assert [each.at for each in await kept.metrics(0, 9999)] == [1201, 1202]
