"""HTTP over the desk's socket with nothing but sockets: cheap, and it knows what was answered when the desk died."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import Any

PREFIX = "/api/v1"
PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and the JSON of an answer."""

    status: int
    body: Any

    @property
    def data(self) -> Any:
        """What a success carries."""
        assert self.body["status"] == "success", self.body
        return self.body["data"]

    @property
    def token(self) -> str:
        """What confirms the numbers that were asked about; empty where nothing was."""
        error = self.body.get("error", {})
        return str(error["details"]["token"]) if error.get("code") == "confirmation_required" else ""

    @property
    def code(self) -> str:
        """The error's code; empty for a success."""
        return str(self.body.get("error", {}).get("code", ""))


@dataclass(slots=True)
class Asked:
    """A request that was written; :meth:`look` takes in what has arrived of its answer, :attr:`answer` is the whole."""

    line: socket.socket
    received: bytearray = field(default_factory=bytearray)
    answer: Answer | None = None
    over: bool = False

    def fileno(self) -> int:
        """Let ``select`` wait for it."""
        return self.line.fileno()

    def look(self) -> None:
        """Take in what is there, without waiting."""
        try:
            while not self.over:
                piece = self.line.recv(1 << 16)
                self.received += piece
                self.over = not piece
        except BlockingIOError:
            pass
        except OSError:
            self.over = True
        self.answer = self.answer or _read(bytes(self.received))
        if self.over:
            self.line.close()


def begin(path: Path, method: str, target: str, body: Any = None) -> Asked:
    """Write a request. Raises ``OSError`` where nobody listens."""
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(str(path))
        data = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {PREFIX}{target} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\nContent-Length: {len(data)}\r\n"
        )
        if data:
            head += "Content-Type: application/json\r\n"
        line.sendall(head.encode() + b"\r\n" + data)
    except OSError:
        line.close()
        raise
    line.setblocking(False)
    return Asked(line)


def finish(asked: Sequence[Asked], seconds: float = PATIENCE_S) -> None:
    """Wait until each is answered or cut, or the time is over."""
    deadline = time.monotonic() + seconds
    while open_ones := [each for each in asked if not each.over and each.answer is None]:
        ready, _, _ = select(open_ones, (), (), max(0.0, deadline - time.monotonic()))
        for each in ready:
            each.look()
        if not ready:
            return


def ask(path: Path, method: str, target: str, body: Any = None, seconds: float = PATIENCE_S) -> Answer | None:
    """Ask and wait for the answer; ``None`` where nobody listens or the answer does not come."""
    try:
        asked = begin(path, method, target, body)
    except OSError:
        return None
    finish([asked], seconds)
    asked.line.close()
    return asked.answer


def _read(received: bytes) -> Answer | None:
    """Read a whole answer; ``None`` of a part of one."""
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return None
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    length = int(headers.get("content-length", "0"))
    return Answer(int(status.split(" ")[1]), json.loads(body)) if len(body) >= length else None
