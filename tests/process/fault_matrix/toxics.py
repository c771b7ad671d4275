"""Faults that strike single requests, each as a function of the call (see ``proxy``)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from tests.process.fault_matrix.proxy import Call, Fault

Rewriting = Callable[[Any], Any]


def http(body: bytes | str, status: str = "200 OK", kind: str = "application/json", more: str = "") -> bytes:
    """Write an answer; ``more`` are further header lines, each with its end."""
    data = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(data)}\r\n{more}\r\n"
    return head.encode() + data


async def cut_before_answer(call: Call) -> None:
    """The exchange does it, and its answer is lost with the connection."""
    await call.ask()
    call.cut()


async def cut_half_request(call: Call) -> None:
    """Half of the request arrives, then the connection breaks on both sides."""
    await call.part_of_request(len(call.request) // 2)
    call.cut()


async def cut_half_answer(call: Call) -> None:
    """The exchange does it, and half of its answer arrives."""
    answer = await call.ask()
    await call.answer(answer[: len(answer) // 2])
    call.cut()


async def swallowed(call: Call) -> None:
    """The request never arrives, and nobody says so."""
    call.over = True
    await asyncio.sleep(3600)


async def answer_lost(call: Call) -> None:
    """The exchange does it, and nothing ever comes back."""
    await call.ask()
    await swallowed(call)


def late_answer(seconds: float) -> Fault:
    """The exchange does it at once, and answers late."""

    async def fault(call: Call) -> None:
        answer = await call.ask()
        await asyncio.sleep(seconds)
        await call.answer(answer)

    return fault


def late_request(seconds: float, *, cut: bool = False) -> Fault:
    """The request stays in the network for so long; with ``cut`` the desk's connection is lost at once."""

    async def fault(call: Call) -> None:
        if cut:
            call.cut()
        await asyncio.sleep(seconds)
        answer = await call.ask()
        if not cut:
            await call.answer(answer)

    return fault


def instead(answer: bytes, *, accepted: bool = False) -> Fault:
    """Something else is answered, and the exchange did it or did not."""

    async def fault(call: Call) -> None:
        if accepted:
            await call.ask()
        await call.answer(answer)

    return fault


def rewritten(rewrite: Rewriting) -> Fault:
    """The exchange's answer arrives changed."""

    async def fault(call: Call) -> None:
        _, _, body = (await call.ask()).partition(b"\r\n\r\n")
        await call.answer(http(json.dumps(rewrite(json.loads(body)))))

    return fault


async def twice(call: Call) -> None:
    """The network delivers the request twice; the first answer arrives."""
    answer = await call.ask()
    await call.ask()
    await call.answer(answer)


async def drip(call: Call) -> None:
    """The answer arrives byte by byte, in chunks of HTTP's own."""
    _, _, body = (await call.ask()).partition(b"\r\n\r\n")
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    call.proxy.link.slices = 1
    await call.answer(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    call.proxy.link.slices = 0


def garbage(data: bytes) -> Fault:
    """The exchange does it, and noise comes back."""

    async def fault(call: Call) -> None:
        await call.ask()
        await call.answer(data)
        call.cut()

    return fault


def flood(size: int, *, claimed: bool) -> Fault:
    """The exchange does it, and the answer does not end before so many bytes; ``claimed`` says how many beforehand."""

    async def fault(call: Call) -> None:
        await call.ask()
        call.over = True
        length = f"content-length: {size}\r\n" if claimed else "connection: close\r\n"
        call.client.write(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode())
        for _ in range(size // 65536):
            call.client.write(b" " * 65536)
            await call.client.drain()

    return fault
