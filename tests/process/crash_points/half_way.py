"""A proxy that lets half of an order's request through: ``python -m tests.process.crash_points.half_way PORT``.

It prints its own port. A line on stdin arms it: of the next request for an order only the first half goes on, and
``half`` is printed. Everything else passes.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from tests.process.crash_points.points import ORDER

LOOPBACK = "127.0.0.1"


class HalfWay:
    """The proxy towards one port."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._armed = False

    def arm(self) -> None:
        """Halve the next order; the end of stdin ends the proxy."""
        if not sys.stdin.buffer.readline():
            asyncio.get_running_loop().stop()
        self._armed = True
        print("armed", flush=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        up, down = await asyncio.open_connection(LOOPBACK, self._target)
        with suppress(OSError):
            await asyncio.gather(self._carry(reader, down), self._carry(up, writer))
        for each in (writer, down):
            each.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            if self._armed and data.startswith(ORDER):
                self._armed = False
                data = data[: len(data) // 2]
                print("half", flush=True)
            writer.write(data)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()


async def main(target: int) -> None:
    """Serve until stdin ends."""
    proxy = HalfWay(target)
    server = await asyncio.start_server(proxy.serve, LOOPBACK, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), proxy.arm)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(RuntimeError, KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1])))
