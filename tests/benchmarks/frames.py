"""Book changes per second and core (receive, decode, keep the book, show its top) beside ccxt.pro's order book.

Run as ``python -m tests.benchmarks.frames --peer-python PATH``. A third process pushes the same frames, 20 changed
levels each, as fast as they are taken; CPU is the client process's own. Both show the best 50 levels of each side:
ours to a listener at most 20 times a second, as in the desk, ccxt's at each frame, as its interface has it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.frame_server import SLOW
from tests.benchmarks.peers import add_peer_flag, compare, run_peer
from tui_trader.clock import SystemClock
from tui_trader.domain.market import Book
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.client import MexcExchange


@contextmanager
def pushing(count: int) -> Iterator[dict[str, str]]:
    """A frame server process for the length of a block."""
    command = [sys.executable, "-m", "tests.benchmarks.frame_server", str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def ours(addresses: dict[str, str], count: int) -> float:
    """Return frames per CPU second of this process."""
    exchange = MexcExchange(MexcEndpoints(addresses["rest_url"], addresses["ws_url"]), None, SystemClock())
    marks: list[tuple[int, int]] = []
    done = asyncio.Event()

    def show(book: Book) -> None:
        marks.append((book.version, time.process_time_ns()))
        if book.version >= count:
            done.set()

    exchange.watch_book("BTCUSDT", show, 50)
    await asyncio.wait_for(done.wait(), 120)
    await exchange.close()
    first = next(mark for mark in marks if mark[0] >= SLOW)
    return (marks[-1][0] - first[0]) / ((marks[-1][1] - first[1]) / 1e9)


def main() -> None:
    """Print both figures and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=20_000)
    add_peer_flag(parser)
    options = parser.parse_args()
    with pushing(options.frames) as addresses:
        figure = asyncio.run(ours(addresses, options.frames))
        peer = run_peer(options.peer_python, "ccxt_frames.py", {**addresses, "frames": options.frames, "slow": SLOW})
    compare("Book frames per second and core", "frames/s", figure, peer)


if __name__ == "__main__":
    main()
