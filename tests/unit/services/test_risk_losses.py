"""The loss lock in a whole desk: a loss closes it, closing still passes, a restart keeps it, a person lifts it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import settle, until
from tests.twins.exchange import REFUSED, Trouble, instrument
from tests.twins.gate_figures import deep_book
from tests.twins.profiles import WIDE
from tests.unit.services.desk_rig import DeskRig, quote
from tests.unit.services.test_account_ledger import came
from tui_trader.domain.balance import Balance, Mover
from tui_trader.domain.order import OrderStatus, Side
from tui_trader.domain.risk import GateState
from tui_trader.errors import ConfirmationRequired, Conflict, StoreError
from tui_trader.exchange.port import BalanceChange, VenueStatus
from tui_trader.rules.risk.loss_limits import Losses
from tui_trader.rules.risk.loss_lock import WAIT_MS, begin, from_text, to_text
from tui_trader.services.risk_entries import AGAIN_S, RestingEntries
from tui_trader.services.risk_losses import LINE, SAVE_EVERY_S, SETTING, UNREADABLE
from tui_trader.settings import Settings

D = Decimal
LOSSES = replace(
    WIDE,
    daily_loss_limit=D(100),
    weekly_loss_limit=D(500),
    daily_loss_warn_percent=D(1),
    daily_loss_percent=D(3),
    daily_loss_cancel_percent=D(5),
)
SETTINGS = Settings(risk=LOSSES)


async def fall(rig: DeskRig, to: str) -> None:
    """Let bitcoin's price fall, and a second pass."""
    await rig.clock.advance(1.1)
    best = quote(rig.clock, bid=to, ask=str(D(to) + D("0.1")))
    rig.exchange.show("quote", "BTCUSDT", value=best)
    rig.exchange.show("book", "BTCUSDT", value=deep_book("BTCUSDT", best.bid, best.ask, rig.clock.wall_ms()))
    await rig.clock.advance(1.1)
    await settle()


def rich(rig: DeskRig) -> None:
    """Hold ten bitcoin beside 9,000 in cash."""
    rig.exchange.wallet = {"USDT": Balance("USDT", D(9000), D(0)), "BTC": Balance("BTC", D(10), D(0))}


async def locked(rig: DeskRig) -> None:
    """Lose a tenth of the bitcoin: 100 of 10,000."""
    rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    await fall(rig, "100")
    await fall(rig, "89.9")
    await until(lambda: rig.desk.path.gate.state is GateState.REDUCING)


async def test_a_loss_closes_entries_and_lets_a_holder_out() -> None:
    rig = DeskRig(settings=SETTINGS)
    rich(rig)
    await rig.start()
    await locked(rig)
    assert "The day's loss is" in rig.desk.path.gate.reason
    refused = await rig.run("buy btc 0.5 @89")
    assert not refused.ok
    assert "loss" in str(refused.steps[0].refused)
    assert (await rig.run("sell btc 0.5 @99")).ok
    await rig.stop()
    assert [line.body["effect"] for line in rig.store.lines if line.kind == LINE] == ["LOCK"]
    again = DeskRig(store=rig.store, exchange=rig.exchange, settings=SETTINGS)
    await again.start()
    assert again.desk.path.gate.state is GateState.REDUCING
    assert again.desk.watch.losses.state is not None
    assert again.desk.watch.losses.state.locked
    await again.stop()


async def test_trading_goes_on_after_the_phrase_and_a_reason_only() -> None:
    rig = DeskRig(settings=SETTINGS)
    rich(rig)
    await rig.start()
    await locked(rig)
    keeper = rig.desk.watch.losses
    assert keeper.state is not None
    with pytest.raises(Conflict, match="The loss lock is on"):
        await rig.desk.path.resumption.resume("I feel better")
    with pytest.raises(Conflict, match="at the earliest"):
        await keeper.lift(keeper.state.phrase)
    rig.clock.jump(WAIT_MS / 1000)
    with pytest.raises(Conflict, match="type exactly"):
        await keeper.lift("please")
    await fall(rig, "89.9")
    assert (await keeper.lift(keeper.state.phrase)).locked == ""
    assert rig.desk.path.gate.state is GateState.REDUCING
    await rig.desk.path.resumption.resume("I feel better")
    assert rig.desk.path.gate.state is GateState.ACTIVE
    assert [line.body["effect"] for line in rig.store.lines if line.kind == LINE] == ["LOCK", "LIFTED"]
    await rig.stop()


async def test_a_deep_loss_cancels_resting_entries_and_leaves_what_sells() -> None:
    rig = DeskRig(settings=Settings(risk=replace(LOSSES, daily_loss_cancel_percent=D(4))))
    rich(rig)
    await rig.start()
    rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    await fall(rig, "100")
    assert (await rig.run("buy btc 0.5 @75")).ok
    assert (await rig.run("sell btc 0.5 @120")).ok
    await fall(rig, "50")
    await until(lambda: {each.status for each in rig.store.order_rows.values()} >= {OrderStatus.CANCELED})
    assert [each.side.value for each in rig.desk.working.working()] == ["SELL"]
    await rig.stop()


def equity(rig: DeskRig) -> Decimal | None:
    """Return the account's worth by its balances."""
    worth = rig.desk.account.wealth()
    return None if worth is None else worth.sample.equity


def elsewhere(rig: DeskRig, asset: str, amount: str) -> None:
    """Bring coins from elsewhere, or with a negative amount take them there, as the exchange tells it."""
    rig.exchange.push(came(rig.exchange, asset, amount, "DEPOSIT" if D(amount) > 0 else "WITHDRAW"))


async def test_what_comes_from_or_goes_elsewhere_is_neither_gain_nor_loss() -> None:
    rig = DeskRig(settings=SETTINGS)
    rich(rig)
    await rig.start()
    await rig.clock.advance(2.2)
    keeper = rig.desk.watch.losses
    for asset, amount, worth in (
        ("USDT", "-5000", "5000.5"),
        ("USDT", "20000", "25000.5"),
        ("BTC", "-1", "24900.45"),
        ("USDT", "-23000", "1900.45"),
    ):
        elsewhere(rig, asset, amount)
        await until(lambda: keeper.losses().equity == D(worth), 50_000)  # noqa: B023 - awaited here
        assert keeper.losses() == Losses(D(worth), D(0), D(0), D(0))
        await rig.clock.advance(2.2)
        assert keeper.losses() == Losses(D(worth), D(0), D(0), D(0))
        assert rig.desk.path.gate.state is GateState.ACTIVE
    await locked(rig)
    assert keeper.losses().day == D("90.9")
    await rig.stop()
    again = DeskRig(store=rig.store, exchange=rig.exchange, settings=SETTINGS)
    await again.start()
    await again.clock.advance(1.1)
    assert keeper.state is not None
    assert again.desk.watch.losses.losses() == Losses(D("1900.45"), D(0), D(0), D(0))
    assert again.desk.watch.losses.state == keeper.state
    await again.stop()


async def test_what_was_not_known_is_known_as_soon_as_it_can_be() -> None:
    rig = DeskRig(settings=SETTINGS)
    rig.exchange.pairs["SOLUSDT"] = instrument("SOLUSDT")
    rig.exchange.wallet["SOL"] = Balance("SOL", D(1), D(0))
    await rig.start()
    rig.market.watch(tickers=["SOLUSDT"])
    await settle()
    assert not rig.desk.watch.losses.losses().known
    rig.exchange.show("quote", "SOLUSDT", value=quote(rig.clock, "SOLUSDT"))
    await settle()
    assert rig.desk.watch.losses.losses().known
    await rig.stop()


async def test_between_the_halves_of_a_trade_nothing_is_lost() -> None:
    rig = DeskRig(settings=SETTINGS)
    rich(rig)
    await rig.start()
    assert (await rig.run("buy btc 5 @99")).ok
    await rig.clock.advance(1.1)
    paid = Balance("USDT", D(9000) - D(495), D(0), rig.clock.wall_ms())
    rig.exchange.push(BalanceChange(paid, "ENTRUST", Mover.ORDERS, D(-495)))
    await until(lambda: equity(rig) == D("9505.5"), 50_000)
    await rig.clock.advance(2.2)
    assert rig.desk.watch.losses.losses().day == 0
    assert rig.desk.path.gate.state is GateState.ACTIVE
    await rig.stop()


async def test_a_warning_is_said_once() -> None:
    rig = DeskRig(settings=Settings(risk=replace(LOSSES, daily_loss_limit=D(10**6), daily_loss_percent=D(90))))
    rich(rig)
    await rig.start()
    await locked_not(rig)
    warned = [line for line in rig.store.lines if line.kind == LINE]
    assert [line.body["effect"] for line in warned] == ["WARN"]
    await rig.stop()


async def locked_not(rig: DeskRig) -> None:
    rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    for price in ("100", "88", "87"):
        await fall(rig, price)


async def test_a_record_that_cannot_be_read_locks() -> None:
    rig = DeskRig(settings=SETTINGS)
    rig.store.settings[SETTING] = "{}"
    await rig.start()
    assert rig.desk.path.gate.state is GateState.REDUCING
    assert UNREADABLE in rig.desk.path.gate.reason
    await rig.clock.advance(1.1)
    await until(lambda: rig.desk.watch.losses.state is not None)
    assert rig.desk.watch.losses.state is not None
    assert rig.desk.watch.losses.state.locked == UNREADABLE
    await rig.stop()


async def test_trading_is_not_resumed_before_a_record_that_cannot_be_read_has_locked() -> None:
    rig = DeskRig(settings=SETTINGS)
    rig.exchange.pairs["SOLUSDT"] = instrument("SOLUSDT")
    rig.exchange.wallet["SOL"] = Balance("SOL", D(1), D(0))
    rig.store.settings[SETTING] = "{}"
    await rig.start()
    assert rig.desk.watch.losses.state is None
    with pytest.raises(Conflict, match="The loss lock is on: What is stored of earlier losses could not be read"):
        await rig.desk.path.resumption.resume("it will be fine")
    assert rig.desk.path.gate.state is GateState.REDUCING
    await rig.stop()


async def test_without_prices_nothing_is_known_of_losses() -> None:
    rig = DeskRig(settings=SETTINGS)
    rig.exchange.pairs["SOLUSDT"] = instrument("SOLUSDT")
    rig.exchange.wallet["SOL"] = Balance("SOL", D(1), D(0))
    await rig.start()
    assert not rig.desk.watch.losses.losses().known
    assert "not known at the moment" in rig.desk.watch.losses.barred("ACCEPT LOSS 1")
    refused = await rig.run("buy btc 0.5 @99")
    assert "The loss of the day is not known" in str(refused.steps[0].refused)
    with pytest.raises(ConfirmationRequired, match="worth is not known"):
        await rig.run("sell btc 0.5 @101")
    await rig.stop()


async def test_the_gate_is_never_looser_than_a_lock_that_is_on() -> None:
    rig = DeskRig(settings=SETTINGS)
    rich(rig)
    await rig.start()
    await locked(rig)
    await rig.desk.path.gate.change(GateState.ACTIVE, "whatever opened it")
    await rig.clock.advance(1.1)
    assert rig.desk.path.gate.state is GateState.REDUCING
    await rig.stop()


async def test_an_account_all_in_cash_sees_its_lock_end_with_the_day() -> None:
    rig = DeskRig(settings=SETTINGS)
    rig.exchange.wallet = {"USDT": Balance("USDT", D(10_000), D(0))}
    kept = replace(begin(D(10_000), rig.clock.wall_ms()), locked="A loss.", locked_at=rig.clock.wall_ms())
    rig.store.settings[SETTING] = to_text(kept)
    await rig.start()
    await rig.clock.advance(3)
    assert rig.desk.watch.losses.lock is not None
    rig.clock.jump(24 * 3600)
    await rig.clock.advance(2)
    assert rig.desk.watch.losses.lock is None
    assert rig.desk.path.gate.state is GateState.REDUCING
    assert [line.body["effect"] for line in rig.store.lines if line.kind == LINE] == ["RELEASE"]
    await rig.stop()


async def test_a_record_begun_anew_does_not_count_what_came_from_elsewhere_before() -> None:
    rig = DeskRig(settings=SETTINGS)
    rich(rig)
    await rig.start()
    await rig.clock.advance(2.2)
    elsewhere(rig, "USDT", "20000")
    await until(lambda: rig.desk.watch.losses.losses().equity == D("30000.5"), 50_000)
    await rig.clock.advance(2.2)
    await rig.stop()
    rig.store.settings[SETTING] = "{}"
    again = DeskRig(store=rig.store, exchange=rig.exchange, settings=SETTINGS)
    await again.start()
    await again.clock.advance(2.2)
    state = again.desk.watch.losses.state
    assert state is not None
    assert (state.locked, state.phrase) == (UNREADABLE, "ACCEPT LOSS 0")
    assert (state.day_high, state.peak) == (D("30000.5"), D("30000.5"))
    assert again.desk.watch.losses.losses() == Losses(D("30000.5"), D(0), D(0), D(0))
    await again.stop()


async def test_losses_that_cannot_be_kept_close_the_gate() -> None:
    rig = DeskRig(settings=SETTINGS)
    rich(rig)
    await rig.start()
    rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    await fall(rig, "1e40")
    await rig.clock.advance(30)
    assert rig.desk.path.gate.latched is GateState.CANCEL_ONLY
    assert "“losses” fails again and again" in rig.desk.path.gate.reason
    await rig.stop()


CANCELLING = Settings(risk=replace(LOSSES, daily_loss_cancel_percent=D(4)))


async def resting(rig: DeskRig) -> str:
    """Come up, and let an entry rest; returns its id."""
    rich(rig)
    await rig.start()
    rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    await fall(rig, "100")
    placed = (await rig.run("buy btc 0.5 @75")).steps[0].placement
    assert placed is not None
    return placed.order.id


async def test_what_could_not_be_written_of_a_lock_is_when_it_can_be() -> None:
    rig = DeskRig(settings=CANCELLING)
    order = rig.desk.working.find(await resting(rig))
    assert order is not None
    rig.store.failing = "The disk is full."
    await fall(rig, "50")
    assert rig.desk.watch.losses.lock is not None
    assert rig.exchange.find(order.client_order_id).status is VenueStatus.CANCELED
    assert [line for line in rig.store.lines if line.kind == LINE] == []
    rig.store.failing = None
    await rig.clock.advance(1.1)
    assert [line.body["effect"] for line in rig.store.lines if line.kind == LINE] == ["LOCK", "CANCEL_ENTRIES"]
    assert from_text(rig.store.settings[SETTING]).locked
    await rig.stop()


async def test_a_cancel_that_the_venue_refused_is_asked_for_again() -> None:
    rig = DeskRig(settings=CANCELLING)
    key = await resting(rig)
    rig.exchange.next("cancel", Trouble(REFUSED, reaches=False))
    await fall(rig, "50")
    assert rig.desk.working.working() != []
    await rig.clock.advance(AGAIN_S + 1)
    await until(lambda: rig.store.order_rows[key].status is OrderStatus.CANCELED)
    await rig.stop()


async def test_a_cancel_that_cannot_be_written_raises_nothing_and_is_due_again_later() -> None:
    rig = DeskRig(settings=SETTINGS)
    key = await resting(rig)
    asked: list[list[str]] = []

    async def fail(ids: Sequence[str]) -> None:
        asked.append(list(ids))
        raise StoreError("The disk is full.")

    entries = RestingEntries(rig.desk.working, rig.market, fail, rig.clock)
    await entries.cancel()
    await entries.cancel()
    assert asked == [[key]]
    await rig.clock.advance(AGAIN_S)
    await entries.cancel()
    assert asked == [[key], [key]]
    await rig.stop()


async def test_entries_that_a_dead_desk_had_still_to_cancel_are_cancelled_by_the_next() -> None:
    rig = DeskRig(settings=CANCELLING)
    rich(rig)
    await rig.start()
    placed = (await rig.run("buy btc 0.5 @75")).steps[0].placement
    assert placed is not None
    await rig.clock.advance(2)
    state = rig.desk.watch.losses.state
    assert state is not None
    await rig.stop()
    dead = replace(state, locked="A loss.", locked_at=rig.clock.wall_ms(), cancelled=True)
    rig.store.settings[SETTING] = to_text(dead)
    again = DeskRig(store=rig.store, exchange=rig.exchange, settings=CANCELLING)
    await again.start()
    await again.clock.advance(AGAIN_S + 1)
    await until(lambda: again.store.order_rows[placed.order.id].status is OrderStatus.CANCELED)
    await again.stop()


async def test_a_sale_for_another_coin_is_an_entry_too() -> None:
    rig = DeskRig(settings=CANCELLING)
    rich(rig)
    rig.exchange.wallet["ETH"] = Balance("ETH", D(10), D(0))
    rig.exchange.quote_rows["ETHBTC"] = quote(rig.clock, "ETHBTC", "0.5", "0.51")
    await rig.start()
    rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    await fall(rig, "100")
    rig.exchange.rest(client_order_id="phone", symbol="ETHBTC", side=Side.SELL, price=D(2), quantity=D(1))
    rig.exchange.rest(client_order_id="exit", symbol="BTCUSDT", side=Side.SELL, price=D(200), quantity=D(1))
    await rig.desk.path.reconciler.now()
    assert len(rig.desk.working.working()) == 2
    await fall(rig, "50")
    await until(lambda: len(rig.desk.working.working()) == 1)
    assert [each.symbol for each in rig.desk.working.working()] == ["BTCUSDT"]
    await rig.stop()


async def test_a_lock_that_was_lifted_is_not_written_again_after_it() -> None:
    rig = DeskRig(settings=SETTINGS)
    rich(rig)
    await rig.start()
    await locked(rig)
    keeper = rig.desk.watch.losses
    assert keeper.state is not None
    rig.clock.jump(WAIT_MS / 1000)
    await fall(rig, "89.9")
    rig.store.hold()
    lifting = asyncio.create_task(keeper.lift(keeper.state.phrase))
    await settle()
    rig.clock.jump(SAVE_EVERY_S)
    looking = asyncio.create_task(keeper.look())
    await settle()
    rig.store.release()
    await asyncio.gather(lifting, looking)
    await settle()
    assert keeper.lock is None
    assert from_text(rig.store.settings[SETTING]).locked == ""
    await rig.stop()
