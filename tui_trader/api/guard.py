"""Who may come in: on the Unix socket the same user, on loopback TCP whoever has the token and is no web page.

A browser can be made to call any loopback port by a page elsewhere (CSRF, DNS rebinding); requests that carry an
``Origin``, a foreign ``Host`` or a foreign ``Sec-Fetch-Site`` are refused before the token is looked at.
"""

from __future__ import annotations

import hmac
import os
import socket
import struct
import sys
from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from tui_trader.api.envelope import refuse
from tui_trader.contract import PREFIX
from tui_trader.contract.base import ErrorCode

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
OPEN_PATHS = frozenset({f"{PREFIX}/health"})


def peer_uid(connection: socket.socket) -> int | None:
    """Return the user id at the other end of a Unix socket; ``None`` where the system does not tell."""
    if sys.platform == "darwin":
        # struct xucred of sys/ucred.h: version, uid, group count, groups
        raw = connection.getsockopt(0, 1, 76)
        return int(struct.unpack_from("=II", raw)[1])
    if hasattr(socket, "SO_PEERCRED"):
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", raw)[1])
    return None


def same_user(connection: socket.socket) -> bool:
    """Tell whether the peer is who we are."""
    return peer_uid(connection) == os.getuid()


class TokenGuard:
    """ASGI middleware of the TCP listener."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer why not."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        trouble = self._web_page(headers) or self._stranger(scope["path"], headers)
        if trouble is None:
            await self._app(scope, receive, send)
        else:
            await refuse(*trouble)(scope, receive, send)

    @staticmethod
    def _web_page(headers: Mapping[str, str]) -> tuple[ErrorCode, str] | None:
        host = headers.get("host", "").rpartition(":")
        name = host[0] if host[1] and not host[2].endswith("]") else headers.get("host", "")
        if name not in LOOPBACK_HOSTS:
            return ErrorCode.FORBIDDEN, "Only loopback host names are served."
        if "origin" in headers or headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return ErrorCode.FORBIDDEN, "Requests from web pages are refused."
        return None

    def _stranger(self, path: str, headers: Mapping[str, str]) -> tuple[ErrorCode, str] | None:
        if path in OPEN_PATHS:
            return None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), self._token):
            return ErrorCode.UNAUTHORIZED, "Send the token of the token file as a bearer token."
        return None
