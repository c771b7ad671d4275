"""A simulated exchange behind an application of a test's own, which sees and may change all that passes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import uvicorn

from tui_trader.clock import SystemClock
from tui_trader.exchange.sim.config import VenueConfig
from tui_trader.exchange.sim.server import key_file
from tui_trader.exchange.sim.server.face import Face, Protocol
from tui_trader.exchange.sim.server.gateway import ApiKey
from tui_trader.exchange.sim.server.serving import PULSE_S, bind, furnish
from tui_trader.exchange.sim.venue import open_venue


async def serve_behind(front: Callable[[Face], Any], credentials: tuple[str, str] | None = None) -> None:
    """Serve until killed, without limits, with the control channel; print the simulator's line when it listens.

    ``credentials`` are the account's key and secret; they are made up where none are given.
    """
    clock, listener, account = SystemClock(), bind(0), VenueConfig().account
    key = ApiKey(*credentials, account) if credentials else key_file.generate(account)
    house = furnish(open_venue(VenueConfig(), clock.wall_ms()), key, clock=clock, limits=False, control=True)
    app = cast("Any", front(Face(house)))
    config = uvicorn.Config(app, http=Protocol, ws="websockets-sansio", lifespan="off", log_config=None)
    serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listener]))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    ready = {"rest_url": f"http://{address}", "ws_url": f"ws://{address}/ws", "key": key.key, "secret": key.secret}
    print(json.dumps({**ready, "control_url": f"http://{address}/control"}), flush=True)
    while not serving.done():
        house.advance()
        house.settle()
        house.hub.flush()
        await asyncio.sleep(PULSE_S)


async def say(send: Any, status: int, answer: Any) -> None:
    """Answer JSON, everything outside ASCII escaped: so a lone surrogate can be said."""
    body = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
