"""A simulated exchange whose texts are hostile: ``python -m tests.process.hostile.venue SIZE hostile|harmless``.

The simulator serves as ever; between it and the socket, answers and pushes get hostile texts wherever MEXC has text:
names, ids, assets, messages. It prints the simulator's line when it is ready. ``GET /carried`` tells what was sent.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs

from google.protobuf.message import DecodeError

from tests.process.front import say, serve_behind
from tests.process.hostile.corpus import harmless, strings
from tui_trader.exchange.sim.server.face import Face
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

Message = MutableMapping[str, Any]
REFUSED = 30005
FILLED_EVERY = 8
REFUSES = 4
"""So many of five placings are refused, with a hostile sentence each."""


class HostileTexts:
    """The strings, and where each was put."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self._next = cycle(texts)
        self.carried: Counter[str] = Counter()
        self.placings = 0

    def text(self, place: str) -> str:
        """Return the next string for a place."""
        self.carried[place] += 1
        return next(self._next)

    def refusal(self) -> dict[str, Any]:
        """Refuse an order in hostile words."""
        return {"msg": self.text("refusal"), "code": REFUSED, "_extend": {"x": self.text("refusal extension")}}

    def pairs(self, answer: Any) -> None:
        """Add pairs with hostile names to the list of pairs, and give the others a hostile long name."""
        rows = answer["symbols"]
        model = rows[0]
        for row in rows:
            row["fullName"] = self.text("pair's long name")
        for text in self.texts:
            rows.append(model | {"symbol": text, "baseAsset": text, "quoteAsset": text, "fullName": text})
        self.carried["pair's name"] += len(self.texts)

    def assets(self, answer: Any) -> None:
        """Add assets with hostile names to the balances."""
        answer["balances"] += [{"asset": text, "free": "1", "locked": "0"} for text in self.texts]
        self.carried["asset's name"] += len(self.texts)

    def orders(self, answer: Any) -> None:
        """Add orders of somebody else, with hostile ids, that rest."""
        answer += [self.order(number) for number in range(len(self.texts))]
        self.carried["order's id"] += len(self.texts)
        self.carried["client order id"] += len(self.texts)

    def past(self, answer: Any) -> None:
        """Add ended ones to an order history."""
        self.orders(answer)

    def fills(self, answer: Any) -> None:
        """Add executions with hostile ids and fee assets."""
        for number in range(0, len(self.texts), FILLED_EVERY):
            text = self.texts[number]
            answer.append(
                {"symbol": "BTCUSDT", "id": f"T{number}{text}", "orderId": f"X{number}-{text}", "orderListId": -1}
                | {"price": "90000", "qty": "0.000001", "quoteQty": "0.09", "commission": "0.0001"}
                | {"commissionAsset": text, "time": 1_790_000_000_000 + number, "isBuyer": True, "isMaker": False}
                | {"isBestMatch": True, "isSelfTrade": False, "clientOrderId": text}
            )
            self.carried["fee's asset"] += 1
            self.carried["execution's id"] += 1

    def order(self, number: int) -> dict[str, Any]:
        """Write one of those orders; it rests, but for those that have an execution."""
        text, filled = self.texts[number], number % FILLED_EVERY == 0
        return {
            "symbol": "BTCUSDT", "orderId": f"X{number}-{text}", "orderListId": -1, "clientOrderId": text,
            "price": "90000", "origQty": "0.000002", "executedQty": "0.000001" if filled else "0",
            "cummulativeQuoteQty": "0.09" if filled else "0", "status": "PARTIALLY_FILLED" if filled else "NEW",
            "timeInForce": None, "type": "LIMIT", "side": "BUY", "stopPrice": None, "icebergQty": None,
            "time": 1_790_000_000_000 + number, "updateTime": None, "isWorking": True, "origQuoteOrderQty": "0.18",
        }  # fmt: skip

    def push(self, data: bytes) -> bytes:
        """Put hostile texts into a pushed frame."""
        frame = PushDataV3ApiWrapper()
        try:
            frame.ParseFromString(data)
        except DecodeError:
            return data
        for deal in frame.publicAggreDeals.deals if frame.HasField("publicAggreDeals") else ():
            deal.tradeId = self._whole("trade's id")
        if frame.HasField("privateAccount"):
            frame.privateAccount.type = self._whole("cause of a balance")
        if frame.HasField("privateDeals"):
            frame.privateDeals.feeCurrency = self._whole("fee's asset")
        return frame.SerializeToString()

    def _whole(self, place: str) -> str:
        """Return a string that protobuf can carry: it knows no lone surrogates."""
        return self.text(place).encode("utf-8", "replace").decode()[:5000]


ANSWERS: dict[tuple[str, str], Callable[[HostileTexts, Any], None]] = {
    ("GET", "/api/v3/exchangeInfo"): HostileTexts.pairs,
    ("GET", "/api/v3/account"): HostileTexts.assets,
    ("GET", "/api/v3/openOrders"): HostileTexts.orders,
    ("GET", "/api/v3/allOrders"): HostileTexts.past,
    ("GET", "/api/v3/myTrades"): HostileTexts.fills,
}
ABOUT_ONE_PAIR = frozenset({"/api/v3/openOrders", "/api/v3/allOrders", "/api/v3/myTrades"})


class HostileFace:
    """The simulator's application with hostile texts in what it says."""

    def __init__(self, face: Face, texts: HostileTexts) -> None:
        self._face, self._texts = face, texts

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Serve a request or a socket."""
        if scope["type"] == "websocket":
            await self._face(scope, receive, self._pushing(send))
        elif scope["path"] == "/carried":
            await say(send, 200, dict(self._texts.carried))
        elif scope["path"].startswith("/api/"):
            await self._rest(scope, receive, send)
        else:
            await self._face(scope, receive, send)

    def _pushing(self, send: Any) -> Any:
        async def sending(message: Message) -> None:
            if message["type"] == "websocket.send" and message.get("bytes"):
                message = {**message, "bytes": self._texts.push(message["bytes"])}
            await send(message)

        return sending

    async def _rest(self, scope: Message, receive: Any, send: Any) -> None:
        method, path = scope["method"], scope["path"]
        query = parse_qs(scope["query_string"].decode("latin-1"))
        named = (query.get("orderId") or query.get("origClientOrderId") or [""])[0]
        if (method, path) == ("POST", "/api/v3/order"):
            self._texts.placings += 1
            if self._texts.placings % (REFUSES + 1):
                await say(send, 400, self._texts.refusal())
                return
        if path == "/api/v3/order" and method != "POST" and named.startswith("X"):
            number = int(named[1:].partition("-")[0])
            await say(send, 200, self._texts.order(number))
            return
        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        await self._face(scope, receive, keep)
        await say(send, said[0]["status"], self._rewritten(method, path, query, said))

    def _rewritten(self, method: str, path: str, query: dict[str, list[str]], said: list[Message]) -> Any:
        answer = json.loads(b"".join(message.get("body", b"") for message in said[1:]))
        rewrite = ANSWERS.get((method, path))
        if said[0]["status"] >= 400:
            answer["msg"] = self._texts.text("error's message")
        elif rewrite and (path not in ABOUT_ONE_PAIR or query.get("symbol", ["BTCUSDT"]) == ["BTCUSDT"]):
            rewrite(self._texts, answer)
        return answer


async def serve(size: int, kind: str) -> None:
    """Serve until killed."""
    texts = strings(size)
    if kind == "harmless":
        texts = [harmless(text, number) for number, text in enumerate(texts)]
    await serve_behind(lambda face: HostileFace(face, HostileTexts(texts)))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
