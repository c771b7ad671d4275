"""Positions: the fold, the start, records by hand, closing, marks and figures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.clock import settle, until
from tests.twins.exchange import UNAVAILABLE, ExchangeTwin, Trouble
from tests.twins.gate_figures import deep_book
from tests.unit.services.desk_rig import DeskRig, bar, desk, hearing, of, quote, richer
from tui_trader.domain.events import EventKind
from tui_trader.domain.fill import Fill
from tui_trader.domain.market import Interval
from tui_trader.domain.order import OrderType, Side
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionStatus
from tui_trader.errors import ConfirmationRequired, Conflict, NotFound, Refused, UsageError, VenueUnavailable
from tui_trader.rules import ledger
from tui_trader.services.position_book import PositionBook

D = Decimal
RECORD: dict[str, Any] = {
    "symbol": "ETHUSDT",
    "side": PositionSide.SHORT,
    "quantity": D(2),
    "entry_price": D(110),
    "tags": ["hedge"],
    "notes": "elsewhere",
}


def fill(number: int, side: Side, quantity: str, price: str = "100", symbol: str = "BTCUSDT") -> Fill:
    """Make an execution."""
    amount = D(quantity)
    return Fill(
        f"V{number}",
        f"T{number}",
        symbol,
        side,
        D(price),
        amount,
        amount * D(price),
        D(0),
        "USDT",
        maker=True,
        at=number,
    )


def made(rig: DeskRig) -> Position:
    """Return the position that fills made."""
    found = rig.desk.positions.book.made_by_fills("BTCUSDT")
    assert found is not None
    return found


async def test_a_filled_order_makes_a_position_with_its_tags() -> None:
    async with desk() as rig:
        order_id = await rig.bought(line="buy btc 1 @99 tag:swing")
        position = made(rig)
        assert (position.quantity, position.entry_price, position.tags) == (D(1), D(99), ("swing",))
        assert position.entry_order_ids == (order_id,)
        assert rig.store.position_rows[position.id].quantity == D(1)


async def test_the_coins_that_were_there_are_a_position_of_unknown_cost() -> None:
    async with desk() as rig:
        (opening,) = rig.services.positions.list({"symbol": "BTCUSDT"})
        assert (opening.quantity, opening.entry_price, opening.source) == (D(1), None, PositionSource.FILLS)
        assert rig.desk.positions.held("BTCUSDT") == 0


async def test_what_is_worth_less_than_one_is_no_position() -> None:
    exchange = ExchangeTwin()
    richer(exchange, USDT="100", BTC="0.000001", NOPE="5")
    async with desk(exchange=exchange) as rig:
        assert rig.services.positions.list({}) == []


async def test_a_restart_folds_the_same_positions_and_keeps_what_a_person_set() -> None:
    async with desk() as rig:
        await rig.bought()
        before = await rig.services.positions.update(made(rig).id, {"notes": "mine", "stop_loss": D(90)})
        store, exchange = rig.store, rig.exchange
    async with desk(store=store, exchange=exchange) as rig:
        after = made(rig)
        assert (after.notes, after.stop_loss, after.quantity) == ("mine", D(90), D(1))
        assert (after.id, after.entry_price) == (before.id, before.entry_price)
        assert [line for line in store.kinds() if line == "notice"] == []


async def test_a_stored_position_that_does_not_follow_from_the_fills_is_rewritten_and_said() -> None:
    async with desk() as rig:
        await rig.bought()
        position, store, exchange = made(rig), rig.store, rig.exchange
    store.position_rows[position.id] = replace(position, quantity=D(7))
    store.position_rows["stray"] = replace(position, id="stray")
    async with desk(store=store, exchange=exchange) as rig:
        assert store.position_rows[position.id].quantity == D(1)
        assert "stray" not in store.position_rows
        assert any("rewritten" in line.body["text"] for line in store.lines if line.kind == "notice")


async def test_a_quote_values_a_long_at_the_bid_and_a_short_at_the_ask() -> None:
    async with desk() as rig:
        await rig.bought()
        short = await rig.services.positions.create("by-hand-1", RECORD)
        rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid="109", ask="111"))
        rig.exchange.show("quote", "ETHUSDT", value=quote(rig.clock, "ETHUSDT", bid="99", ask="101"))
        long = made(rig)
        assert (long.current_price, long.unrealised_pnl, long.max_profit) == (D(109), D(10), D(10))
        valued = rig.services.positions.get(short.id)
        assert (valued.current_price, valued.unrealised_pnl) == (D(101), D(18))


async def test_a_moving_price_is_published_a_few_times_a_second_only() -> None:
    async with desk() as rig:
        await rig.bought()
        await rig.clock.advance(1)
        async with hearing(rig) as heard:
            for step in range(100):
                rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid=str(100 + step), ask="300"))
                await rig.clock.advance(0.01)
            await settle()
            moved = [each for each in of(heard, EventKind.POSITION) if each.entry_price is not None]
        assert 3 <= len(moved) <= 6
        assert moved[-1].current_price >= D(180)


async def test_excursions_are_written_down_each_minute() -> None:
    async with desk() as rig:
        await rig.bought()
        rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid="150", ask="151"))
        await rig.clock.advance(61)
        assert rig.store.position_rows[made(rig).id].max_profit == D(51)


async def test_quotes_are_streamed_while_a_position_is_open_and_no_longer() -> None:
    async with desk() as rig:
        assert rig.exchange.watched("quote", "BTCUSDT") == 0
        await rig.bought()
        assert rig.exchange.watched("quote", "BTCUSDT") == 1


async def test_a_record_by_hand_is_kept_once_for_one_intent() -> None:
    async with desk() as rig:
        first = await rig.services.positions.create("by-hand-1", RECORD)
        again = await rig.services.positions.create("by-hand-1", RECORD)
        assert first == again
        assert (first.source, first.side, first.tags) == (PositionSource.BY_HAND, PositionSide.SHORT, ("hedge",))
        assert rig.store.position_rows[first.id].notes == "elsewhere"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"symbol": "NOPEUSDT"}, NotFound),
        ({"quantity": D(0)}, Refused),
        ({"entry_price": D(-1)}, Refused),
        ({"stop_loss": D(100)}, Refused),
        ({"side": PositionSide.LONG, "take_profit": D(100)}, Refused),
    ],
)
async def test_a_record_that_makes_no_sense_is_refused(changes: dict[str, Any], error: type[Exception]) -> None:
    async with desk() as rig:
        with pytest.raises(error):
            await rig.services.positions.create("by-hand-1", {**RECORD, **changes})
        assert [each for each in rig.store.position_rows.values() if each.source is PositionSource.BY_HAND] == []


async def test_fields_given_change_and_none_clears() -> None:
    async with desk() as rig:
        record = await rig.services.positions.create("by-hand-1", RECORD)
        changed = await rig.services.positions.update(record.id, {"stop_loss": D(120), "tags": None, "strategy": "x"})
        assert (changed.stop_loss, changed.tags, changed.strategy, changed.notes) == (D(120), (), "x", "elsewhere")
        cleared = await rig.services.positions.update(record.id, {"stop_loss": None})
        assert (cleared.stop_loss, cleared.strategy) == (None, "x")


async def test_a_record_is_closed_in_parts_and_an_intent_closes_once() -> None:
    async with desk() as rig:
        record = await rig.services.positions.create("by-hand-1", RECORD)
        part = {"exit_price": D(100), "quantity": D(1)}
        first, _ = await rig.services.positions.close(record.id, "closing-1", part)
        assert (first.quantity, first.realised_pnl) == (D(1), D(10))
        again, _ = await rig.services.positions.close(record.id, "closing-1", part)
        assert again.quantity == D(1)
        done, _ = await rig.services.positions.close(record.id, "closing-2", {"exit_price": D(90)})
        assert (done.status, done.realised_pnl, done.exit_price) == (PositionStatus.CLOSED, D(30), D(95))
        late, _ = await rig.services.positions.close(record.id, "closing-3", {"exit_price": D(1)})
        assert late.realised_pnl == D(30)


async def test_closing_by_hand_needs_a_price() -> None:
    async with desk() as rig:
        record = await rig.services.positions.create("by-hand-1", RECORD)
        with pytest.raises(UsageError, match="exit_price"):
            await rig.services.positions.close(record.id, "closing-1", {})


async def test_closing_what_fills_made_places_an_order_inside_the_spread() -> None:
    async with desk() as rig:
        await rig.bought()
        position, placement = await rig.services.positions.close(made(rig).id, "closing-1", {})
        assert placement is not None
        request = placement.order.request
        assert (request.side, request.type, request.price) == (Side.SELL, OrderType.LIMIT, D("100.09"))
        assert request.reduce_only
        assert placement.order.quantity == D(1)
        assert position.open
        assert rig.services.positions.open_order_ids(position) == [placement.order.id]


async def test_closing_at_the_market_or_in_part_is_what_was_asked_for() -> None:
    async with desk() as rig:
        await rig.bought()
        fields = {"type": OrderType.MARKET, "quantity": D("0.4")}
        _, placement = await rig.services.positions.close(made(rig).id, "closing-1", fields)
        assert placement is not None
        assert (placement.order.request.type, placement.order.quantity) == (OrderType.MARKET, D("0.4"))


async def test_what_was_executed_elsewhere_before_the_desk_began_is_in_the_coins_that_were_there() -> None:
    exchange = ExchangeTwin()
    exchange.rest(client_order_id="website")
    exchange.clock.jump(10)
    exchange.fill("website", D("0.4"), push=False)
    exchange.clock.jump(100)
    rig = DeskRig(exchange=exchange)
    await rig.start()
    await rig.clock.advance(2)
    (working,) = rig.services.orders.working()
    assert working.executed == D("0.4")
    assert [each.quantity for each in rig.services.positions.list({"symbol": "BTCUSDT"})] == [D("1.4")]
    exchange.fill("website", D("0.6"))
    await settle()
    again = DeskRig(store=rig.store, exchange=exchange)
    await rig.stop()
    await again.start()
    assert {each.quantity for each in again.services.positions.list({"symbol": "BTCUSDT"})} == {D("1.4"), D("0.6")}
    await again.stop()


async def test_a_repeated_close_gets_its_answer_though_prices_have_moved() -> None:
    async with desk() as rig:
        await rig.bought()
        position = made(rig)
        _, first = await rig.services.positions.close(position.id, "closing-1", {})
        rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid="101", ask="101.1"))
        _, again = await rig.services.positions.close(position.id, "closing-1", {})
        assert first is not None
        assert again is not None
        assert (again.order.id, len(rig.exchange.sent)) == (first.order.id, 2)
        rig.exchange.fill(first.order.client_order_id, D(1))
        await until(lambda: rig.services.positions.get(position.id).status is PositionStatus.CLOSED)
        _, late = await rig.services.positions.close(position.id, "closing-1", {})
        assert late is not None
        assert late.order.id == first.order.id


async def asked_to_close(rig: DeskRig, intent: str = "closing-2") -> tuple[str, ConfirmationRequired]:
    """Close a part twice, so that the second order touches a soft limit; then let the price move."""
    await rig.bought()
    position = made(rig)
    await rig.services.positions.close(position.id, "closing-1", {"quantity": D("0.4")})
    with pytest.raises(ConfirmationRequired) as caught:
        await rig.services.positions.close(position.id, intent, {"quantity": D("0.4")})
    rig.market.watch(tickers=["BTCUSDT"])
    rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid="100.5", ask="100.6"))
    return position.id, caught.value


async def test_the_close_that_was_confirmed_is_the_one_that_is_sent() -> None:
    async with desk() as rig:
        position_id, asked = await asked_to_close(rig)
        fields = {"quantity": D("0.4"), "confirmation": asked.token}
        _, placement = await rig.services.positions.close(position_id, "closing-2", fields)
        assert placement is not None
        assert placement.order.price == D("100.09")


async def test_a_close_is_made_anew_when_it_is_another_one_or_the_confirmation_came_late() -> None:
    async with desk() as rig:
        position_id, asked = await asked_to_close(rig)
        other = {"quantity": D("0.3"), "confirmation": asked.token}
        _, placement = await rig.services.positions.close(position_id, "closing-2", other)
        assert placement is not None
        assert (placement.order.quantity, placement.order.price) == (D("0.3"), D("100.59"))
    async with desk() as rig:
        position_id, asked = await asked_to_close(rig)
        rig.clock.jump(11)
        rig.exchange.quote_rows["BTCUSDT"] = quote(rig.clock, bid="100.5", ask="100.6")
        rig.exchange.show("book", "BTCUSDT", value=deep_book("BTCUSDT", D("100.5"), D("100.6"), rig.clock.wall_ms()))
        late = {"quantity": D("0.4"), "confirmation": asked.token}
        _, placement = await rig.services.positions.close(position_id, "closing-2", late)
        assert placement is not None
        assert placement.order.price == D("100.59")


async def test_more_than_is_held_is_not_closed() -> None:
    async with desk() as rig:
        await rig.bought()
        with pytest.raises(Refused, match="is held"):
            await rig.services.positions.close(made(rig).id, "closing-1", {"quantity": D(3)})


async def test_a_record_is_deleted_and_a_fill_made_one_is_not() -> None:
    async with desk() as rig:
        record = await rig.services.positions.create("by-hand-1", RECORD)
        await rig.services.positions.delete(record.id)
        assert record.id not in rig.store.position_rows
        with pytest.raises(NotFound):
            rig.services.positions.get(record.id)
        await rig.bought()
        with pytest.raises(Conflict):
            await rig.services.positions.delete(made(rig).id)
        with pytest.raises(Conflict):
            await rig.services.positions.set_price(made(rig).id, D(5))


async def test_the_price_of_a_record_can_be_set() -> None:
    async with desk() as rig:
        record = await rig.services.positions.create("by-hand-1", RECORD)
        valued = await rig.services.positions.set_price(record.id, D(100))
        assert (valued.current_price, valued.unrealised_pnl) == (D(100), D(20))
        with pytest.raises(UsageError):
            await rig.services.positions.set_price(record.id, D(0))


async def test_positions_are_listed_by_every_filter_and_by_no_other() -> None:
    async with desk() as rig:
        record = await rig.services.positions.create("by-hand-1", {**RECORD, "strategy": "s", "opened_at": 5})
        for where in (
            {"side": "SHORT"},
            {"tag": "hedge"},
            {"strategy": "s"},
            {"end": 10},
            {"symbol": "ETHUSDT", "status": "OPEN", "type": "MANUAL", "start": 5},
        ):
            assert rig.services.positions.list(where) == [record], where
        assert rig.services.positions.list({"status": "CLOSED"}) == []
        with pytest.raises(UsageError, match="colour"):
            rig.services.positions.list({"colour": "red"})


async def test_the_summary_counts_profit_only_where_the_cost_is_known() -> None:
    async with desk() as rig:
        await rig.bought()
        rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid="109", ask="111"))
        await rig.clock.advance(1)
        summary = rig.services.positions.summary()
        assert (summary.count, summary.long, summary.short) == (2, 2, 0)
        assert summary.unrealised_pnl == D(10)
        assert summary.value == D(218)
        assert summary.protected_percent == 0


async def test_performance_tells_of_the_market_over_a_positions_life() -> None:
    async with desk() as rig:
        at = rig.clock.wall_ms() // 60_000 * 60_000
        record = await rig.services.positions.create("by-hand-1", {**RECORD, "opened_at": at})
        rig.exchange.candle_rows["ETHUSDT", Interval.M1] = [
            replace(bar(at + 60_000 * number, close), symbol="ETHUSDT")
            for number, close in enumerate(("100", "110", "99"))
        ]
        await rig.clock.advance(170)
        await rig.services.positions.set_price(record.id, D(100))
        figures = await rig.services.positions.performance(record.id)
        assert (figures.market_high, figures.market_low) == (D(110), D(99))
        assert figures.market_volatility is not None
        assert round(figures.market_volatility, 1) == D("14.1")
        assert figures.pnl == D(20)
        assert figures.pnl_percent is not None
        assert round(figures.pnl_percent, 2) == D("9.09")


async def test_a_partly_sold_position_counts_both_parts() -> None:
    async with desk() as rig:
        record = await rig.services.positions.create("by-hand-1", {**RECORD, "opened_at": rig.clock.wall_ms()})
        await rig.services.positions.close(record.id, "closing-1", {"exit_price": D(99), "quantity": D(1)})
        await rig.services.positions.set_price(record.id, D(100))
        figures = await rig.services.positions.performance(record.id)
        assert (figures.pnl, figures.pnl_percent) == (D(21), D("9.5455"))


async def test_the_market_stays_out_of_a_performance_when_it_cannot_be_read() -> None:
    async with desk() as rig:
        record = await rig.services.positions.create("by-hand-1", RECORD)
        rig.exchange.next("candles", Trouble(UNAVAILABLE))
        assert (await rig.services.positions.performance(record.id)).market_high is None


async def test_a_close_needs_a_price_when_none_is_known() -> None:
    async with desk() as rig:
        (opening,) = rig.services.positions.list({"symbol": "BTCUSDT"})
        rig.market._board.quotes.clear()
        rig.exchange.quote_rows.clear()
        with pytest.raises(VenueUnavailable, match="give one"):
            await rig.services.positions.close(opening.id, "closing-1", {})


async def test_performance_without_candles_leaves_the_market_out() -> None:
    async with desk() as rig:
        await rig.bought()
        figures = await rig.services.positions.performance(made(rig).id)
        assert (figures.market_high, figures.market_volatility) == (None, None)


def test_sides_are_read_in_any_case() -> None:
    rig = DeskRig()
    assert rig.services.positions.side_of(" long ") is PositionSide.LONG
    with pytest.raises(UsageError, match="LONG or SHORT"):
        rig.services.positions.side_of("up")


def test_the_book_in_memory_is_the_fold_over_the_same_fills() -> None:
    rig = ExchangeTwin()
    fills = [
        fill(number, Side.BUY if number % 3 else Side.SELL, str(number), str(90 + number)) for number in range(1, 40)
    ]
    book = PositionBook(rig.pairs.get)
    for each in fills:
        book.fold(each)
        for position in book.open_on("BTCUSDT"):
            book.value_one(position, D(100 + each.at), each.at)
    expected = ledger.fold(ledger.empty(rig.pairs["BTCUSDT"]), fills)
    for identity, position in expected.positions.items():
        found = book.get(identity)
        assert found is not None
        assert ledger.with_notes(position, found) == found


def test_a_pair_that_is_no_longer_listed_is_read_from_its_name() -> None:
    book = PositionBook(lambda _: None)
    (position,) = book.fold(fill(1, Side.BUY, "2", "10", symbol="GONEUSDC"))
    assert (position.symbol, position.quantity, position.entry_price) == ("GONEUSDC", D(2), D(10))
