"""Serve a simulator on one loopback port: REST, WebSocket and control under uvicorn, with the market's own pulse."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

import uvicorn

from tui_trader.clock import Clock, SystemClock
from tui_trader.errors import UsageError
from tui_trader.exchange.sim.config import VenueConfig
from tui_trader.exchange.sim.server import key_file
from tui_trader.exchange.sim.server.face import Face, Protocol
from tui_trader.exchange.sim.server.faults import Faults
from tui_trader.exchange.sim.server.gateway import ApiKey
from tui_trader.exchange.sim.server.house import House
from tui_trader.exchange.sim.server.hub import Hub
from tui_trader.exchange.sim.server.listen_keys import ListenKeys
from tui_trader.exchange.sim.server.oracle import Oracle
from tui_trader.exchange.sim.server.rates import Rates
from tui_trader.exchange.sim.server.sockets import Sockets
from tui_trader.exchange.sim.venue import Venue, open_venue

LOOPBACK: Final = "127.0.0.1"
PULSE_S: Final = 0.05
"""How often the markets run up to the clock and due frames go out; 10 ms channels get what each pulse brings."""
SWEEP_S: Final = 1.0
KEEP_ALIVE_S: Final = 120
SHUTDOWN_S: Final = 1
MAX_FRAME: Final = 64 * 1024


class _Server(uvicorn.Server):
    """A server that leaves signals to its process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that answers. ``house.faults`` takes faults in process, ``sockets`` disconnects.

    ``pulse`` runs the markets; it ends early only with the error that stopped them.
    """

    house: House
    sockets: Sockets
    credentials: ApiKey
    rest_url: str
    ws_url: str
    control_url: str | None
    pulse: asyncio.Task[None]

    def ready_line(self) -> dict[str, str]:
        """Tell a starter what it needs to know, as the JSON line on stdout tells it."""
        line = {
            "rest_url": self.rest_url,
            "ws_url": self.ws_url,
            "key": self.credentials.key,
            "secret": self.credentials.secret,
        }
        return line if self.control_url is None else {**line, "control_url": self.control_url}


def bind(port: int) -> socket.socket:
    """Take a loopback port, 0 for any free one.

    Raises:
        UsageError: the port is taken or may not be used.

    """
    # asyncio turns Nagle off only where the protocol is named; with it on, each answer waits 40 ms for an ACK
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"Cannot listen on port {port}: {reason}; choose another, or 0 for any free one.") from None
    return listener


def furnish(venue: Venue, credentials: ApiKey, *, clock: Clock, limits: bool = True, control: bool = False) -> House:
    """Put a venue, its key and fresh server parts together; nothing is served yet."""
    faults = Faults()
    house = House(
        venue=venue,
        clock=clock,
        keys={credentials.key: credentials},
        hub=Hub(venue, faults, clock.monotonic, lambda: clock.wall_ms() + faults.clock_offset_ms),
        faults=faults,
        oracle=_remembered(venue, clock.wall_ms()) if control else Oracle(),
        listen_keys=ListenKeys(clock.monotonic),
        rates=Rates(clock.monotonic) if limits else None,
        control=control,
        last_contact=clock.monotonic(),
    )
    house.settle()
    return house


def _remembered(venue: Venue, now_ms: int) -> Oracle:
    """Start the record with what the venue's own queries still reach: 7 days of orders, the newest fills."""
    pairs = [(account, rules.symbol) for account in venue.accounts() for rules in venue.symbols()]
    orders = [order for account, symbol in pairs for order in venue.all_orders(account, symbol, now_ms, 0, None, 1000)]
    fills = [fill for account, symbol in pairs for fill in venue.my_trades(account, symbol, now_ms)]
    return Oracle(sorted(orders, key=lambda order: order.created_ms), sorted(fills, key=lambda fill: fill.time_ms))


@asynccontextmanager
async def serving(house: House, listener: socket.socket) -> AsyncIterator[Running]:
    """Serve a house on a bound socket for the length of a block; the venue is closed at its end.

    Raises what stopped the markets, if anything did (``UsageError`` for a state log that cannot be written).
    """
    face = Face(house)
    server = _Server(_config(face))
    served = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not served.done():  # noqa: ASYNC110 - uvicorn tells its start by a flag only
        await asyncio.sleep(0.005)
    pulse = asyncio.create_task(_pulse(house, face.sockets))
    address = f"{LOOPBACK}:{listener.getsockname()[1]}"
    try:
        yield Running(
            house=house,
            sockets=face.sockets,
            credentials=next(iter(house.keys.values())),
            rest_url=f"http://{address}",
            ws_url=f"ws://{address}/ws",
            control_url=f"http://{address}/control" if house.control else None,
            pulse=pulse,
        )
    finally:
        server.should_exit = True
        stopped = pulse.done()
        pulse.cancel()
        await asyncio.gather(served, pulse, return_exceptions=True)
        listener.close()
        house.venue.close()
        if stopped:
            pulse.result()


@asynccontextmanager
async def simulator(
    config: VenueConfig | None = None,
    *,
    clock: Clock | None = None,
    limits: bool = True,
    control: bool = True,
    port: int = 0,
) -> AsyncIterator[Running]:
    """Start a simulator inside this process (tests, demonstrations), with a generated key."""
    config, clock = config or VenueConfig(), clock or SystemClock()
    listener = bind(port)
    venue = open_venue(config, clock.wall_ms())
    house = furnish(venue, key_file.generate(config.account), clock=clock, limits=limits, control=control)
    async with serving(house, listener) as running:
        yield running


def _config(face: Face) -> uvicorn.Config:
    return uvicorn.Config(
        cast("Any", face),  # uvicorn's own ASGI types and starlette's say the same in different words
        http=Protocol,
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_S,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        ws_max_size=MAX_FRAME,
    )


async def _pulse(house: House, sockets: Sockets) -> None:
    """Run the markets, send what is due, end what is over; until cancelled."""
    swept = house.clock.monotonic()
    while True:
        house.advance()
        house.settle()
        house.hub.flush()
        now = house.clock.monotonic()
        if now - swept >= SWEEP_S:
            swept = now
            sockets.sweep()
            if len(sockets):
                house.touch()
        await asyncio.sleep(PULSE_S)
