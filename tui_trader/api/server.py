"""Listening: a Unix socket for the same user, and loopback TCP with a token where it is asked for."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tui_trader.api.app import create_app
from tui_trader.api.guard import TokenGuard, same_user
from tui_trader.errors import UsageError
from tui_trader.services.faces import Services

GRACE_S = 2


class PeerChecked(HttpToolsProtocol):
    """Closes a Unix connection of another user before a byte of it is read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn narrows it too
        """Accept a peer of our own user."""
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family == socket.AF_UNIX and not same_user(connection):
            transport.abort()
            return
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """Leaves signals to the desk, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class ApiServer:
    """The running listeners. ``closed`` ends when one of them does."""

    def __init__(self, services: Services, *, socket_path: Path, tcp_port: int | None = None, token: str = "") -> None:
        if tcp_port is not None and len(token) < 32:
            raise UsageError("The TCP API needs a token of at least 32 characters in its token file.")
        app = create_app(services)
        self.socket_path = socket_path
        self._listeners: list[tuple[_Server, socket.socket]] = []
        if tcp_port is not None:
            self._listeners.append((_server(TokenGuard(app, token)), _loopback(tcp_port)))
        self._listeners.append((_server(app), _unix(socket_path)))
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def tcp_port(self) -> int | None:
        """The TCP port in use, where there is one."""
        ports = [listener.getsockname()[1] for _, listener in self._listeners if listener.family != socket.AF_UNIX]
        return int(ports[0]) if ports else None

    async def start(self) -> None:
        """Begin to serve; returns once connections are answered."""
        for server, listener in self._listeners:
            self._tasks.append(asyncio.create_task(server.serve(sockets=[listener]), name="api"))
        await asyncio.gather(*(server.listening.wait() for server, _ in self._listeners))

    async def closed(self) -> None:
        """Wait until a listener ends."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """End within :data:`GRACE_S` seconds and take the socket away."""
        for server, _ in self._listeners:
            server.should_exit = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=GRACE_S + 1)
            for task in late:
                task.cancel()
        for _, listener in self._listeners:
            listener.close()
        self.socket_path.unlink(missing_ok=True)


def _server(app: ASGIApp) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            http=PeerChecked,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=120,
            timeout_graceful_shutdown=GRACE_S,
        )
    )


def _unix(path: Path) -> socket.socket:
    """Listen on a Unix socket of mode 0600. The desk's lock proves that an old one is stale."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(os.fspath(path))
    except OSError as error:
        listener.close()
        raise UsageError(f"Cannot listen on {path}: {error.strerror}.") from None
    finally:
        os.umask(before)
    return listener


def _loopback(port: int) -> socket.socket:
    """Listen on 127.0.0.1."""
    # asyncio turns Nagle off only where the protocol is named: 40 ms an answer otherwise
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise UsageError(f"Cannot listen on port {port}: {error.strerror}; choose another for api.port.") from None
    return listener
