import asyncio
import threading
from pathlib import Path

import pytest

from tests.unit.store.samples import fill, line, modes, order, placed, wait_until
from tui_trader.clock import SystemClock
from tui_trader.errors import StoreError
from tui_trader.services.ports import Change, HistoryFilter
from tui_trader.store import SqliteStore
from tui_trader.store.session import Session
from tui_trader.store.writer import Writer


class Gate:
    """Holds the writer thread until it is opened."""

    def __init__(self, store: SqliteStore) -> None:
        self._entered = threading.Event()
        self._open = threading.Event()
        self.read = store._writer.run(self._wait)

    def _wait(self, session: Session) -> int:
        self._entered.set()
        assert self._open.wait(30)
        return session.version

    async def closed(self) -> None:
        """Wait until the thread stands before the gate."""
        await asyncio.to_thread(self._entered.wait, 30)

    def open(self) -> None:
        """Let it go on."""
        self._open.set()


async def test_what_waits_is_committed_together_and_in_order(store: SqliteStore) -> None:
    gate = Gate(store)
    await gate.closed()
    writes = [asyncio.ensure_future(store.write(placed(number))) for number in range(1, 51)]
    await asyncio.sleep(0)
    gate.open()
    before = await gate.read
    assert await asyncio.gather(*writes) == list(range(1, 51))
    assert await store._writer.run(lambda session: session.version) == before + 1
    assert [each.body["number"] for each in await store.journal()] == list(range(1, 51))


async def test_writes_overtake_reads_that_came_before_them(store: SqliteStore) -> None:
    gate = Gate(store)
    await gate.closed()
    read = asyncio.ensure_future(store.order(order(1).id))
    await asyncio.sleep(0)
    write = asyncio.ensure_future(store.write(placed(1)))
    await asyncio.sleep(0)
    gate.open()
    assert await read == order(1)
    assert await write == 1


async def test_a_bad_change_harms_no_other_of_its_group(store: SqliteStore) -> None:
    await store.write(placed(2))
    gate = Gate(store)
    await gate.closed()
    bad = Change(journal=[line(9)], orders=[order(3, client_order_id=order(2).client_order_id)])
    changes = [placed(1), bad, placed(4)]
    writes = [asyncio.ensure_future(store.write(each)) for each in changes]
    await asyncio.sleep(0)
    gate.open()
    first, second, third = await asyncio.gather(*writes, return_exceptions=True)
    assert (first, third) == (2, 3)
    assert isinstance(second, StoreError)
    assert await store.order(order(3).id) is None
    assert await store.verify() == 3


async def test_many_writers_at_once_lose_nothing(store: SqliteStore) -> None:
    async def writer(first: int) -> None:
        for number in range(first, first + 20):
            await store.write(Change(journal=[line(number)], orders=[order(number)], fills=[fill(number)]))

    async def reader() -> None:
        for _ in range(10):
            await store.orders(HistoryFilter(text="btc"), 5)

    await asyncio.gather(*(writer(100 * each) for each in range(1, 21)), reader())
    assert await store.verify() == 400
    assert (await store.orders(HistoryFilter(), 1)).total == (await store.fills(HistoryFilter(), 1)).total == 400


async def test_a_cancelled_await_does_not_take_the_write_back(store: SqliteStore) -> None:
    gate = Gate(store)
    await gate.closed()
    writes = [asyncio.ensure_future(store.write(placed(number))) for number in range(1, 21)]
    await asyncio.sleep(0)
    for write in writes:
        write.cancel()
    assert {type(each) for each in await asyncio.gather(*writes, return_exceptions=True)} == {asyncio.CancelledError}
    gate.open()
    await gate.read
    assert await store.verify() == 20


async def test_a_cancelled_read_is_not_run(store: SqliteStore) -> None:
    gate = Gate(store)
    await gate.closed()
    ran: list[bool] = []
    read = store._writer.run(lambda _: ran.append(True))
    read.cancel()
    gate.open()
    await store.setting("a")
    assert not ran


async def test_a_write_goes_in_between_the_steps_of_a_long_read(store: SqliteStore) -> None:
    await store.write(Change(fills=[fill(number) for number in range(1, 3001)]))
    seen = 0
    async for _ in store.all_fills():
        seen += 1
        if seen == 1:
            assert await asyncio.wait_for(store.write(placed(1)), 5) == 1
    assert seen == 3000


async def test_waiting_writes_pass_in_the_middle_of_long_work(store: SqliteStore) -> None:
    entered, go = threading.Event(), threading.Event()

    def long_work(session: Session) -> list[int]:
        entered.set()
        assert go.wait(30)
        before = session.head.sequence
        store._writer.commit_waiting(session)
        between = session.head.sequence
        store._writer.commit_waiting(session)
        return [before, between, session.head.sequence]

    work = store._writer.run(long_work)
    await asyncio.to_thread(entered.wait, 30)
    write = asyncio.ensure_future(store.write(placed(1)))
    await asyncio.sleep(0)
    go.set()
    assert await work == [0, 1, 1]
    assert await write == 1


async def test_a_flood_of_writes_does_not_starve_a_read(store: SqliteStore) -> None:
    answered = asyncio.Event()

    async def flood(first: int) -> None:
        number = first
        while not answered.is_set():
            number += 1
            await store.write(Change(settings={str(first): str(number)}))

    floods = [asyncio.ensure_future(flood(each)) for each in range(20)]
    await asyncio.wait_for(store.order("x"), 20)
    answered.set()
    await asyncio.gather(*floods)


async def test_a_failing_read_reaches_only_the_one_that_waits(store: SqliteStore) -> None:
    def broken(_: Session) -> None:
        raise KeyError("broken")

    with pytest.raises(KeyError):
        await store._writer.run(broken)
    with pytest.raises(StoreError, match="no such table"):
        await store._writer.run(lambda session: session.connection.execute("SELECT * FROM nowhere"))
    assert await store.write(placed(1)) == 1


async def test_closing_finishes_what_was_enqueued_and_empties_the_log(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = await SqliteStore.open(path, SystemClock())
    writes = [asyncio.ensure_future(store.write(placed(number))) for number in range(1, 31)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*writes) == list(range(1, 31))
    assert list(modes(tmp_path)) == ["desk.db", "desk.db.head"]
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.write(placed(31))
    with pytest.raises(StoreError, match="closed"):
        await store.setting("a")
    again = await SqliteStore.open(path, SystemClock())
    assert await again.verify() == 30
    await again.close()


async def test_the_log_is_copied_back_when_it_grows_and_when_nothing_happens(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = await SqliteStore.open(path, SystemClock())
    for number in range(1, 1501):
        await store.write(placed(number))
    log = path.with_name("desk.db-wal").stat().st_size
    assert log < 8 * 1024 * 1024
    before = path.stat().st_mtime_ns
    await store.write(Change(settings={"big": "x" * 100_000}))
    await asyncio.to_thread(wait_until, lambda: path.stat().st_mtime_ns != before)
    await store.close()


async def test_a_full_disk_refuses_the_change_and_works_again_with_space(store: SqliteStore) -> None:
    def limit(session: Session, pages: int) -> None:
        session.connection.execute(f"PRAGMA max_page_count = {pages}")

    await store.write(placed(1))
    used = await store._writer.run(lambda session: session.connection.execute("PRAGMA page_count").fetchone()[0])
    await store._writer.run(lambda session: limit(session, used + 2))
    with pytest.raises(StoreError, match="disk is full"):
        await store.write(Change(journal=[line(2)], settings={"big": "x" * 100_000}))
    assert await store.order(order(1).id) == order(1)
    assert await store.setting("big") is None
    assert await store.write(placed(2)) == 2
    await store._writer.run(lambda session: limit(session, 100_000))
    assert await store.write(Change(journal=[line(3)], settings={"big": "x" * 100_000})) == 3
    assert await store.verify() == 3


def test_a_loop_that_is_gone_leaves_the_write_committed(tmp_path: Path) -> None:
    async def begin() -> SqliteStore:
        store = await SqliteStore.open(tmp_path / "desk.db", SystemClock())
        write = asyncio.ensure_future(store.write(placed(1)))
        await asyncio.sleep(0)
        write.cancel()
        return store

    store = asyncio.run(begin())

    async def end() -> int:
        count = await store.verify()
        await store.close()
        return count

    assert asyncio.run(end()) == 1


async def test_an_error_of_our_own_reaches_those_that_wait_and_the_thread_lives_on(store: SqliteStore) -> None:
    def fail(batches: object) -> list[int | StoreError]:
        raise KeyError(str(batches))

    def swap(session: Session) -> None:
        session.commit = fail  # type: ignore[method-assign,assignment]

    await store._writer.run(swap)
    with pytest.raises(KeyError):
        await store.write(placed(1))
    await store._writer.run(lambda session: vars(session).pop("commit"))
    assert await store.write(placed(1)) == 1


async def test_a_session_that_cannot_be_made_keeps_nobody_waiting() -> None:
    def fail() -> Session:
        raise ZeroDivisionError("not of the database")

    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(Writer(fail).start(), 30)
