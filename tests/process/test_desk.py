"""The desk as a process: how it comes up, what a kill leaves behind, how it ends, and what it refuses to start with."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.process.desk_process import DeskProcess, desk_process, eventually, venue
from tests.process.household import Household
from tui_trader.client.desk import DeskClient
from tui_trader.client.port import MarketInterest
from tui_trader.contract.account import BalanceView
from tui_trader.contract.commands import LineContext
from tui_trader.domain.events import EventKind

pytestmark = pytest.mark.process
NOWHERE = LineContext()


def coins(balances: Sequence[BalanceView]) -> dict[str, tuple[Decimal, Decimal]]:
    """Return free and locked by asset."""
    return {each.asset: (each.free, each.locked) for each in balances if each.total}


async def prices(client: DeskClient, wanted: int) -> list[Decimal]:
    """Read so many different bids of bitcoin from the event stream."""
    seen: list[Decimal] = []
    async for event in client.events(interest=MarketInterest(tickers=("BTCUSDT",), rate=20)):
        if event.kind is EventKind.TICKER:
            seen += [row.bid for row in event.data if row.bid is not None and row.bid not in seen]
        if len(seen) >= wanted:
            break
    return seen


async def test_a_paper_desk_becomes_active_by_itself_and_its_prices_move(household: Household) -> None:
    with desk_process(household) as desk:
        async with desk.client() as client:
            status = await desk.reaches(client, "ACTIVE")
            assert (status.mode, status.venue) == ("paper", "simulated exchange")
            assert {feed.name for feed in status.feeds if feed.up} >= {"orders", "rest", "account"}
            assert len(await prices(client, 3)) == 3
            assert len(await client.instruments()) > 3
            assert coins(await client.balances())["USDT"][0] > 0


async def test_after_a_kill_orders_and_coins_agree_with_the_venue_that_went_on(household: Household) -> None:
    with desk_process(household) as desk:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            resting = await client.run_line("kill-test-1", "buy btc 0.004 @bid -2%", NOWHERE)
            await client.run_line("kill-test-2", "buy eth $200 mkt", NOWHERE)

            async def filled() -> bool:
                return bool((await client.positions({"status": "OPEN", "symbol": "ETHUSDT"})).total > 1)

            await eventually(filled, "the market order to make a position")
            before = coins(await client.balances())
        placed = resting.steps[0].placement
        assert placed is not None
        exchange = household.venue_pid()
        desk.signal(signal.SIGKILL)
        desk.ended()
        assert household.venue_pid() == exchange
        desk.start()
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            assert household.venue_pid() == exchange
            (order,) = await client.open_orders()
            assert (order.id, order.venue_order_id) == (placed.order.id, placed.order.venue_order_id)
            assert coins(await client.balances()) == before
            again = await client.run_line("kill-test-1", "buy btc 0.004 @bid -2%", NOWHERE)
            assert again.steps[0].placement is not None
            assert again.steps[0].placement.order.id == order.id
            assert len(await client.open_orders()) == 1
            await client.cancel("kill-test-3", order.id, "BTCUSDT")

            async def none_left() -> bool:
                return not await client.open_orders()

            await eventually(none_left, "the order to be cancelled")


async def test_a_desk_ends_in_order_and_a_lost_terminal_does_not_end_it(household: Household) -> None:
    with desk_process(household) as desk:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            desk.signal(signal.SIGHUP)
            await client.status()
            desk.signal(signal.SIGTERM)
            status, said, seconds = desk.ended()
        assert (status, said) == (0, "")
        assert seconds < 5
        assert not household.paths().socket.exists()
        assert household.venue_pid()


async def test_a_desk_ends_when_it_is_asked_to(household: Household) -> None:
    with desk_process(household) as desk:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            await client.stop()
        assert desk.ended()[0] == 0


async def test_a_killed_exchange_is_started_again_where_it_was(household: Household) -> None:
    with desk_process(household) as desk:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            first = household.venue_pid()
            os.kill(first, signal.SIGKILL)

            async def back() -> bool:
                return household.venue_pid() not in {0, first} and (await client.status()).gate == "ACTIVE"

            await eventually(back, "the exchange to be back")
            assert len(await prices(client, 2)) == 2


async def test_a_second_desk_is_refused_in_one_sentence(household: Household) -> None:
    with desk_process(household) as desk:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
        ran = household.run("desk")
        assert ran.status != 0
        assert "Another desk" in ran.err
        assert len(ran.err.strip().splitlines()) == 1


def refused(household: Household, desk: DeskProcess) -> str:
    """Return the one sentence with which a desk ended, which its log has too."""
    status, said, _ = desk.ended(20)
    assert status != 0
    lines = said.strip().splitlines()
    assert len(lines) == 1, said
    assert "Traceback" not in said
    return lines[0]


async def test_a_database_that_is_none_is_named(household: Household) -> None:
    paths = household.paths().prepare()
    descriptor = os.open(paths.database, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, b"this is not a database at all" * 100)
    os.close(descriptor)
    with desk_process(household) as desk:
        assert "desk.db" in refused(household, desk)
    assert "desk.db" in paths.desk_log.read_text()


async def test_a_port_in_use_is_named(household: Household) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with desk_process(household, TUI_TRADER_API_PORT=str(port)) as desk:
            assert str(port) in refused(household, desk)


async def test_live_without_keys_says_how_to_set_them(household: Household) -> None:
    with desk_process(household, "live") as desk:
        assert "tui-trader keys set" in refused(household, desk)


async def test_live_trades_on_any_venue_that_speaks_the_wire_once_it_is_unlocked(household: Household) -> None:
    with venue(household) as found:
        flags = ("--rest-url", found["rest_url"], "--ws-url", found["ws_url"])
        keys = {"TUI_TRADER_API_KEY": found["key"], "TUI_TRADER_API_SECRET": found["secret"]}
        with desk_process(household, "live", *flags, **keys) as desk:
            async with desk.client() as client:
                status = await desk.reaches(client, "CANCEL_ONLY")
                assert "locked" in status.gate_reason
                refusal = await client.run_line("live-test-1", "buy btc $100 @bid -1%", NOWHERE)
                assert not refusal.ok
                phrase = status.gate_reason.rpartition("typing: ")[2]
                await client.run_line("live-test-2", f"unlock {phrase}", NOWHERE)
                bought = await client.run_line("live-test-3", "buy btc $100 @bid -1%", NOWHERE)
                assert bought.ok, bought
                assert bought.steps[0].sentence.startswith("REAL MONEY")


async def test_a_key_that_the_venue_refuses_and_a_second_account_are_told(household: Household) -> None:
    with venue(household) as found:
        flags = ("--rest-url", found["rest_url"], "--ws-url", found["ws_url"])
        wrong = {"TUI_TRADER_API_KEY": found["key"], "TUI_TRADER_API_SECRET": "0" * 32}
        with desk_process(household, "live", *flags, **wrong) as desk:
            assert "refuses this key" in refused(household, desk)
        right = {"TUI_TRADER_API_KEY": found["key"], "TUI_TRADER_API_SECRET": found["secret"]}
        with desk_process(household, "live", *flags, **right) as desk:
            async with desk.client() as client:
                await desk.reaches(client, "CANCEL_ONLY")
            other = (*flags, "--profile", "second")
            with desk_process(household, "live", *other, **right) as second:
                assert "this exchange account" in refused(household, second)
