"""Putting a venue together: markets with their drivers, accounts, and what the state folder remembers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.errors import SettingsError
from tui_trader.exchange.sim.candles import Candles
from tui_trader.exchange.sim.config import ReplaySource, VenueConfig
from tui_trader.exchange.sim.engine import Engine
from tui_trader.exchange.sim.gap import judge
from tui_trader.exchange.sim.generator import Generator
from tui_trader.exchange.sim.live_order import LiveOrder
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.path import PricePath
from tui_trader.exchange.sim.profiles import PROFILE_OF
from tui_trader.exchange.sim.replay import Replayer, replayed_rules
from tui_trader.exchange.sim.replay_file import scan
from tui_trader.exchange.sim.state_log import State, StateLog

Driver = Generator | Replayer


@dataclass(slots=True)
class Parts:
    """A venue's insides."""

    seed: int
    engine: Engine
    drivers: dict[str, Driver]
    log: StateLog | None


def assemble(config: VenueConfig, now_ms: int) -> Parts:
    """Build every part; SettingsError (or another UsageError) says in one sentence what cannot be used."""
    log = StateLog(config.state_dir, fsync=config.fsync) if config.state_dir else None
    try:
        state = log.state if log else State()
        seed = next(s for s in (config.seed, state.seed, 1) if s is not None)
        engine = Engine(
            refuse_repeated_ids=config.refuse_repeated_ids,
            max_open_orders=config.max_open_orders,
            queue_share=config.queue_share,
        )
        engine.number = state.number
        names = _generated(config, state)
        drivers = _drivers(config, names, seed, engine, now_ms)
        _restore(engine, drivers, state, now_ms)
        _fund(engine, config, state, now_ms)
        if log:
            log.start(seed, names)
    except BaseException:
        if log:
            log.close()
        raise
    return Parts(seed, engine, drivers, log)


def fill_over_gap(engine: Engine, driver: Generator, start_ms: int, end_ms: int) -> None:
    """Fill the resting orders that the price path reached between two times."""
    market = driver.market

    def fill(order: LiveOrder, at_ms: int) -> None:
        market.book.side(order.is_buy).remove_order(order)
        engine.clearing.settle(order, order.ticks, order.left, at_ms, market.next_trade_id(at_ms), maker=True)

    judge(market.book, driver.path, driver.half_spread, start_ms, end_ms, fill)


def _generated(config: VenueConfig, state: State) -> list[str]:
    """Return the generated pairs: as asked, else as remembered, else all."""
    replayed = {source.symbol for source in config.replays}
    asked = [name for name in config.symbols if name not in replayed]
    unknown = next((name for name in asked if name not in PROFILE_OF), None)
    if unknown:
        known = ", ".join(PROFILE_OF)
        raise SettingsError(f"The simulator has no pair {unknown[:20]!r}; choose from {known}, or give it a replay.")
    if config.symbols:
        return asked
    return [name for name in state.symbols or PROFILE_OF if name in PROFILE_OF and name not in replayed]


def _drivers(config: VenueConfig, names: list[str], seed: int, engine: Engine, now_ms: int) -> dict[str, Driver]:
    serial = itertools.count(engine.number * 16)
    drivers: dict[str, Driver] = {}
    for source in config.replays:
        if source.symbol in drivers:
            raise SettingsError(f"There are two replays for {source.symbol[:20]}; give each pair one.")
        drivers[source.symbol] = _replayer(config, source, engine, serial, now_ms)
    for name in names:
        profile = PROFILE_OF[name]
        path = PricePath(seed, profile)
        market = Market(profile.rules, Candles(path, now_ms), engine.tell, engine.clearing.settle, serial)
        engine.markets[name] = market
        drivers[name] = Generator(market, path, profile, seed)
    return drivers


def _replayer(
    config: VenueConfig, source: ReplaySource, engine: Engine, serial: Iterator[int], now_ms: int
) -> Replayer:
    name = source.symbol
    if not (name.isascii() and name.isalnum() and name.isupper() and 3 <= len(name) <= 20):
        raise SettingsError(f"A replay is given as SYMBOL=FILE[@SPEED]; {name[:30]!r} is no pair such as BTCUSDT.")
    if source.speed is not None and source.speed <= Decimal(0):
        raise SettingsError(f"The replay speed of {name} must be above zero, or max.")
    recording = scan(source.path)
    profile = PROFILE_OF.get(name)
    rules = replayed_rules(name, recording, profile.rules if profile else None)
    market = Market(rules, Candles(None, now_ms), engine.tell, engine.clearing.settle, serial)
    engine.markets[name] = market
    return Replayer(market, recording, source.speed, config.replay_chunk, now_ms)


def _restore(engine: Engine, drivers: dict[str, Driver], state: State, now_ms: int) -> None:
    """Bring accounts and orders back, and judge resting orders over the time the venue was down.

    A resting order whose pair is gone, or has other decimals, is cancelled and its funds are freed.
    """
    for name, asset, free, locked in state.balances.values():
        engine.account(name).restore(asset, Decimal(free), Decimal(locked))
    for fill in state.past_fills():
        engine.records.restore_fill(fill)
    orders = state.live_orders()
    for order in orders:
        engine.records.add(order)
    engine.records.changed.clear()
    for order in filter(_is_open, orders):
        _rest_again(engine, order, now_ms)
    for driver in drivers.values():
        book = driver.market.book
        if isinstance(driver, Generator) and state.seen_ms and (book.bids.own or book.asks.own):
            fill_over_gap(engine, driver, state.seen_ms, now_ms)
            driver.jump(now_ms)
    engine.events.clear()


def _rest_again(engine: Engine, order: LiveOrder, now_ms: int) -> None:
    market = engine.markets.get(order.symbol)
    scale = market.scale if market else None
    same = scale and scale.price_decimals == order.scale.price_decimals
    if market and scale and same and scale.quantity_decimals == order.scale.quantity_decimals:
        order.scale = scale
        engine.rest(order)
    else:
        engine.give_up(order, now_ms)


def _fund(engine: Engine, config: VenueConfig, state: State, now_ms: int) -> None:
    """Open the default account with its starting balances, unless the state folder knows it."""
    if config.account not in {name for name, _ in state.balances}:
        engine.fund(config.account, config.balances, now_ms)
    engine.events.clear()


def _is_open(order: LiveOrder) -> bool:
    return order.is_open
