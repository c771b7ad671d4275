"""The simulator's face as one ASGI application, and the HTTP protocol under it that can cut connections."""

import asyncio

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tui_trader.exchange.sim.server.house import House
from tui_trader.exchange.sim.server.rest import Rest
from tui_trader.exchange.sim.server.sockets import Sockets


class Face:
    """The whole ASGI application of one simulator."""

    def __init__(self, house: House) -> None:
        self.sockets = Sockets(house)
        self._rest = Rest(house)
        self._control = _control(house, self._rest, self.sockets) if house.control else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route by protocol and path."""
        path = scope["path"]
        if scope["type"] == "websocket":
            socket_ = WebSocket(scope, receive, send)
            await (self.sockets.serve(socket_) if path == "/ws" else socket_.close())
        elif not path.startswith("/control"):
            await self._rest(scope, receive, send)
        elif self._control is not None:
            await self._control(scope, receive, send)
        else:
            await PlainTextResponse("Not Found", 404)(scope, receive, send)


def _control(house: House, rest: Rest, sockets: Sockets) -> ASGIApp:
    from tui_trader.exchange.sim.server.control import Control  # noqa: PLC0415 - its validation costs 7 MB

    return Control(house, rest, sockets)


class Protocol(HttpToolsProtocol):
    """HTTP whose scope carries ``state["abort"]``: cut the connection without an answer. WebSockets inherit it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own spelling
        """Take the transport's own cut along."""
        self.app_state = {**self.app_state, "abort": transport.abort}
        super().connection_made(transport)
