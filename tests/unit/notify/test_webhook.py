"""Messages to a real server on loopback: retried, bounded, given up aloud, and never with the address in a log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.twins.receiver import Receiver, eventually, receiving
from tui_trader.logs import start_logging, stop_logging
from tui_trader.notify.webhook import KEPT, PAUSES, Webhook

PATH = "/hook/very-secret-token"


class Rig:
    """A webhook at work towards a receiver."""

    def __init__(self, receiver: Receiver, clock: VirtualClock, webhook: Webhook, failures: list[str]) -> None:
        self.receiver, self.clock, self.webhook, self.failures = receiver, clock, webhook, failures

    async def pause(self, seconds: float) -> None:
        """Let the pause before another try begin, and pass."""
        await eventually(lambda: bool(self.clock._sleepers))
        await self.clock.advance(seconds)


@asynccontextmanager
async def posting() -> AsyncIterator[Rig]:
    clock, failures = VirtualClock(), list[str]()
    async with receiving() as receiver:
        webhook = Webhook(f"http://127.0.0.1:{receiver.port}{PATH}", clock, failures.append)
        keeping = asyncio.create_task(webhook.keep())
        try:
            yield Rig(receiver, clock, webhook, failures)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def test_messages_arrive_as_json_in_their_order() -> None:
    async with posting() as rig:
        for number in range(3):
            rig.webhook.put({"text": f"n{number}", "level": "error"})
        await eventually(lambda: len(rig.receiver.got) == 3)
        assert rig.receiver.texts == ["n0", "n1", "n2"]
        assert rig.receiver.got[0] == (f"POST {PATH} HTTP/1.1", {"text": "n0", "level": "error"})


@pytest.mark.parametrize("code", [500, 503, 429, 408, 0])
async def test_a_trouble_that_may_pass_is_tried_again(code: int) -> None:
    async with posting() as rig:
        rig.receiver.codes = [code, code]
        rig.webhook.put({"text": "kept"})
        for pause in PAUSES[:2]:
            await rig.pause(pause)
        await eventually(lambda: len(rig.receiver.got) == 3)
        rig.webhook.put({"text": "next"})
        await eventually(lambda: rig.receiver.texts == ["kept", "kept", "kept", "next"])
        assert rig.failures == []


@pytest.mark.parametrize("code", [400, 401, 404, 410, 301])
async def test_a_refusal_is_not_repeated_and_said_once(code: int) -> None:
    async with posting() as rig:
        rig.receiver.codes = [code, code]
        rig.webhook.put({"text": "one"})
        rig.webhook.put({"text": "two"})
        rig.webhook.put({"text": "three"})
        await eventually(lambda: len(rig.receiver.got) == 3)
        assert rig.receiver.texts == ["one", "two", "three"]
        assert len(rig.failures) == 1
        assert f"(HTTP {code})" in rig.failures[0]
        assert rig.receiver.got[2][1]["dropped"] == 2
        await settle()
        rig.receiver.codes = [code]
        rig.webhook.put({"text": "four"})
        await eventually(lambda: len(rig.failures) == 2)


async def test_a_message_that_never_arrives_is_given_up_after_the_last_pause() -> None:
    async with posting() as rig:
        rig.receiver.codes = [500] * (len(PAUSES) + 1)
        rig.webhook.put({"text": "lost"})
        for pause in PAUSES:
            await rig.pause(pause)
        await eventually(lambda: bool(rig.failures))
        rig.webhook.put({"text": "next"})
        await eventually(lambda: rig.receiver.texts[-1] == "next")
        assert rig.receiver.got[-1][1]["dropped"] == 1


async def test_too_many_push_the_oldest_out_and_nobody_waits() -> None:
    async with posting() as rig:
        rig.receiver.held = asyncio.Event()
        rig.webhook.put({"text": "first"})
        await eventually(lambda: len(rig.receiver.got) == 1)
        for number in range(KEPT + 7):
            rig.webhook.put({"text": f"n{number}"})
        rig.receiver.held.set()
        await eventually(lambda: len(rig.receiver.got) == KEPT + 1)
        assert rig.receiver.texts == ["first", *(f"n{number}" for number in range(7, KEPT + 7))]
        assert [body.get("dropped") for _, body in rig.receiver.got[:3]] == [None, 7, None]


async def test_the_address_is_in_no_log_and_no_sentence(tmp_path: Path) -> None:
    file = tmp_path / "log"
    handler = start_logging(file, "debug")
    level = logging.getLogger().level
    try:
        async with posting() as rig:
            rig.receiver.codes = [500, 404]
            rig.webhook.put({"text": "x"})
            await rig.pause(PAUSES[0])
            await eventually(lambda: bool(rig.failures))
            logging.getLogger("test").warning("posted to http://127.0.0.1:%s%s", rig.receiver.port, PATH)
    finally:
        logging.getLogger().setLevel(level)
        stop_logging(handler)
    written = file.read_text() + "".join(rig.failures)
    assert "HTTP 500" in written
    assert "very-secret" not in written


async def test_an_address_where_nobody_is_fails_aloud() -> None:
    clock, failures = VirtualClock(), list[str]()
    async with receiving() as gone:
        port = gone.port
    webhook = Webhook(f"http://127.0.0.1:{port}/secret-path", clock, failures.append)
    keeping = asyncio.create_task(webhook.keep())
    webhook.put({"text": "x"})
    for pause in PAUSES:
        await eventually(lambda: bool(clock._sleepers))
        await clock.advance(pause)
    await eventually(lambda: bool(failures))
    assert "(ConnectError)" in failures[0]
    assert "secret-path" not in failures[0]
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
