"""The writer thread: everything that waits goes into one durable commit; writes overtake reads.

The event loop only enqueues. Cancelling an await changes nothing: what was enqueued is written.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from tui_trader.errors import StoreError
from tui_trader.services.ports import StoreHealth
from tui_trader.store.changes import Batch
from tui_trader.store.failures import DATABASE_ERRORS
from tui_trader.store.session import Session

T = TypeVar("T")
IDLE_SECONDS = 0.5
"""A checkpoint waits for a pause this long."""
REOPEN_FIRST_S, REOPEN_LAST_S = 1.0, 60.0
"""Between two attempts to open a database again whose disk failed."""
GROUPS_PER_READ = 16
"""A read waits for at most this many commits, so that a flood of writes cannot starve it."""


@dataclass(frozen=True, slots=True)
class _Job:
    """Work and the future that awaits it: a batch to commit, a read to run, or nothing, which ends the thread."""

    batch: Batch | None
    read: Callable[[Session], Any] | None
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class Writer:
    """Owner of the session. Construct it on the loop, then await ``start``."""

    def __init__(self, open_session: Callable[[], Session]) -> None:
        self._open = open_session
        self._arrivals: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._writes: deque[_Job] = deque()
        self._reads: deque[_Job] = deque()
        self._last: _Job | None = None
        self._given = self._done = 0
        """Batches handed over, and those written or refused."""
        self._began: float | None = None
        self._last_commit_s = 0.0
        self._reopened = 0
        self._again_at, self._pause_s = 0.0, REOPEN_FIRST_S
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)

    async def start(self) -> None:
        """Open the session on the thread.

        Raises:
            StoreError: it could not be opened; the thread has ended.

        """
        opening = self._job(read=lambda _: None)
        self._arrivals.put(opening)
        self._thread.start()
        await asyncio.shield(opening.future)

    def submit(self, batch: Batch) -> asyncio.Future[int]:
        """Enqueue a batch; the future resolves when it is on the disk, with the journal's sequence after it.

        Raises:
            StoreError: the store is closed.

        """
        future = self._enqueue(self._job(batch=batch))
        self._given += 1
        return future

    def run(self, read: Callable[[Session], T]) -> asyncio.Future[T]:
        """Enqueue a read; it should hold the thread for a few milliseconds at most.

        Raises:
            StoreError: the store is closed.

        """
        return self._enqueue(self._job(read=read))

    async def stop(self) -> None:
        """Finish what was enqueued, checkpoint, close and end the thread; a second call does nothing."""
        if self._closed:
            return
        ending = self._job()
        self._enqueue(ending)
        self._closed = True
        await asyncio.shield(ending.future)
        self._thread.join()

    def health(self) -> StoreHealth:
        """Say how long commits take and how many batches wait; called on the loop."""
        began, took = self._began, self._last_commit_s
        if began is not None:
            took = max(took, time.monotonic() - began)
        return StoreHealth(took * 1000, self._given - self._done, self._reopened)

    def commit_waiting(self, session: Session) -> None:
        """Let waiting writes pass in the middle of a long piece of work on the thread."""
        self._collect(wait=False)
        if self._writes:
            self._commit(session)

    @staticmethod
    def _job(batch: Batch | None = None, read: Callable[[Session], Any] | None = None) -> _Job:
        """Make a job of the running loop."""
        loop = asyncio.get_running_loop()
        return _Job(batch, read, loop, loop.create_future())

    def _enqueue(self, job: _Job) -> asyncio.Future[Any]:
        """Hand a job to the thread."""
        if self._closed:
            raise StoreError("The store is closed; start the desk again.")
        self._arrivals.put(job)
        return job.future

    def _run(self) -> None:
        """Live: open, work, close."""
        opening = self._arrivals.get()
        try:
            session = self._open()
        except Exception as error:  # noqa: BLE001 - the one that waits gets it, or it would wait for ever
            self._closed = True
            _resolve([(opening, error)])
            return
        _resolve([(opening, None)])
        groups = 0
        while True:
            self._collect(wait=not self._reads, session=session)
            if session.broken:
                session = self._reopen(session)
            if self._writes and not (self._reads and groups >= GROUPS_PER_READ):
                groups += 1
                self._commit(session)
            elif self._reads:
                groups = 0
                self._answer(session, self._reads.popleft())
            elif self._last:
                session.close()
                _resolve([(self._last, None)])
                return

    def _collect(self, *, wait: bool, session: Session | None = None) -> None:
        """Sort everything that has arrived; ``wait`` for something, and use a pause for a checkpoint."""
        if wait and not self._writes and not self._last:
            self._sort(self._next(session))
        with suppress(queue.Empty):
            while True:
                self._sort(self._arrivals.get_nowait())

    def _next(self, session: Session | None) -> _Job:
        """Wait for an arrival."""
        if session is not None and session.dirty:
            try:
                return self._arrivals.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                session.checkpoint()
        return self._arrivals.get()

    def _sort(self, job: _Job) -> None:
        """Put a job where it waits for its turn."""
        if job.batch is not None:
            self._writes.append(job)
        elif job.read is not None:
            self._reads.append(job)
        else:
            self._last = job

    def _commit(self, session: Session) -> None:
        """Write everything that waits in one commit and tell everyone."""
        group = list(self._writes)
        self._writes.clear()
        results: Sequence[int | Exception]
        self._began = began = time.monotonic()
        try:
            results = session.commit([job.batch for job in group if job.batch is not None])
        except Exception as error:  # noqa: BLE001 - those that wait get it; the thread must live on
            results = [error] * len(group)
        self._began, self._last_commit_s = None, time.monotonic() - began
        self._done += len(group)
        _resolve(zip(group, results, strict=True))
        if session.checkpoint_due:
            session.checkpoint()

    def _reopen(self, session: Session) -> Session:
        """Open the database anew after its disk failed, which checks it; what was acknowledged must all be there.

        Nothing is lost by closing: a commit that failed is not in what the old connection brings to the disk then.
        Where it cannot be opened, it is tried again later, with ever longer pauses.
        """
        if time.monotonic() < self._again_at:
            return session
        self._again_at = time.monotonic() + self._pause_s
        self._pause_s = min(self._pause_s * 2, REOPEN_LAST_S)
        with suppress(*DATABASE_ERRORS):
            session.database.close()
        try:
            fresh = self._open()
            if not fresh.has(session.head):
                fresh.close()
                return session
        except Exception:  # noqa: BLE001 - the thread lives on with what it has; each write is told why it fails
            return session
        self._pause_s = REOPEN_FIRST_S
        self._reopened += 1
        return fresh

    @staticmethod
    def _answer(session: Session, job: _Job) -> None:
        """Run a read, unless nobody waits for it any more."""
        if job.read is None or job.future.cancelled():
            return
        result: Any
        try:
            result = job.read(session)
        except (*DATABASE_ERRORS, StoreError) as error:
            result = session.fail(error)
        except Exception as error:  # noqa: BLE001 - the one that waits gets it; the thread must live on
            result = error
        _resolve([(job, result)])


def _resolve(outcomes: Iterable[tuple[_Job, Any]]) -> None:
    """Give results to the loop that waits for them, with one wake-up per loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for job, outcome in outcomes:
        by_loop.setdefault(job.loop, []).append((job.future, outcome))
    for loop, pairs in by_loop.items():
        with suppress(RuntimeError):  # the loop is gone; what was committed stays so
            loop.call_soon_threadsafe(_settle, pairs)


def _settle(pairs: list[tuple[asyncio.Future[Any], Any]]) -> None:
    """Settle futures on their loop; a cancelled one has nobody to tell."""
    for future, outcome in pairs:
        if future.done():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
