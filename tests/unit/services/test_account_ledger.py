"""The ledger of the account: every balance is explained exactly, or the gate closes and says by how much."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.clock import settle, until
from tests.twins.exchange import CUT, ExchangeTwin, Trouble, instrument
from tests.unit.services.order_rig import Rig, running
from tui_trader.domain.balance import Balance, Mover
from tui_trader.domain.ledger import LedgerAccount
from tui_trader.domain.order import OrderStatus, Origin, Side
from tui_trader.domain.risk import GateState
from tui_trader.errors import Conflict, StoreError
from tui_trader.exchange.port import BalanceChange, StreamGap
from tui_trader.services.journal_lines import entry_of

D = Decimal
PATIENT = 1_000_000
L3_S, GUARD_S = 60.0, 5.0


def came(exchange: ExchangeTwin, asset: str, amount: str, cause: str, mover: Mover = Mover.ELSEWHERE) -> BalanceChange:
    """Move coins from or to elsewhere; returns the push that tells of it."""
    return BalanceChange(exchange.give(asset, D(amount)), cause, mover, D(amount))


async def held(rig: Rig) -> dict[str, dict[str, Decimal]]:
    """List what each account gave, where it gave anything."""
    names = ("opening", "traded", "fees", "external", "adjustment")
    rows = {row.asset: {name: getattr(row, name) for name in names} for row in await rig.path.ledger.rows()}
    return {asset: {name: amount for name, amount in row.items() if amount} for asset, row in rows.items()}


def explained(rig: Rig) -> None:
    """Check that the ledger says what the exchange says, asset by asset."""
    ledger = rig.path.ledger.accounts
    for asset in ledger.assets() | rig.exchange.wallet.keys():
        total = rig.exchange.wallet[asset].total if asset in rig.exchange.wallet else D(0)
        assert (asset, ledger.holding(asset)) == (asset, total)
        assert ledger.imbalance(asset) == 0


async def compared(rig: Rig, seconds: float = L3_S + GUARD_S) -> None:
    """Let the periodic comparison run, and once more."""
    await rig.clock.advance(seconds)


async def same_after_restart(rig: Rig) -> Rig:
    """Kill a rig; another one over what is left has the very same ledger."""
    before = await held(rig)
    await rig.stop()
    again = Rig(store=rig.store, exchange=rig.exchange)
    await again.start()
    assert await held(again) == before
    return again


async def test_the_first_exact_picture_opens_the_ledger() -> None:
    async with running() as rig:
        assert await held(rig) == {"BTC": {"opening": D(1)}, "USDT": {"opening": D(10_000)}}
        lines = [line for line in rig.store.lines if line.kind == "ledger.opening"]
        assert {each.ref: each for each in map(entry_of, lines)} == rig.store.ledger_rows
        (change,) = [each for each in rig.store.changes if each.ledger]
        assert {each.asset for each in change.balances} == {"BTC", "USDT"}


async def test_a_picture_that_is_not_exact_opens_nothing() -> None:
    rig = Rig()
    fuzzy = [Trouble(ack=lambda rows, n=n: [replace(rows[0], free=D(n))]) for n in range(16)]
    rig.exchange.next("balances", *fuzzy)
    await rig.start()
    assert await rig.path.ledger.rows() == []
    rig.exchange.script.clear()
    await compared(rig)
    assert (await held(rig))["USDT"] == {"opening": D(10_000)}
    await rig.stop()


async def test_an_empty_account_opens_with_its_first_coins() -> None:
    exchange = ExchangeTwin()
    exchange.wallet.clear()
    async with running(exchange=exchange) as rig:
        assert await rig.path.ledger.rows() == []
        exchange.push(came(exchange, "USDT", "50", "DEPOSIT"))
        await compared(rig)
        assert await held(rig) == {"USDT": {"opening": D(50)}}
        assert rig.gate.state is GateState.ACTIVE


async def test_executions_and_fees_are_entered_with_their_accounts() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D("0.25"), fee=D("0.0123"))
        await until(lambda: bool(rig.store.fill_rows))
        await compared(rig)
        assert await held(rig) == {
            "BTC": {"opening": D(1), "traded": D("0.25")},
            "USDT": {"opening": D(10_000), "traded": D("-24.75"), "fees": D("-0.0123")},
        }
        explained(rig)
        await (await same_after_restart(rig)).stop()


@pytest.mark.parametrize("fee_asset", ["BTC", "USDT", "MX"])
@pytest.mark.parametrize("side", list(Side))
async def test_fees_in_any_coin_are_explained(side: Side, fee_asset: str) -> None:
    exchange = ExchangeTwin()
    exchange.give("MX", D(5))
    async with running(exchange=exchange) as rig:
        done = await rig.place(side=side, price=D("99") if side is Side.BUY else D("101"), quantity=D("0.5"))
        exchange.fill(done.order.client_order_id, D("0.5"), fee=D("0.00000007"), fee_asset=fee_asset)
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        await compared(rig)
        explained(rig)
        assert (await held(rig))[fee_asset]["fees"] == D("-0.00000007")
        assert rig.gate.state is GateState.ACTIVE


async def test_a_pushed_deposit_is_booked_as_external_in_one_commit_with_its_balance() -> None:
    async with running() as rig:
        push = came(rig.exchange, "USDT", "1000", "DEPOSIT")
        rig.exchange.push(push)
        await until(lambda: any(each.ledger for each in rig.store.changes[-1:]), PATIENT)
        (entry,) = rig.store.changes[-1].ledger
        assert (entry.account, entry.delta, entry.note) == (LedgerAccount.EXTERNAL, D(1000), "DEPOSIT")
        assert rig.store.changes[-1].balances == [push.balance]
        assert "1,000 USDT came in: a deposit." in rig.ear.texts()
        await compared(rig)
        explained(rig)
        assert rig.gate.state is GateState.ACTIVE
        await (await same_after_restart(rig)).stop()


@pytest.mark.parametrize(
    ("asset", "amount", "cause", "said"),
    [
        ("SHIB", "12345.678", "SUGAR", "12,345.678 SHIB came in: an airdrop."),
        ("USDT", "-30", "WITHDRAW", "30 USDT went out: a withdrawal."),
        ("USDT", "-1.5", "WITHDRAW_FEE", "1.5 USDT went out: the fee of a withdrawal."),
    ],
)
async def test_typed_moves_are_explained(asset: str, amount: str, cause: str, said: str) -> None:
    async with running() as rig:
        rig.exchange.push(came(rig.exchange, asset, amount, cause))
        await until(lambda: said in rig.ear.texts(), PATIENT)
        await compared(rig)
        explained(rig)
        assert (await held(rig))[asset]["external"] == D(amount)
        assert rig.gate.state is GateState.ACTIVE


async def test_a_move_told_twice_counts_once() -> None:
    async with running() as rig:
        push = came(rig.exchange, "USDT", "7", "DEPOSIT")
        rig.exchange.push(push, push)
        await until(lambda: len(rig.store.ledger_rows) == 3, PATIENT)
        again = await same_after_restart(rig)
        again.exchange.push(push)
        await compared(again)
        explained(again)
        await again.stop()


async def test_a_move_of_unclear_cause_counts_where_it_explains_the_balance() -> None:
    async with running() as rig:
        rig.exchange.push(came(rig.exchange, "USDT", "-40", "CONTRACT_TRANSFER", Mover.UNCLEAR))
        await compared(rig)
        assert (await held(rig))["USDT"] == {"opening": D(10_000), "external": D(-40)}
        assert rig.gate.state is GateState.ACTIVE


async def test_a_move_of_unclear_cause_that_executions_explain_does_not_count() -> None:
    exchange = ExchangeTwin()
    exchange.give("MX", D(5))
    async with running(exchange=exchange) as rig:
        done = await rig.place()
        exchange.fill(done.order.client_order_id, D(1), fee=D("0.5"), fee_asset="MX")
        exchange.push(BalanceChange(exchange.wallet["MX"], "MX_DEDUCT", Mover.UNCLEAR, D("-0.5")))
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        await compared(rig)
        assert (await held(rig))["MX"] == {"opening": D(5), "fees": D("-0.5")}
        explained(rig)


async def test_a_deposit_whose_push_is_lost_closes_the_gate_and_a_word_accepts_it() -> None:
    async with running() as rig:
        rig.exchange.give("USDT", D(1000))
        await rig.clock.advance(L3_S)
        assert rig.gate.state is GateState.ACTIVE  # one reading is no proof
        await rig.clock.advance(GUARD_S)
        said = (
            "USDT is 1,000 more than the fills explain (11,000 at the exchange, 10,000 by the ledger). "
            "If you deposited it, type: resume deposit. If not, look at your account on the exchange before you resume."
        )
        assert said in rig.ear.texts()
        assert (rig.gate.state, rig.gate.reason) == (GateState.CANCEL_ONLY, said)
        (found,) = rig.path.ledger.breaks.values()
        assert (found.asset, found.difference) == ("USDT", D(1000))
        await rig.path.resumption.resume("deposit", "ada")
        assert rig.gate.state is GateState.ACTIVE
        assert rig.path.ledger.breaks == {}
        (entry,) = [entry_of(line) for line in rig.store.lines if line.kind == "ledger.adjustment"]
        assert (entry.asset, entry.delta, entry.note) == ("USDT", D(1000), "ada: deposit")
        await compared(rig)
        explained(rig)
        assert rig.gate.state is GateState.ACTIVE
        await (await same_after_restart(rig)).stop()


async def test_a_withdrawal_while_the_desk_was_down_is_found_at_the_start() -> None:
    rig = Rig()
    await rig.start()
    await rig.stop()
    rig.exchange.give("BTC", D("-0.4"))
    again = Rig(store=rig.store, exchange=rig.exchange)
    await again.start(clean=False)
    await again.clock.advance(GUARD_S)
    assert again.gate.state is GateState.CANCEL_ONLY
    assert "BTC is 0.4 less than the fills explain" in again.gate.reason
    assert "If you withdrew it, type: resume withdrawal." in again.gate.reason
    await again.stop()
    third = Rig(store=rig.store, exchange=rig.exchange)
    await third.start(clean=False)
    await third.clock.advance(GUARD_S)
    assert [each.difference for each in third.path.ledger.breaks.values()] == [D("-0.4")]
    await third.path.resumption.resume("withdrawal")
    assert third.gate.state is GateState.ACTIVE
    explained(third)
    await third.stop()


async def test_a_word_accepts_only_what_was_told_before() -> None:
    async with running() as rig:
        rig.exchange.give("USDT", D(1000))
        await compared(rig)
        rig.exchange.give("BTC", D(-1))
        resuming = asyncio.create_task(rig.path.resumption.resume("deposit"))
        await settle()
        await rig.clock.advance(GUARD_S)
        with pytest.raises(Conflict, match="BTC is 1 less than the fills explain"):
            await resuming
        assert rig.gate.state is GateState.CANCEL_ONLY
        assert (await held(rig))["USDT"] == {"opening": D(10_000)}
        await rig.path.resumption.resume("both are mine")
        assert rig.gate.state is GateState.ACTIVE
        explained(rig)


async def test_an_adjustment_that_cannot_be_written_is_not_counted() -> None:
    async with running() as rig:
        rig.exchange.give("USDT", D(1000))
        await compared(rig)
        rig.store.failing = "The disk is full."
        with pytest.raises(StoreError):
            await rig.path.reconciler.accept_breaks("ada")
        assert (await held(rig))["USDT"] == {"opening": D(10_000)}
        assert "USDT" in rig.path.ledger.breaks
        rig.store.failing = None


async def test_an_execution_that_comes_late_explains_what_was_not() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        done = await rig.place()
        await rig.orders.cancel(done.order.id)
        await rig.becomes(done.order.id, OrderStatus.CANCELED)
        late = rig.exchange.fill(done.order.client_order_id, D("0.3"), push=False)
        rig.exchange.executions.remove(late)
        await compared(rig)
        assert set(rig.path.ledger.breaks) == {"BTC", "USDT"}
        assert rig.gate.state is GateState.CANCEL_ONLY
        rig.exchange.push(replace(late, source="push"))
        await until(lambda: bool(rig.store.fill_rows))
        await compared(rig)
        assert rig.path.ledger.breaks == {}
        assert "What was not explained of BTC (+0.3) is explained by now." in rig.ear.texts()
        explained(rig)


async def test_a_trade_made_on_the_website_is_counted() -> None:
    async with running() as rig:
        web = rig.exchange.rest(client_order_id="web_1", quantity=D(2))
        rig.exchange.push(web)
        rig.exchange.fill("web_1", D(2), fee=D("0.1"))
        await until(lambda: bool(rig.store.fill_rows))
        await compared(rig)
        assert rig.order("web_1").request.origin is Origin.EXTERNAL
        assert (await held(rig))["BTC"] == {"opening": D(1), "traded": D(2)}
        explained(rig)
        assert rig.gate.state is GateState.ACTIVE


async def test_a_trade_made_elsewhere_while_the_desk_was_down_is_counted() -> None:
    rig = Rig()
    await rig.start()
    await rig.stop()
    rig.exchange.rest(client_order_id="phone", symbol="ETHUSDT", price=D(10))
    rig.exchange.fill("phone", D(1), push=False)
    again = Rig(store=rig.store, exchange=rig.exchange)
    await again.start()
    assert again.gate.state is GateState.ACTIVE
    explained(again)
    await again.stop()


async def test_a_trade_on_a_pair_that_nobody_looked_at_is_found_once_balances_differ() -> None:
    rig = Rig()
    rig.exchange.pairs["ETHBTC"] = rig.prices.pairs["ETHBTC"] = instrument("ETHBTC", base="ETH", quote="BTC")
    await rig.start()
    await rig.stop()
    rig.exchange.rest(client_order_id="phone", symbol="ETHBTC", price=D("0.03"), quantity=D(2))
    rig.exchange.fill("phone", D(2), push=False)
    again = Rig(store=rig.store, exchange=rig.exchange)
    again.prices.pairs = rig.prices.pairs
    await again.start(clean=False)
    await again.clock.advance(GUARD_S)
    assert again.gate.state is GateState.ACTIVE
    assert (await held(again))["BTC"] == {"opening": D(1), "traded": D("-0.06")}
    explained(again)
    await again.stop()


async def test_what_was_executed_before_the_ledger_is_in_its_opening_however_late_it_is_read() -> None:
    exchange = ExchangeTwin()
    exchange.rest(client_order_id="web_1", quantity=D(2))
    old = exchange.fill("web_1", D("0.5"), push=False)
    exchange.executions.clear()
    exchange.clock.jump(10)
    async with running(exchange=exchange) as rig:
        exchange.executions.append(old)
        exchange.push(replace(old, source="push"))
        await until(lambda: bool(rig.store.fill_rows))
        await compared(rig)
        assert (await held(rig))["BTC"] == {"opening": D("1.5")}
        explained(rig)
        await (await same_after_restart(rig)).stop()


async def test_an_execution_that_overtakes_its_acknowledgement_is_counted() -> None:
    async with running() as rig:
        wait = asyncio.Event()
        rig.exchange.next("place", Trouble(wait=wait))
        placing = asyncio.create_task(rig.place())
        await until(lambda: bool(rig.exchange.book_of_orders))
        (client_order_id,) = rig.exchange.book_of_orders
        rig.exchange.fill(client_order_id, D(1))
        await until(lambda: bool(rig.store.fill_rows))
        wait.set()
        await placing
        await compared(rig)
        explained(rig)
        assert rig.gate.state is GateState.ACTIVE


async def test_assets_of_an_order_of_unknown_outcome_are_not_judged() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(CUT))
        done = await rig.place()
        (venue,) = rig.exchange.book_of_orders.values()
        rig.exchange.hidden.add(venue.client_order_id)
        hidden = rig.exchange.fill(venue.client_order_id, D(1), push=False)
        rig.exchange.executions.remove(hidden)
        await compared(rig)
        assert rig.order(done.order.id).status is OrderStatus.UNKNOWN
        assert rig.path.ledger.breaks == {}
        rig.exchange.hidden.clear()
        rig.exchange.executions.append(hidden)
        await rig.clock.advance(130)
        assert rig.order(done.order.id).status is OrderStatus.FILLED
        await compared(rig)
        assert rig.path.ledger.breaks == {}
        explained(rig)


async def test_assets_with_a_stand_in_are_not_judged_until_the_executions_come() -> None:
    async with running() as rig:
        done = await rig.place()
        late = rig.exchange.fill(done.order.client_order_id, D(1), fee=D("0.2"), push=False)
        rig.exchange.executions.remove(late)
        rig.exchange.push(rig.exchange.find(done.order.client_order_id))
        await rig.becomes(done.order.id, OrderStatus.CLOSING)
        await rig.clock.advance(150)
        assert [fill.source for fill in rig.store.fill_rows.values()] == ["synthetic"]
        assert rig.path.ledger.breaks == {}
        rig.exchange.executions.append(late)
        await rig.clock.advance(130)
        assert [fill.source for fill in rig.store.fill_rows.values()] == ["rest"]
        explained(rig)
        assert rig.path.ledger.breaks == {}
        await (await same_after_restart(rig)).stop()


async def test_a_thousand_parts_are_explained_exactly() -> None:
    async with running() as rig:
        done = await rig.place(quantity=D(1))
        for number in range(1000):
            rig.exchange.fill(done.order.client_order_id, D("0.001"), D(99) - D(number) / 1000, fee=D("0.00000001"))
        await until(lambda: len(rig.store.fill_rows) == 1000, PATIENT)
        await compared(rig)
        explained(rig)
        assert (await held(rig))["USDT"]["fees"] == D("-0.00001")
        await (await same_after_restart(rig)).stop()


async def test_a_reading_that_has_overtaken_a_deposit_keeps_its_cause() -> None:
    async with running() as rig:
        rig.exchange.push(came(rig.exchange, "USDT", "20", "DEPOSIT"))
        await settle()
        await rig.path.reconciler.now()
        assert (await held(rig))["USDT"]["external"] == D(20)
        explained(rig)


async def test_readings_that_lag_close_nothing() -> None:
    async with running() as rig:
        done = await rig.place()
        before = list(rig.exchange.wallet.values())
        rig.exchange.fill(done.order.client_order_id, D(1))
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        rig.exchange.next("balances", *(Trouble(ack=lambda _rows: before) for _ in range(2)))
        await compared(rig)
        assert rig.path.ledger.breaks == {}
        assert rig.gate.state is GateState.ACTIVE
        explained(rig)


async def test_the_ledger_is_the_same_from_every_point_of_a_life() -> None:
    rig = Rig()
    await rig.start()
    done = await rig.place(quantity=D(1))
    rig = await same_after_restart(rig)
    rig.exchange.fill(done.order.client_order_id, D("0.4"), fee=D("0.01"))
    await until(lambda: len(rig.store.fill_rows) == 1)
    rig = await same_after_restart(rig)
    rig.exchange.push(came(rig.exchange, "USDT", "5", "DEPOSIT"))
    await until(lambda: len(rig.store.ledger_rows) == 3, PATIENT)
    rig = await same_after_restart(rig)
    rig.exchange.push(StreamGap("cut"))
    rig.exchange.fill(done.order.client_order_id, D("0.6"))
    await rig.becomes(done.order.id, OrderStatus.FILLED)
    rig = await same_after_restart(rig)
    rig.exchange.give("BTC", D(1))
    await compared(rig)
    await rig.path.resumption.resume("found")
    rig = await same_after_restart(rig)
    explained(rig)
    assert rig.gate.state is GateState.ACTIVE
    await rig.stop()


async def test_a_journal_that_has_no_ledger_yet_begins_one_at_its_next_start() -> None:
    rig = Rig()
    await rig.start()
    done = await rig.place()
    rig.exchange.fill(done.order.client_order_id, D("0.5"))
    await until(lambda: bool(rig.store.fill_rows))
    await rig.stop()
    rig.store.ledger_rows.clear()
    rig.exchange.give("USDT", D(123))
    rig.clock.jump(3600)
    again = Rig(store=rig.store, exchange=rig.exchange)
    await again.start()
    assert again.gate.state is GateState.ACTIVE
    explained(again)
    assert all(set(row) == {"opening"} for row in (await held(again)).values())
    again.exchange.fill(done.order.client_order_id, D("0.5"))
    await again.becomes(done.order.id, OrderStatus.FILLED)
    await compared(again)
    explained(again)
    await again.stop()


async def test_what_no_open_order_locks_is_said_once_and_closes_nothing() -> None:
    async with running() as rig:
        wallet = rig.exchange.wallet
        wallet["BTC"] = Balance("BTC", D("0.75"), D("0.25"))
        await compared(rig)
        await compared(rig)
        await compared(rig)
        said = [text for text in rig.ear.texts() if "locked" in text]
        assert [text.split(".")[0:2] for text in said] == [
            ["0", "25 BTC are locked at the exchange, where the open orders shown lock 0"]
        ]
        assert rig.gate.state is GateState.ACTIVE


async def test_a_pair_that_is_no_longer_listed_is_read_from_its_name() -> None:
    exchange = ExchangeTwin()
    exchange.pairs["OLDUSDC"] = instrument("OLDUSDC", base="OLD", quote="USDC")
    exchange.give("USDC", D(100))
    async with running(exchange=exchange) as rig:
        exchange.rest(client_order_id="old", symbol="OLDUSDC", price=D(2), quantity=D(3))
        exchange.push(exchange.find("old"))
        exchange.fill("old", D(3))
        await until(lambda: bool(rig.store.fill_rows))
        await compared(rig)
        assert (await held(rig))["OLD"] == {"traded": D(3)}
        explained(rig)


async def test_status_and_rows_show_a_break() -> None:
    async with running() as rig:
        rig.exchange.give("USDT", D("0.5"))
        await compared(rig)
        row: Any = next(each for each in await rig.path.ledger.rows() if each.asset == "USDT")
        assert (row.expected, row.venue, row.difference, row.broken) == (D(10_000), D("10000.5"), D("0.5"), True)
