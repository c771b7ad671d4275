"""Risks found, told, kept and settled: the service over twins, and once in a whole desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.twins.profiles import WIDE
from tests.twins.store import StoreTwin
from tests.unit.services.desk_rig import DeskRig, desk, hearing, of, quote, richer
from tui_trader.domain.assessment import AssessmentStatus, Finding, RiskLevel, RiskType
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import Event, EventKind
from tui_trader.errors import Conflict, NotFound, StoreError
from tui_trader.rules.risk.tracking import CALM_AFTER_S, RAISE_AFTER_S
from tui_trader.services.assessments import BEAT_S, AssessmentService
from tui_trader.services.bus import EventBus
from tui_trader.services.risk_lines import AFTER, ASSESSMENT, BEFORE, assessment_of
from tui_trader.services.tasks import Tasks
from tui_trader.settings import Settings

D = Decimal
A = AssessmentStatus
M, H, C = RiskLevel.MEDIUM, RiskLevel.HIGH, RiskLevel.CRITICAL
BTC = Finding(RiskType.CONCENTRATION, M, "25 %.", "Sell.", "BTCUSDT")
LASTING = RAISE_AFTER_S + BEAT_S + 1
OVER = CALM_AFTER_S + BEAT_S + 1


class Rig:
    """One run of the service; ``found`` is what there is to find."""

    def __init__(self, store: StoreTwin, clock: VirtualClock) -> None:
        self.store, self.clock = store, clock
        self.found: list[Finding] = []
        self.looks = 0
        self.bus = EventBus(store)
        self.service = AssessmentService(store, self.bus, clock, self._find)
        self.events: list[Event] = []

    def _find(self) -> list[Finding]:
        self.looks += 1
        return self.found

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(line.body["level"], line.body["code"]) for line in self.store.lines if line.kind == "notice"]

    @property
    def levels(self) -> list[RiskLevel]:
        return [each.finding.level for each in self.service.active()]

    async def listen(self) -> None:
        with self.bus.subscribe() as reading:
            async for event in reading:
                self.events.append(event)


@asynccontextmanager
async def running(store: StoreTwin | None = None, clock: VirtualClock | None = None) -> AsyncIterator[Rig]:
    """Run the service, and end it."""
    rig = Rig(store or StoreTwin(), clock or VirtualClock())
    await rig.service.load()
    tasks = Tasks(rig.bus, rig.clock)
    for name, work in (("look", rig.service.keep), ("fills", rig.service.listen), ("all", rig.listen)):
        tasks.run(name, work)
    await settle()
    yield rig
    await tasks.close()


def consistent(store: StoreTwin) -> None:
    """Check that the rows follow from the lines, and each line from the one before."""
    rows: dict[str, object] = {}
    for line in store.lines:
        if line.kind == ASSESSMENT:
            after, before = assessment_of(line.body[AFTER]), line.body[BEFORE]
            assert (assessment_of(before) if before else None) == rows.get(after.id)
            rows[after.id] = after
    assert rows == store.assessment_rows


async def test_a_grave_risk_is_written_told_and_shown() -> None:
    async with running() as rig:
        rig.found = [replace(BTC, level=H)]
        await rig.clock.advance(LASTING)
        (risk,) = rig.service.active()
        assert (risk.status, risk.finding, risk.score) == (A.ACTIVE, rig.found[0], 75)
        assert rig.told == [("warning", "risk_high")]
        assert [each.data for each in rig.events if each.kind is EventKind.ASSESSMENT] == [risk]
        rig.found = [replace(BTC, level=C)]
        await rig.clock.advance(BEAT_S + 1)
        assert rig.told == [("warning", "risk_high"), ("error", "risk_critical")]
        assert [each.data.text for each in rig.events if each.kind is EventKind.NOTICE] == ["25 %. Sell."] * 2
        consistent(rig.store)


async def test_a_mild_risk_is_shown_without_a_notice() -> None:
    async with running() as rig:
        rig.found = [BTC]
        await rig.clock.advance(LASTING)
        assert rig.levels == [M]
        assert rig.told == []


async def test_a_risk_ends_by_itself() -> None:
    async with running() as rig:
        rig.found = [BTC]
        await rig.clock.advance(LASTING)
        rig.found = []
        await rig.clock.advance(OVER)
        assert rig.service.active() == []
        (row,) = await rig.service.list(A.RESOLVED, 10)
        assert row.resolved_at == row.updated_at
        consistent(rig.store)


async def test_an_execution_has_the_account_looked_at_at_once() -> None:
    async with running() as rig:
        await rig.clock.advance(1)
        looks = rig.looks
        rig.bus.publish(Event(EventKind.FILL, 1, None))
        await settle()
        assert rig.looks == looks + 1
        for _ in range(50):
            rig.bus.publish(Event(EventKind.FILL, 1, None))
            await settle()
        await rig.clock.advance(1)
        assert looks + 2 <= rig.looks <= looks + 4


async def test_a_restart_goes_on_with_what_was_open() -> None:
    async with running() as rig:
        rig.found = [replace(BTC, level=H), replace(BTC, symbol="ETHUSDT")]
        await rig.clock.advance(LASTING)
        before = rig.service.active()
        await rig.service.settle("intent-0001", before[1].id, A.IGNORED)
    async with running(rig.store, rig.clock) as again:
        assert again.service.active() == before[:1]
        (borne,) = await again.service.list(A.IGNORED, 9)
        assert await again.service.settle("intent-0001", before[1].id, A.IGNORED) == borne
        with pytest.raises(Conflict, match="ignored already"):
            await again.service.settle("intent-0002", before[1].id, A.IGNORED)
        again.found = rig.found[:1]
        await again.clock.advance(OVER)
        assert again.service.active() == before[:1]
        assert [each.id for each in await again.service.list(A.RESOLVED, 9)] == [before[1].id]
        assert again.told == [("warning", "risk_high")]
        consistent(again.store)


async def test_many_open_ones_are_taken_over_page_by_page() -> None:
    async with running() as rig:
        rig.found = [replace(BTC, symbol=f"C{number}USDT") for number in range(450)]
        await rig.clock.advance(LASTING)
    async with running(rig.store, rig.clock) as again:
        assert len(again.service.active()) == 450


async def test_a_person_says_that_it_has_gone_and_is_told_again_when_it_has_not() -> None:
    async with running() as rig:
        rig.found = [BTC]
        await rig.clock.advance(LASTING)
        (risk,) = rig.service.active()
        gone = await rig.service.settle("intent-0001", risk.id, A.RESOLVED)
        assert (gone.status, gone.resolved_at) == (A.RESOLVED, rig.clock.wall_ms())
        assert await rig.service.settle("intent-0001", risk.id, A.RESOLVED) == gone
        assert rig.store.lines[-1].body["by"] == "person"
        with pytest.raises(Conflict, match="resolved already"):
            await rig.service.settle("intent-0002", risk.id, A.IGNORED)
        with pytest.raises(Conflict, match="used for something else"):
            await rig.service.settle("intent-0001", risk.id, A.IGNORED)
        with pytest.raises(NotFound):
            await rig.service.settle("intent-0003", "nothing", A.RESOLVED)
        await rig.clock.advance(LASTING)
        assert [each.id != risk.id for each in rig.service.active()] == [True]
        consistent(rig.store)


async def test_what_a_person_bears_stays_quiet_until_it_is_worse() -> None:
    async with running() as rig:
        rig.found = [replace(BTC, level=H)]
        await rig.clock.advance(LASTING)
        (risk,) = rig.service.active()
        await rig.service.settle("intent-0001", risk.id, A.IGNORED)
        with pytest.raises(Conflict, match="ignored already"):
            await rig.service.settle("intent-0002", risk.id, A.RESOLVED)
        rig.found = [replace(BTC, level=H, message="29 %.")]
        await rig.clock.advance(600)
        assert (rig.levels, rig.told) == ([], [("warning", "risk_high")])
        rig.found = [replace(BTC, level=C)]
        await rig.clock.advance(BEAT_S + 1)
        assert [each.id for each in rig.service.active()] == [risk.id]
        assert rig.told[1:] == [("error", "risk_critical")]
        consistent(rig.store)


async def test_what_cannot_be_written_is_tried_again() -> None:
    async with running() as rig:
        rig.store.failing = "The disk is full."
        rig.found = [replace(BTC, level=H)]
        await rig.clock.advance(LASTING)
        assert rig.service.active() == []
        rig.store.failing = None
        await rig.clock.advance(BEAT_S + 1)
        (risk,) = rig.service.active()
        rig.store.failing = "The disk is full."
        with pytest.raises(StoreError):
            await rig.service.settle("intent-0001", risk.id, A.RESOLVED)
        assert rig.service.active() == [risk]
        rig.store.failing = None
        assert (await rig.service.settle("intent-0001", risk.id, A.RESOLVED)).id == risk.id
        consistent(rig.store)


async def test_a_settling_while_a_look_is_being_written_harms_neither() -> None:
    async with running() as rig:
        rig.found = [BTC]
        await rig.clock.advance(LASTING)
        (risk,) = rig.service.active()
        rig.store.hold()
        rig.found = [replace(BTC, level=H)]
        await rig.clock.advance(BEAT_S)
        settling = asyncio.create_task(rig.service.settle("intent-0001", risk.id, A.IGNORED))
        await settle()
        rig.store.release()
        assert (await settling).finding.level is H
        assert rig.service.active() == []
        consistent(rig.store)


async def test_the_worst_comes_first_and_lists_page() -> None:
    async with running() as rig:
        rig.found = [BTC, replace(BTC, symbol="ETHUSDT", level=C), replace(BTC, symbol=None, level=H)]
        await rig.clock.advance(LASTING)
        assert rig.levels == [C, H, M]
        first, second = await rig.service.list(A.ACTIVE, 2)
        assert first.id > second.id
        assert len(await rig.service.list(A.ACTIVE, 2, before=second.id)) == 1
        (only,) = await rig.service.list(A.ACTIVE, 9, symbol="ETHUSDT")
        assert only.finding.level is C


TIGHT = replace(WIDE, max_concentration_percent=D(20), max_position_value=D(500))


async def test_a_whole_desk_finds_what_it_holds_and_forgets_it_when_it_is_sold() -> None:
    rig = DeskRig(settings=Settings(risk=TIGHT))
    richer(rig.exchange, USDT="9000", BTC="10")
    await rig.start()
    try:
        async with hearing(rig) as heard:
            await rig.clock.advance(LASTING)
            found = {(each.finding.type, each.finding.level) for each in rig.services.risk_state.assessments.active()}
            assert (RiskType.POSITION, H) in found
            assert any(each.code == "risk_high" for each in of(heard, EventKind.NOTICE))
            assert of(heard, EventKind.ASSESSMENT)
        now = rig.services.risk_state.metrics.now()
        assert now.equity is not None
        assert (now.high_risks, now.score) == (1, 75)
        rig.market.watch(tickers=["BTCUSDT"])
        await settle()
        rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock))
        outcome = await rig.run("sell btc 9 @100")
        placement = outcome.steps[0].placement
        assert placement is not None
        rig.exchange.fill(placement.order.client_order_id, D(9))
        rig.desk.account.take([Balance("BTC", D(1), D(0)), Balance("USDT", D(9900), D(0))], complete=True)
        await rig.clock.advance(OVER + BEAT_S)
        assert not any(each.finding.type is RiskType.POSITION for each in rig.services.risk_state.assessments.active())
    finally:
        await rig.stop()
    consistent(rig.store)


async def test_an_order_is_evaluated_as_the_gate_would_and_leaves_nothing_behind() -> None:
    async with desk(settings=Settings(risk=replace(WIDE, max_order_value=D(500)))) as rig:
        richer(rig.exchange, USDT="9000")
        changes = len(rig.store.changes)
        request = (await rig.preview("buy btc 6 @99")).steps[0].preview
        assert request is not None
        found = await rig.services.risk_state.evaluator.order(request.request)
        assert found.judged.refused
        assert "max_order_value" in [each.code for each in found.judged.breaches]
        assert (RiskType.POSITION, H) in [(each.type, each.level) for each in found.findings]
        assert found.sentence == "Buy 6 BTC at 99 USDT."
        with pytest.raises(NotFound):
            await rig.services.risk_state.evaluator.order(replace(request.request, symbol="NOPEUSDT"))
        assert len(rig.store.changes) == changes
        assert rig.services.orders.working() == []


async def test_coins_that_were_there_before_the_desk_are_no_risk_by_themselves() -> None:
    async with desk() as rig:
        assert [each.entry_price for each in rig.desk.positions.book.open()] == [None]
        await rig.clock.advance(LASTING)
        assert list(rig.services.risk_state.assessments.active()) == []
