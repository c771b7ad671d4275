"""The simulator as a process of its own, for tests: start it, talk to its control channel, stop it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

STOP_S = 5.0


@dataclass
class Simulator:
    """A running ``python -m tui_trader.exchange.sim``; ``ready`` is its JSON line."""

    process: subprocess.Popen[str]
    ready: dict[str, str] = field(repr=False)
    stderr: IO[str] = field(repr=False)

    @property
    def rest_url(self) -> str:
        return self.ready["rest_url"]

    @property
    def ws_url(self) -> str:
        return self.ready["ws_url"]

    @property
    def key(self) -> str:
        return self.ready["key"]

    @property
    def secret(self) -> str:
        return self.ready["secret"]

    @property
    def control_url(self) -> str:
        return self.ready["control_url"]

    @property
    def port(self) -> int:
        return int(self.rest_url.rpartition(":")[2])

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the control channel (needs ``--control``): ``control("POST", "/faults", {"action": "drop", ...})``."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def said(self) -> str:
        """What it wrote to stderr so far."""
        return os.pread(self.stderr.fileno(), 1 << 20, 0).decode()  # its own offset stays where it writes

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(STOP_S)

    def stop(self) -> int:
        """Ask it to stop and return its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def start(*options: str) -> Simulator:
    """Start a simulator on a free port and wait for its line; fails with what it said when it does not start."""
    command = [sys.executable, "-m", "tui_trader.exchange.sim", "--port", "0", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    # a file, not a pipe: nobody reads what it says while it runs, and a full pipe would stop it
    said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as the process, see running()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True, env=environment
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if line:
        return Simulator(process, json.loads(line), said)
    process.wait(STOP_S)
    process.stdout.close()
    with said:
        raise AssertionError(f"the simulator did not start: {os.pread(said.fileno(), 1 << 20, 0).decode()}")


@contextmanager
def running(*options: str) -> Iterator[Simulator]:
    """A simulator for the length of a block; it must still be alive at its end unless the test killed it."""
    simulator = start(*options)
    try:
        yield simulator
    finally:
        if simulator.process.poll() is None:
            simulator.stop()
        simulator.stderr.close()
        if simulator.process.stdout is not None:
            simulator.process.stdout.close()
