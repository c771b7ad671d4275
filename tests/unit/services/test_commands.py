"""Typed lines: each kind, several statements, confirmations, refusals, and one answer for one intent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import settle
from tests.twins.exchange import CUT, Trouble
from tests.twins.profiles import WIDE
from tests.unit.services.desk_rig import DeskRig, desk, quote
from tui_trader.domain.order import Order, OrderRequest, OrderType, Side, TimeInForce
from tui_trader.domain.risk import GateState
from tui_trader.errors import ConfirmationRequired, Conflict, Denied, GrammarError
from tui_trader.services.commands import KEPT
from tui_trader.services.model import LineContext, LineStep, Outcome
from tui_trader.settings import Confirm, Mode, Settings

D = Decimal
LIMITS_ONLY = Settings(confirm=Confirm.LIMITS, risk=WIDE)


def sent(rig: DeskRig) -> list[tuple[str, str, Decimal | None, Decimal | None]]:
    """List what reached the venue: side, symbol, quantity, price."""
    return [(each.side.value, each.symbol, each.quantity, each.price) for each in rig.exchange.sent]


def placed(step: LineStep) -> Order:
    """Return the order that a step placed."""
    assert step.placement is not None, step
    return step.placement.order


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("buy btc 0.5 @99", ("BUY", "BTCUSDT", D("0.5"), D(99))),
        ("b btc $198 @99", ("BUY", "BTCUSDT", D(2), D(99))),
        ("b btc 0.5 @bid", ("BUY", "BTCUSDT", D("0.5"), D(100))),
        ("b btc 0.5 @-5t", ("BUY", "BTCUSDT", D("0.5"), D("99.95"))),
        ("b btc 0.5 @mid -1%", ("BUY", "BTCUSDT", D("0.5"), D("99.04"))),
        ("s btc 0.5 @ask +2t", ("SELL", "BTCUSDT", D("0.5"), D("100.12"))),
        ("s btc all @101", ("SELL", "BTCUSDT", D(1), D(101))),
        ("s btc 25%bal @102", ("SELL", "BTCUSDT", D("0.25"), D(102))),
        ("b btc 0.5 mkt", ("BUY", "BTCUSDT", D("0.5"), D("101.10"))),
    ],
)
async def test_sizes_and_prices_are_absolute_before_anything_is_sent(
    line: str, wanted: tuple[str, str, Decimal, Decimal]
) -> None:
    async with desk() as rig:
        shown = await rig.preview(line)
        assert shown.ok, shown
        assert sent(rig) == []
        outcome = await rig.run(line)
        assert outcome.ok, outcome
        assert sent(rig) == [wanted]
        assert placed(outcome.steps[0]).price == wanted[3]


async def test_flags_reach_the_order() -> None:
    async with desk() as rig:
        order = placed((await rig.run('buy btc 1 @99 post tag:a note "why not"')).steps[0])
        assert (order.request.type, order.request.tags, order.request.note) == (
            OrderType.LIMIT_MAKER,
            ("a",),
            "why not",
        )
        order = placed((await rig.run("buy btc 1 @98 ioc")).steps[0])
        assert order.request.time_in_force is TimeInForce.IOC


async def test_the_sentence_says_everything_and_the_line_can_be_run_as_it_stands() -> None:
    async with desk() as rig:
        (step,) = (await rig.preview("b btc $250 @bid tag:x")).steps
        assert step.sentence == "Buy 2.5 BTC on BTCUSDT at 100 USDT, limit; cost 250 USDT, fee 0 USDT."
        assert step.line == "buy BTCUSDT $250 @100 tag:x"
        rig.exchange.quote_rows["BTCUSDT"] = quote(rig.clock, bid="90", ask="91")
        assert placed((await rig.run(step.line)).steps[0]).price == D(100)


async def test_a_preview_gives_the_whole_line_as_shown_and_running_it_ignores_the_market() -> None:
    async with desk() as rig:
        shown = await rig.preview("b btc 0.5 @-1% && b eth $50 @bid ; bal")
        assert " && " in shown.line
        assert " ; " in shown.line
        prices = [step.preview.price for step in shown.steps if step.preview is not None]
        rig.exchange.quote_rows["BTCUSDT"] = quote(rig.clock, bid="98", ask="98.1")
        outcome = await rig.run(shown.line)
        assert [each.price for each in rig.exchange.sent] == prices
        assert len(outcome.steps) == 3


async def test_a_market_order_says_its_cap() -> None:
    async with desk() as rig:
        (step,) = (await rig.preview("b btc 1 mkt")).steps
        assert "at the market, no worse than 101.1 USDT" in step.sentence


async def test_live_says_real_money_and_opens_locked() -> None:
    async with desk(settings=Settings(mode=Mode.LIVE, risk=WIDE)) as rig:
        (step,) = (await rig.preview("b btc 1 @99")).steps
        assert step.sentence.startswith("REAL MONEY: Buy 1 BTC")
        assert step.refused is not None
        refused = await rig.run("b btc 1 @99")
        assert not refused.ok
        asked = await rig.preview("unlock")
        assert asked.steps[0].refused == "Type the whole phrase: unlock 1001 REAL MONEY"
        with pytest.raises(Conflict):
            await rig.run("unlock please")
        await rig.run("unlock 1001 REAL MONEY")
        assert (await rig.run("b btc 1 @99")).ok
        await rig.run("lock")
        assert rig.services.desk.status().gate is GateState.CANCEL_ONLY


async def test_a_halted_desk_is_resumed_by_a_word() -> None:
    async with desk() as rig:
        await rig.desk.path.gate.change(GateState.HALTED, "stop")
        assert (await rig.preview("resume all is well")).steps[0].word == "resume"
        await rig.run("resume all is well")
        assert rig.services.desk.status().gate is GateState.ACTIVE


async def test_a_wrong_line_points_at_the_word_and_sends_nothing() -> None:
    async with desk() as rig:
        with pytest.raises(GrammarError) as caught:
            await rig.run("buy btc 1 @99 ; bye eth 1 @99")
        assert caught.value.position == 16
        assert sent(rig) == []


async def test_a_line_that_the_gate_refuses_says_why() -> None:
    async with desk() as rig:
        shown = await rig.preview("buy btc 1000000 @99")
        assert not shown.ok
        outcome = await rig.run("buy btc 1000000 @99")
        assert (outcome.ok, outcome.steps[0].refused) == (False, shown.steps[0].refused)
        assert sent(rig) == []


async def test_an_order_is_asked_about_unless_only_limits_are() -> None:
    async with desk() as rig:
        assert (await rig.preview("buy btc 1 @99")).steps[0].confirm == "enter"
        assert (await rig.preview("buy btc 1 @99 !")).steps[0].confirm == "none"
    async with desk(settings=LIMITS_ONLY) as rig:
        assert (await rig.preview("buy btc 1 @99")).steps[0].confirm == "none"
        many = await rig.preview("buy btc 1 @99 ; buy btc 1 @98")
        assert [step.confirm for step in many.steps] == ["yes", "yes"]


async def test_a_line_sent_twice_places_nothing_twice() -> None:
    async with desk() as rig:
        first = await rig.services.commands.run("line-same-1", "buy btc 1 @99", LineContext())
        again = await rig.services.commands.run("line-same-1", "buy btc 1 @99", LineContext())
        assert first == again
        assert len(sent(rig)) == 1
        with pytest.raises(Conflict):
            await rig.services.commands.run("line-same-1", "buy btc 2 @99", LineContext())


async def test_a_line_sent_again_after_a_restart_places_nothing_twice() -> None:
    async with desk() as rig:
        first = await rig.services.commands.run("line-same-1", "buy btc 1 @bid", LineContext())
        store, exchange = rig.store, rig.exchange
    exchange.quote_rows["BTCUSDT"] = quote(exchange.clock, bid="98", ask="99")
    async with desk(store=store, exchange=exchange) as rig:
        again = await rig.services.commands.run("line-same-1", "buy btc 1 @bid", LineContext())
        assert placed(again.steps[0]).id == placed(first.steps[0]).id
        assert len(sent(rig)) == 1


async def test_statements_are_done_one_after_the_other() -> None:
    async with desk() as rig:
        outcome = await rig.run("buy btc 1 @99 ; buy eth 2 @98")
        assert outcome.ok
        assert [each[1] for each in sent(rig)] == ["BTCUSDT", "ETHUSDT"]
        assert [placed(step).intent_id for step in outcome.steps] == ["line-0001-1", "line-0001-2"]


async def test_if_done_stops_at_a_failure_and_then_does_not() -> None:
    async with desk() as rig:
        rig.exchange.next("place", Trouble(CUT))
        outcome = await rig.run("buy btc 1 @99 && buy eth 1 @99")
        assert placed(outcome.steps[0]) is not None
        assert outcome.steps[0].placement is not None
        assert outcome.steps[0].placement.outcome is Outcome.UNKNOWN
        assert outcome.steps[1].refused is not None
        assert "Not done" in outcome.steps[1].refused
        assert len(sent(rig)) == 1
        assert not outcome.ok
        await settle()


async def test_nothing_is_sent_when_the_first_statements_cannot_be() -> None:
    async with desk() as rig:
        outcome = await rig.run("buy nope 1 @99 ; buy eth 1 @99".replace("nope", "btc 99999999 @99 ; buy btc"))
        assert not outcome.ok
        assert sent(rig) == []


async def test_a_later_statement_is_worked_out_after_the_one_before() -> None:
    async with desk() as rig:
        await rig.run("sell btc 1 @120")
        outcome = await rig.run("cancel all ; sell btc 0.5 @101")
        assert outcome.ok, outcome
        assert sent(rig)[-1] == ("SELL", "BTCUSDT", D("0.5"), D(101))


async def test_a_question_mark_only_previews_its_statement() -> None:
    async with desk() as rig:
        outcome = await rig.run("buy btc 1 @99 ?")
        assert outcome.ok
        assert outcome.steps[0].preview is not None
        assert sent(rig) == []


@pytest.mark.parametrize(
    ("line", "left", "confirm"),
    [
        ("cancel last", {"97", "98", "ETH"}, "none"),
        ("cancel btc", {"ETH"}, "yes"),
        ("cancel side:buy", set(), "yes"),
        ("cancel all", set(), "yes"),
        ("cancel eth", {"97", "98", "99"}, "none"),
    ],
)
async def test_cancels_find_their_orders(line: str, left: set[str], confirm: str) -> None:
    async with desk() as rig:
        for order in ("buy eth 1 @96", "buy btc 1 @97", "buy btc 1 @98", "buy btc 1 @99"):
            await rig.clock.advance(0.1)
            assert (await rig.run(order)).ok
        shown = await rig.preview(line)
        assert shown.steps[0].confirm == confirm
        outcome = await rig.run(line)
        assert outcome.ok, outcome
        await settle()
        working = rig.services.orders.working()
        assert {"ETH" if each.symbol == "ETHUSDT" else str(each.price) for each in working} == left


async def test_a_row_names_the_order_to_cancel() -> None:
    async with desk() as rig:
        order = placed((await rig.run("buy btc 1 @99")).steps[0])
        outcome = await rig.run("cancel :1", context=LineContext(rows=[order.id]))
        assert outcome.steps[0].cancelled is not None
        assert [each.id for each in outcome.steps[0].cancelled.orders] == [order.id]


async def test_a_cancel_of_nothing_says_so() -> None:
    async with desk() as rig:
        for line in ("cancel all", "cancel last", "cancel btc"):
            outcome = await rig.run(line)
            assert not outcome.ok
            assert outcome.steps[0].refused is not None
            assert "nothing to cancel" in outcome.steps[0].refused


@pytest.mark.parametrize(
    ("line", "quantity", "price"),
    [
        ("close btc", D(2), D("100.09")),
        ("close btc 50%pos", D(1), D("100.09")),
        ("close btc all mkt", D(2), D(99)),
        ("close btc 0.5 @110", D("0.5"), D(110)),
    ],
)
async def test_closing_sells_the_position_and_not_the_coins_from_before(
    line: str, quantity: Decimal, price: Decimal
) -> None:
    async with desk() as rig:
        rig.exchange.wallet["BTC"] = replace(rig.exchange.wallet["BTC"], free=D(3))
        await rig.bought("2")
        rig.desk.account.take(list(rig.exchange.wallet.values()), complete=False)
        outcome = await rig.run(line)
        assert outcome.ok, outcome
        order = placed(outcome.steps[0])
        assert (order.side, order.quantity, order.price) == (Side.SELL, quantity, price)
        assert order.request.reduce_only


async def test_there_must_be_a_position_to_close() -> None:
    async with desk() as rig:
        outcome = await rig.run("close eth")
        assert outcome.steps[0].refused == "There is no open position in ETHUSDT to close."


async def test_entry_and_break_even_count_from_the_position() -> None:
    async with desk() as rig:
        await rig.bought()
        assert placed((await rig.run("sell btc 0.5 @entry +1%")).steps[0]).price == D("99.99")
        assert placed((await rig.run("sell btc 0.5 @be")).steps[0]).price == D("99.05")


@pytest.mark.parametrize(
    ("line", "look", "focus"),
    [("pos", "positions", None), ("ord btc", "orders", "BTCUSDT"), ("eth", None, "ETHUSDT"), ("help buy", None, None)],
)
async def test_looking_sends_nothing(line: str, look: str | None, focus: str | None) -> None:
    async with desk() as rig:
        outcome = await rig.run(line)
        assert (outcome.ok, outcome.steps[0].look, outcome.steps[0].focus) == (True, look, focus)
        assert outcome.steps[0].sentence
        assert sent(rig) == []


async def test_a_line_that_still_runs_is_remembered_however_many_follow_it() -> None:
    async with desk() as rig:
        hold = asyncio.Event()
        rig.exchange.next("place", Trouble(wait=hold))
        first = asyncio.create_task(rig.services.commands.run("held-line", "buy btc 1 @99", LineContext()))
        await settle()
        for _ in range(KEPT + 1):
            await rig.run("help buy")
        again = asyncio.create_task(rig.services.commands.run("held-line", "buy btc 1 @99", LineContext()))
        await settle()
        answered_early = again.done()
        hold.set()
        assert await first is await again
        assert not answered_early


async def duplicated(rig: DeskRig) -> ConfirmationRequired:
    """Run a line that touches a soft limit: the same order again within three seconds."""
    await rig.run("buy btc 1 @99")
    with pytest.raises(ConfirmationRequired) as caught:
        await rig.services.commands.run("line-soft-1", "buy btc 1 @99", LineContext())
    return caught.value


async def test_a_soft_limit_is_asked_about_once_and_passes_with_the_token() -> None:
    async with desk() as rig:
        asked = await duplicated(rig)
        assert len(sent(rig)) == 1
        assert asked.details["breaches"][0]["code"]
        outcome = await rig.services.commands.run("line-soft-1", "buy btc 1 @99", LineContext(), asked.token)
        assert outcome.ok, outcome
        assert len(sent(rig)) == 2


async def test_the_numbers_that_were_confirmed_are_the_ones_that_are_sent() -> None:
    async with desk() as rig:
        await rig.run("buy btc 1 @bid")
        with pytest.raises(ConfirmationRequired) as caught:
            await rig.services.commands.run("line-soft-1", "buy btc 1 @bid", LineContext())
        rig.market.watch(tickers=["BTCUSDT"])
        rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid="100.05", ask="100.1"))
        outcome = await rig.services.commands.run("line-soft-1", "buy btc 1 @bid", LineContext(), caught.value.token)
        assert placed(outcome.steps[0]).price == D(100)


async def test_a_token_expires_and_another_one_does_not_pass() -> None:
    async with desk(settings=Settings(risk=replace(WIDE, duplicate_window_ms=60_000))) as rig:
        asked = await duplicated(rig)
        rig.clock.jump(11)
        rig.exchange.quote_rows["BTCUSDT"] = quote(rig.clock)
        for token in (asked.token, "wrong"):
            with pytest.raises(ConfirmationRequired):
                await rig.services.commands.run("line-soft-1", "buy btc 1 @99", LineContext(), token)
        assert len(sent(rig)) == 1


async def test_a_refusal_at_the_last_moment_is_part_of_the_answer() -> None:
    async with desk() as rig:
        plan = await rig.preview("buy btc 1 @99")
        assert plan.ok
        await rig.desk.path.gate.change(GateState.HALTED, "stop")
        outcome = await rig.run("buy btc 1 @99")
        assert not outcome.ok
        assert outcome.steps[0].refused


async def test_a_step_denied_by_the_gate_while_it_runs_does_not_raise() -> None:
    async with desk() as rig:
        request = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=D(10_000), price=D(99))
        with pytest.raises(Denied):
            await rig.services.orders.place("line-0001-1", request)
        outcome = await rig.run("buy btc 1 @99")
        assert not outcome.ok
        assert outcome.steps[0].placement is not None
        assert outcome.steps[0].placement.outcome is Outcome.DENIED
