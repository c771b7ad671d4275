"""Balances, what they are worth, and the equity curve."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tests.twins.clock import VirtualClock, settle
from tests.twins.exchange import ExchangeTwin
from tests.twins.keepers import Ear, PricesTwin
from tests.twins.store import StoreTwin
from tests.unit.services.desk_rig import desk, hearing, of, quote, richer
from tui_trader.domain.balance import Balance, EquitySample
from tui_trader.domain.events import EventKind
from tui_trader.services.account import DAY_MS, AccountService

D = Decimal


def service(store: StoreTwin, clock: VirtualClock) -> tuple[AccountService, PricesTwin, Ear]:
    """Make an account over prices that a test sets."""
    prices, ear = PricesTwin(clock), Ear()
    prices.rates = {("USDT", "USDT"): D(1), ("BTC", "USDT"): D(100)}
    return AccountService(store, prices, ear, clock, lambda _: D(0)), prices, ear


async def test_assets_are_listed_by_value_and_those_without_a_price_last() -> None:
    exchange = ExchangeTwin()
    richer(exchange, USDT="50", BTC="1", NOPE="3", MX="0")
    async with desk(exchange=exchange) as rig:
        rows = rig.services.account.balances()
        assert [row.asset for row in rows][:2] == ["BTC", "USDT"]
        assert rows[-1].value is None
        assert rows[0].value == D("100.05")


async def test_what_an_order_locks_before_the_venue_says_so_is_reserved() -> None:
    async with desk() as rig:
        rig.store.hold()
        await rig.clock.advance(0)

        placing = asyncio.create_task(rig.run("buy btc 1 @99"))
        await settle()
        (row,) = [each for each in rig.services.account.balances() if each.asset == "USDT"]
        assert row.reserved >= D(99)
        rig.store.release()
        await placing


async def test_an_unknown_balance_is_none_and_a_missing_asset_is_zero() -> None:
    account, _, _ = service(StoreTwin(), VirtualClock())
    assert account.balance("BTC") is None
    account.take([Balance("USDT", D(5), D(0))], complete=True)
    found = account.balance("BTC")
    assert found is not None
    assert found.total == 0


async def test_only_what_changed_is_told_and_what_is_gone_is_told_as_nothing() -> None:
    account, _, ear = service(StoreTwin(), VirtualClock())
    both = [Balance("USDT", D(5), D(0)), Balance("BTC", D(1), D(0))]
    account.take(both, complete=True)
    account.take(both, complete=True)
    assert len(ear.of(EventKind.BALANCE)) == 2
    account.take(both[:1], complete=True)
    gone = ear.of(EventKind.BALANCE)[-1].data
    assert (gone.asset, gone.free) == ("BTC", 0)
    account.take([Balance("USDT", D(4), D(1))], complete=False)
    assert ear.of(EventKind.BALANCE)[-1].data.locked == D(1)


async def test_equity_counts_every_coin_once_and_names_what_has_no_market() -> None:
    account, _, _ = service(StoreTwin(), VirtualClock())
    assert account.wealth() is None
    account.take([Balance("USDT", D(5), D(5)), Balance("BTC", D(1), D(1)), Balance("ODD", D(9), D(0))], complete=True)
    wealth = account.wealth()
    assert wealth is not None
    assert (wealth.sample.equity, wealth.sample.cash, wealth.sample.unpriced) == (D(210), D(10), ("ODD",))


async def test_there_is_no_equity_while_a_price_is_missing_that_exists() -> None:
    account, prices, _ = service(StoreTwin(), VirtualClock())
    account.take([Balance("BTC", D(1), D(0))], complete=True)
    del prices.rates["BTC", "USDT"]
    assert account.wealth() is None


async def test_the_day_counts_from_its_first_sample_even_after_a_restart() -> None:
    store, clock = StoreTwin(), VirtualClock()
    midnight = clock.wall_ms() - clock.wall_ms() % DAY_MS
    store.equity_rows = [EquitySample(midnight - 1, D(1), D(1)), EquitySample(midnight + 1, D(90), D(90))]
    account, prices, _ = service(store, clock)
    await account.load()
    account.take([Balance("BTC", D(1), D(0))], complete=True)
    wealth = account.wealth()
    assert wealth is not None
    assert wealth.day_pnl == D(10)
    clock.jump(DAY_MS / 1000)
    prices.rates["BTC", "USDT"] = D(130)
    tomorrow = account.wealth()
    assert tomorrow is not None
    assert tomorrow.day_pnl == 0


async def test_a_sample_is_kept_each_minute_and_soon_after_coins_moved() -> None:
    async with desk() as rig:
        await rig.clock.advance(5)
        begun = len(rig.store.equity_rows)
        assert begun == 1
        await rig.clock.advance(60)
        assert len(rig.store.equity_rows) == begun + 1
        rig.desk.account.take([Balance("BTC", D(3), D(0))], complete=False)
        await rig.clock.advance(2)
        assert len(rig.store.equity_rows) == begun + 2
        now = rig.clock.wall_ms()
        assert len(await rig.services.account.equity(0, now)) == begun + 2


async def test_worth_is_told_when_it_moves_and_not_otherwise() -> None:
    async with desk() as rig:
        await rig.clock.advance(3)
        async with hearing(rig) as heard:
            await rig.clock.advance(3)
            assert of(heard, EventKind.EQUITY) == []
            rig.market.watch(tickers=["BTCUSDT"])
            rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid="120", ask="120.2"))
            await rig.clock.advance(3)
            (worth,) = of(heard, EventKind.EQUITY)
            assert worth.day_pnl == D("20.05")
