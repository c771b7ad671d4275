"""Bytes on their way: how they travel, and what a request, an answer and a push are made of."""

from __future__ import annotations

import asyncio
import random
import re
import ssl
import struct
from contextlib import suppress
from dataclasses import dataclass
from socket import SO_LINGER, SOL_SOCKET

LIMIT = 1 << 20
LOST = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Link:
    """How bytes travel. Seconds, bytes, bytes a second; a way that is not open swallows what is sent on it."""

    latency: float = 0.0
    jitter: float = 0.0
    slices: int = 0
    rate: float = 0.0
    up: bool = True
    down: bool = True

    async def send(self, writer: asyncio.StreamWriter, data: bytes, *, way: str) -> None:
        """Carry bytes ``up`` (to the exchange) or ``down``."""
        if self.latency or self.jitter:
            await asyncio.sleep(max(0.0, self.latency + random.uniform(-self.jitter, self.jitter)))
        for at in range(0, len(data), self.slices or len(data) or 1):
            if not getattr(self, way):
                return
            part = data[at : at + (self.slices or len(data))]
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(len(part) / self.rate if self.rate else 0)


def framed(message: bytes) -> bytes:
    """Put a binary message into a frame, as a server sends it."""
    size = len(message)
    if size < 126:
        return bytes((0x82, size)) + message
    return (
        bytes((0x82, 126)) + struct.pack(">H", size) if size < 1 << 16 else bytes((0x82, 127)) + struct.pack(">Q", size)
    ) + message


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset, as a broken network does."""
    found = writer.get_extra_info("socket")
    if found is not None:
        with suppress(OSError):
            found.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def whole(reader: asyncio.StreamReader) -> bytes:
    """Read a whole request or answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    found = _LENGTH.search(head)
    return head + (await reader.readexactly(int(found[1])) if found else b"")
