"""A real HTTP server on loopback that takes posted messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any


class Receiver:
    """A server that answers with ``codes`` in turn, then with 204; 0 hangs up without an answer."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.held: asyncio.Event | None = None
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(head.lower().partition("content-length:")[2].partition("\r\n")[0])
            self.got.append((head.partition("\r\n")[0], json.loads(await reader.readexactly(length))))
            if self.held is not None:
                await self.held.wait()
            code = self.codes.pop(0) if self.codes else 204
            if code:
                writer.write(f"HTTP/1.1 {code} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
                await writer.drain()
        finally:
            writer.close()

    def hang(self) -> None:
        """Answer nothing from here on."""
        self.held = asyncio.Event()

    @property
    def texts(self) -> list[object]:
        return [body["text"] for _, body in self.got]


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for the network of this machine."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Run one."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        if receiver.held is not None:
            receiver.held.set()
        server.close()
        await server.wait_closed()
