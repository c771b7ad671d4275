"""Where the venue answers: checked base addresses and the TLS settings towards them."""

from __future__ import annotations

import functools
import ipaddress
import ssl
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from tui_trader.errors import UsageError
from tui_trader.exchange.wire.endpoints import Host

USER_AGENT = "tui-trader"
"""How this client names itself; a request without a name looks odd to a firewall."""
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_PLAIN = {"http": "https", "ws": "wss"}


class Origin(NamedTuple):
    """Scheme, host and port of a connection."""

    scheme: str
    host: str
    port: int

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.scheme not in _PLAIN

    @property
    def netloc(self) -> str:
        """Host and port as a Host header names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this machine; no name is looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_address(host: str) -> bool:
    """Tell whether a host is an address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def origin_of(url: str, schemes: tuple[str, str]) -> Origin:
    """Take an address apart and check it. ``schemes`` are the encrypted and the plain one.

    Raises:
        UsageError: not such an address, or a plain one that leaves this machine.

    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError(f"{url!r} is not an address; write it like {schemes[0]}://host:port.") from None
    odd = parts.username or parts.query or parts.fragment or (parts.scheme.startswith("http") and parts.path.strip("/"))
    if parts.scheme not in schemes or not parts.hostname or odd:
        raise UsageError(f"{url!r} is not an address; write it like {schemes[0]}://host:port.")
    if parts.scheme == schemes[1] and not is_loopback(parts.hostname):
        raise UsageError(
            f"{url!r} is not encrypted, and plain {schemes[1]}:// is taken towards this machine only; "
            f"use {schemes[0]}://."
        )
    return Origin(parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme])


@dataclass(frozen=True, slots=True)
class MexcEndpoints:
    """Base addresses of a venue that speaks MEXC's wire; the defaults are MEXC's own.

    Raises:
        UsageError: an address is malformed, or plain and not on this machine.

    """

    rest_url: str = str(Host.REST)
    ws_url: str = str(Host.WS)

    def __post_init__(self) -> None:
        _ = (self.rest, self.ws)

    @property
    def rest(self) -> Origin:
        """Origin of the REST calls."""
        return origin_of(self.rest_url, ("https", "http"))

    @property
    def ws(self) -> Origin:
        """Origin of the streams."""
        return origin_of(self.ws_url, ("wss", "ws"))


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Return the process's one client context: the system's authorities verified, TLS 1.2 or newer, HTTP/1.1."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
