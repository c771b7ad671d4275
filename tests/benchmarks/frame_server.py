"""A process that pushes a book's changes as fast as they are taken. Prints its address as one JSON line.

It serves REST on the same port, as far as a client needs it for one book. After a subscription it sends a few frames
slowly, waits until a snapshot was read, and then sends the rest at once.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from contextlib import suppress
from http import HTTPStatus

from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tui_trader.exchange.wire import channels, control
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

SLOW = 60
CHANGES = 10
NAME = channels.depth("BTCUSDT").name
PAIR = {
    "symbol": "BTCUSDT", "status": "1", "baseAsset": "BTC", "quoteAsset": "USDT", "baseAssetPrecision": 6,
    "quotePrecision": 2, "quoteAssetPrecision": 2, "baseCommissionPrecision": 6, "quoteCommissionPrecision": 2,
    "orderTypes": ["LIMIT", "MARKET"], "isSpotTradingAllowed": True, "quoteAmountPrecision": "1",
    "baseSizePrecision": "0.000001", "permissions": ["SPOT"], "filters": [], "maxQuoteAmount": "4000000",
    "makerCommission": "0", "takerCommission": "0.0005", "tradeSideType": 1,
}  # fmt: skip


def frames(count: int) -> list[bytes]:
    """Encode changes around a fixed middle: each touches ten levels a side, a quarter of them removals."""
    rng = random.Random(7)
    made = []
    for version in range(1, count + 1):
        push = PushDataV3ApiWrapper(channel=NAME, symbol="BTCUSDT", sendTime=1_760_000_000_000 + version)
        body = push.publicAggreDepths
        body.fromVersion = body.toVersion = str(version)
        for _ in range(CHANGES):
            for side, sign in ((body.bids, -1), (body.asks, 1)):
                price = 10_000_00 + sign * rng.randint(1, 200)
                quantity = "0" if rng.random() < 0.25 else f"{rng.random():.6f}"
                side.add(price=f"{price // 100}.{price % 100:02d}", quantity=quantity)
        made.append(push.SerializeToString())
    return made


class FrameServer:
    """Serves one listener at a time."""

    def __init__(self, count: int) -> None:
        self._frames = frames(count)
        self._sent = 0
        self._read = asyncio.Event()

    def rest(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer REST; ``None`` goes on to the WebSocket handshake."""
        path = request.path.partition("?")[0]
        answers = {
            "/api/v3/depth": self._depth,
            "/api/v3/exchangeInfo": lambda: {"symbols": [PAIR]},
            "/api/v3/time": lambda: {"serverTime": 1_760_000_000_000},
            "/api/v1/contract/detail": lambda: {"success": True, "code": 0, "data": []},
        }
        if path == "/ws":
            return None
        response = connection.respond(HTTPStatus.OK, json.dumps(answers[path]()))
        response.headers["Content-Type"] = "application/json"
        return response

    async def stream(self, connection: ServerConnection) -> None:
        """Acknowledge, then push."""
        self._sent = 0
        self._read.clear()
        with suppress(ConnectionClosed):
            await self._converse(connection)

    async def _converse(self, connection: ServerConnection) -> None:
        pushing: asyncio.Task[None] | None = None
        async for text in connection:
            frame = json.loads(text)
            if frame["method"].upper() == control.PING_METHOD:
                await connection.send(control.answer(control.PONG))
            elif frame["method"] == control.SUBSCRIBE:
                await connection.send(control.answer(",".join(frame["params"]), frame.get("id", 0)))
                pushing = pushing or asyncio.create_task(self._push(connection))
        if pushing is not None:
            await pushing

    async def _push(self, connection: ServerConnection) -> None:
        for number, data in enumerate(self._frames, 1):
            if number <= SLOW:
                await asyncio.sleep(0.005)
            elif number == SLOW + 1:
                await self._read.wait()
                await asyncio.sleep(0.3)
            self._sent = number
            await connection.send(data)

    def _depth(self) -> dict[str, object]:
        self._read.set()
        levels = [f"{cents // 100}.{cents % 100:02d}" for cents in range(10_000_00 + 1, 10_000_00 + 201)]
        below = [f"{cents // 100}.{cents % 100:02d}" for cents in range(10_000_00 - 1, 10_000_00 - 201, -1)]
        return {
            "lastUpdateId": self._sent,
            "bids": [[price, "1"] for price in below],
            "asks": [[price, "1"] for price in levels],
            "timestamp": 1_760_000_000_000,
        }


async def main(count: int) -> None:
    """Serve until killed."""
    server = FrameServer(count)
    async with serve(server.stream, "127.0.0.1", 0, process_request=server.rest, compression=None) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        print(json.dumps({"rest_url": f"http://127.0.0.1:{port}", "ws_url": f"ws://127.0.0.1:{port}/ws"}), flush=True)
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
