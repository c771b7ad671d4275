"""The way up: retried while the venue is silent, refused with one sentence when it would mix accounts."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.twins.clock import settle, until
from tests.twins.exchange import UNAVAILABLE, Trouble
from tests.twins.store import StoreTwin
from tests.unit.services.desk_rig import DeskRig, quote
from tui_trader.desk.process import api_token
from tui_trader.desk.start import come_up, order_prefix
from tui_trader.desk.venue import account_lock
from tui_trader.domain.risk import GateState
from tui_trader.errors import LockHeld, UsageError, VenueRejected
from tui_trader.paths import Folders, Paths
from tui_trader.settings import ApiSettings, Settings


def folders(tmp_path: Path) -> Paths:
    """Return prepared folders of a live profile."""
    return Paths(Folders(tmp_path / "c", tmp_path / "s", tmp_path / "k"), "default", "live").prepare()


def up(rig: DeskRig, tmp_path: Path, held: ExitStack, *, live: bool = False) -> asyncio.Task[None]:
    """Begin to come up."""
    rig.exchange.quote_rows["BTCUSDT"] = quote(rig.clock)
    way = come_up(rig.desk, folders(tmp_path), "twin", rig.clock, held, asyncio.Event(), live=live)
    return asyncio.create_task(way)


async def test_a_silent_venue_is_asked_until_it_answers(tmp_path: Path) -> None:
    rig = DeskRig()
    rig.exchange.next("uid", Trouble(UNAVAILABLE), Trouble(UNAVAILABLE))
    with ExitStack() as held:
        coming = up(rig, tmp_path, held)
        await settle()
        status = rig.services.desk.status()
        assert status.gate is GateState.RECONCILING
        assert "does not answer" in status.gate_reason
        await rig.clock.advance(5)
        await coming
        await rig.desk.path.reconciler.clean()
        assert rig.services.desk.status().gate is GateState.ACTIVE
    await rig.stop()


async def test_a_market_that_cannot_be_loaded_is_loaded_later(tmp_path: Path) -> None:
    rig = DeskRig()
    rig.exchange.next("instruments", Trouble(UNAVAILABLE))
    with ExitStack() as held:
        coming = up(rig, tmp_path, held)
        await rig.clock.advance(1)
        await coming
        assert rig.market.instruments()
    await rig.stop()


async def test_a_key_that_is_refused_ends_the_start(tmp_path: Path) -> None:
    rig = DeskRig()
    rig.exchange.next("uid", Trouble(VenueRejected("Signature is not valid.", code=700002)))
    with ExitStack() as held, pytest.raises(UsageError, match="keys set"):
        await up(rig, tmp_path, held)
    await rig.stop()


async def test_another_account_than_the_journals_ends_the_start(tmp_path: Path) -> None:
    rig = DeskRig()
    rig.store.settings["account_uid"] = "7"
    with ExitStack() as held, pytest.raises(UsageError, match="account 7, the key to account 1001"):
        await up(rig, tmp_path, held)
    await rig.stop()


async def test_a_live_account_has_one_desk(tmp_path: Path) -> None:
    rig = DeskRig()
    with ExitStack() as held, account_lock(folders(tmp_path), "twin", "1001"), pytest.raises(LockHeld):
        await up(rig, tmp_path, held, live=True)
    await rig.stop()


async def test_a_start_that_is_broken_off_leaves_nothing_running(tmp_path: Path) -> None:
    rig = DeskRig()
    with ExitStack() as held:
        rig.exchange.next("instruments", Trouble(wait=asyncio.Event()))
        coming = up(rig, tmp_path, held)
        await until(lambda: "instruments" in {name for name, _ in rig.exchange.calls})
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
    await rig.stop()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def test_the_prefix_of_orders_is_chosen_once() -> None:
    store = StoreTwin()
    first = await order_prefix(store)
    assert len(first) == 2
    assert await order_prefix(store) == first


def test_the_token_of_the_tcp_api_is_made_once_and_private(tmp_path: Path) -> None:
    paths = folders(tmp_path)
    settings = Settings(api=ApiSettings(port=0))
    token = api_token(paths, settings)
    assert len(token) >= 32
    assert api_token(paths, settings) == token
    assert paths.token.stat().st_mode & 0o077 == 0
    paths.token.chmod(0o644)
    with pytest.raises(UsageError):
        api_token(paths, settings)
