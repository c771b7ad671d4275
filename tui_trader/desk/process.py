"""The life of the desk process: up, until it is told to stop, and down again in order."""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import signal
from collections.abc import Awaitable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tui_trader.clock import Clock, SystemClock
from tui_trader.desk import halting
from tui_trader.desk.advice import advised
from tui_trader.desk.assembly import Desk, assemble
from tui_trader.desk.outlets import open_outlets
from tui_trader.desk.start import come_up, order_prefix
from tui_trader.desk.venue import find_venue
from tui_trader.desk.watchdog import Watchdog
from tui_trader.errors import StoreError, StoreTrouble, TraderError, UsageError
from tui_trader.exchange.port import Exchange
from tui_trader.paths import Paths, check_private_file, write_private_file
from tui_trader.services.status import DeskIdentity
from tui_trader.settings import Mode, Settings
from tui_trader.simulator import Simulator
from tui_trader.store.schema import SCHEMA_VERSION
from tui_trader.store.sqlite_store import SqliteStore

if TYPE_CHECKING:
    from tui_trader.api.server import ApiServer

HEAD_START_S = 0.8
STEP_LIMIT_S = 1.5
"""How long one step of the end may take before the next one begins."""

_log = logging.getLogger(__name__)


async def run(settings: Settings, paths: Paths, simulator: Simulator | None) -> None:
    """Run a desk until a signal, a request or the end of its idle time.

    Raises:
        TraderError: it could not come up; one sentence.

    """
    clock, stop = SystemClock(), Stop()
    stop.listen()
    opening = asyncio.ensure_future(SqliteStore.open(paths.database, clock))
    try:
        exchange, venue = await find_venue(settings, simulator, clock)
    except BaseException:
        await _close("store", _close_store(opening))
        raise
    try:
        store = await opening
    except StoreError as error:
        raise await asyncio.to_thread(advised, error, paths) from None
    live = settings.mode is Mode.LIVE
    identity = DeskIdentity(
        settings.mode.value, settings.profile, venue, SCHEMA_VERSION, not live, settings.timing.value
    )
    mark = halting.HaltFile(paths.halt)
    desk = assemble(settings, identity, exchange, store, clock, await order_prefix(store), stop.ask, mark)
    if store.loss:
        desk.path.distrust(StoreError(store.loss, StoreTrouble.DAMAGED))
    open_outlets(desk, settings, clock)
    desk.tasks.run("HALT file", lambda: halting.watch(mark, desk.path.gate, desk.path.kill, clock))
    halting.listen(lambda: desk.tasks.spawn("SIGUSR1", desk.path.kill.halt("The signal SIGUSR1 came.", by="signal")))
    with ExitStack() as held:
        try:
            await _live_through(desk, settings, paths, simulator, stop, held, venue, clock)
        finally:
            await _take_down(desk, exchange, store)


class Stop:
    """The wish to end, with its reason."""

    def __init__(self) -> None:
        self._wanted = asyncio.Event()

    def listen(self) -> None:
        """Hear SIGTERM, SIGINT and SIGQUIT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            loop.add_signal_handler(number, self.ask, number.name)

    def ask(self, reason: str) -> None:
        """Begin to end; later wishes change nothing."""
        if not self._wanted.is_set():
            _log.info("The desk ends: %s.", reason)
            self._wanted.set()

    async def wait(self) -> None:
        """Wait for the wish."""
        await self._wanted.wait()


async def _live_through(
    desk: Desk,
    settings: Settings,
    paths: Paths,
    simulator: Simulator | None,
    stop: Stop,
    held: ExitStack,
    venue: str,
    clock: Clock,
) -> None:
    """Answer, come up, and wait for the end."""
    token = api_token(paths, settings) if settings.api.port is not None else ""
    live, loaded = settings.mode is Mode.LIVE, asyncio.Event()
    up = come_up(desk, paths, venue, clock, held, loaded, live=live)
    coming = asyncio.create_task(up, name="come up")
    try:
        api_server = await asyncio.to_thread(_api_server)
        api = api_server(desk.services, socket_path=paths.socket, tcp_port=settings.api.port, token=token)
        try:
            await _head_start(coming, loaded)
            await api.start()
            _look_for_garbage()
            desk.tasks.run("desk", desk.desk.keep)
            desk.tasks.run("upkeep", desk.upkeep.keep)
            desk.tasks.run("watchdog", Watchdog(lambda seconds: _say_stall(desk, seconds)).keep)
            if simulator is not None:
                desk.tasks.run("simulated exchange", lambda: simulator.keep(_say_restart))
            await _until_over(coming, stop, api)
        finally:
            await _close("api", api.close())
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


def _look_for_garbage() -> None:
    """Let the collector work where the way up held it back; what is loaded stays, so it is not walked through."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _api_server() -> type[ApiServer]:
    """Import the HTTP server, on a thread: the venue's answers are on their way meanwhile."""
    from tui_trader.api.server import ApiServer  # noqa: PLC0415 - see above

    return ApiServer


async def _head_start(coming: asyncio.Task[None], loaded: asyncio.Event) -> None:
    """Let the market load before anybody is answered, so that the first answers are whole; but not for long."""
    waiting = asyncio.create_task(loaded.wait())
    try:
        await asyncio.wait({coming, waiting}, timeout=HEAD_START_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


async def _until_over(coming: asyncio.Task[None], stop: Stop, api: ApiServer) -> None:
    """Wait for a wish to end, or for a failure on the way up."""
    wish, closed = asyncio.create_task(stop.wait()), asyncio.create_task(api.closed())
    try:
        await asyncio.wait({coming, wish, closed}, return_when=asyncio.FIRST_COMPLETED)
        if coming.done():
            coming.result()
            _log.info("The desk is up.")
            await asyncio.wait({wish, closed}, return_when=asyncio.FIRST_COMPLETED)
        if closed.done() and not wish.done():
            raise UsageError("The API stopped answering; see the desk's log.")
    finally:
        for task in (wish, closed):
            task.cancel()
        await asyncio.gather(wish, closed, return_exceptions=True)


async def _take_down(desk: Desk, exchange: Exchange, store: SqliteStore) -> None:
    """End everything in the order that loses nothing: orders, work, streams, venue, store."""
    await _close("orders", desk.path.stop())
    await _close("tasks", desk.tasks.close())
    await _close("positions", desk.positions.save())
    await _close("market", desk.market.close())
    await _close("exchange", exchange.close())
    await _close("store", store.close())


async def _close(name: str, closing: Awaitable[object]) -> None:
    """Do one step of the end; what fails or lasts too long is logged and does not stop the next one."""
    try:
        await asyncio.wait_for(closing, STEP_LIMIT_S * (2 if name in {"api", "store"} else 1))
    except (TraderError, OSError, TimeoutError, RuntimeError) as error:
        _log.error("Closing %s: %s", name, error or type(error).__name__)


async def _close_store(opening: asyncio.Future[SqliteStore]) -> None:
    await (await opening).close()


def _say_stall(desk: Desk, seconds: float) -> None:
    text = f"The desk stood still for {seconds:.1f} s; orders that waited meanwhile were not sent late. See its log."
    desk.tasks.say("warning", text, "desk_stalled")


def _say_restart() -> None:
    _log.warning("The simulated exchange had ended and is started again.")


def api_token(paths: Paths, settings: Settings) -> str:
    """Return the bearer token of the TCP API, made at first use.

    Raises:
        UsageError: the token file is open to others or cannot be written.

    """
    file = Path(settings.api.token_file).expanduser() if settings.api.token_file else paths.token
    if not check_private_file(file):
        write_private_file(file, secrets.token_urlsafe(32) + "\n")
    return file.read_text("utf-8").strip()
