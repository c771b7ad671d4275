"""All open WebSockets: the handshake with its listen key, the sweep of idle ones, disconnects by order."""

from collections.abc import Callable
from contextlib import suppress
from fnmatch import fnmatchcase
from urllib.parse import parse_qs

from starlette.websockets import WebSocket, WebSocketDisconnect

from tui_trader.exchange.sim.server.house import House
from tui_trader.exchange.sim.server.session import Session
from tui_trader.exchange.wire import control


class Sockets:
    """Open sessions of one simulator."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._open: dict[Session, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    async def serve(self, socket: WebSocket) -> None:
        """Run one socket from its handshake to its end. A wrong listen key gets its text, then the close."""
        house = self._house
        house.touch()
        key = parse_qs(socket.scope["query_string"].decode("latin-1"), keep_blank_values=True).get("listenKey", [None])[
            0
        ]
        account = None
        await socket.accept()
        if key is not None:
            account = None if house.faults.refuses_listen_key() else house.listen_keys.attach(key)
            if account is None:
                with suppress(WebSocketDisconnect):
                    await socket.send_text(control.INVALID_LISTEN_KEY)
                    await socket.close()
                return
        session = Session(socket, house.hub, house.clock.monotonic, account, key)
        self._open[session] = None
        try:
            await session.run()
        finally:
            del self._open[session]
            house.touch()
            if key is not None:
                house.listen_keys.detach(key)

    def sweep(self) -> None:
        """End sockets that are idle, too old, or whose listen key is gone."""
        now = self._house.clock.monotonic()
        for session in list(self._open):
            lost = session.key is not None and self._house.listen_keys.account_of(session.key) is None
            if lost or session.expired(now):
                session.close()

    def disconnect(self, channel: str = "*", *, private: bool | None = None, abrupt: bool = True) -> int:
        """Cut sockets that watch a matching channel (``*``: all); ``private`` narrows to one sort. How many."""
        chosen = [s for s in self._open if _chosen(s, private) and (channel == "*" or s.watches(_like(channel)))]
        for session in chosen:
            if abrupt:
                session.abort()
            else:
                session.close()
        return len(chosen)


def _chosen(session: Session, private: bool | None) -> bool:
    return private is None or (session.key is not None) == private


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda name: fnmatchcase(name, pattern)
