"""What a desk wrote down, asked for while none runs."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from tempfile import TemporaryDirectory

import pytest

from tests.twins.services import ServicesTwin
from tests.unit.store.samples import fill, line, order, position
from tui_trader.api.server import ApiServer
from tui_trader.cli import main
from tui_trader.cli.books import with_books
from tui_trader.cli.parser import build_parser
from tui_trader.client.desk import DeskClient
from tui_trader.clock import SystemClock
from tui_trader.contract.orders import PlaceOrder
from tui_trader.desk.offline import open_books
from tui_trader.domain.balance import Balance
from tui_trader.domain.ledger import LedgerAccount, LedgerEntry
from tui_trader.domain.order import OrderStatus, OrderType, Side
from tui_trader.domain.position import PositionStatus
from tui_trader.errors import LockHeld, TraderError
from tui_trader.lock import FolderLock
from tui_trader.paths import Paths, find_paths
from tui_trader.services.ports import Change
from tui_trader.settings import Settings
from tui_trader.store import SqliteStore

D = Decimal
SAID = "No desk runs for profile default in paper mode; these figures are as of 2026-01-31 12:00:00 UTC.\n"
NOON = 1_769_860_800_000


@pytest.fixture(autouse=True)
def paths(monkeypatch: pytest.MonkeyPatch) -> Iterator[Paths]:
    # a Unix socket's path is short; pytest's own folders are not
    with TemporaryDirectory(prefix="tt") as folder:
        monkeypatch.setenv("TUI_TRADER_HOME", folder)
        yield find_paths("default", "paper")


def write(paths: Paths, change: Change) -> None:
    """Write a desk's files, as a desk that ran once."""

    async def writing() -> None:
        store = await SqliteStore.open(paths.prepare().database, SystemClock())
        await store.write(change)
        await store.close()

    asyncio.run(writing())


@pytest.fixture
def kept(paths: Paths) -> Paths:
    """A desk's files with something of everything in them."""
    held = replace(position(1), symbol="BTCUSDT", status=PositionStatus.OPEN, current_price=D(50_000), priced_at=2)
    older = replace(position(3), symbol="BTCUSDT", status=PositionStatus.OPEN, current_price=D(40_000), priced_at=1)
    gone = replace(position(2), symbol="ETHUSDT", status=PositionStatus.CLOSED)
    change = Change(
        journal=[line(1), replace(line(2), at=NOON)],
        orders=[order(1), order(2, status=OrderStatus.FILLED), order(3, status=OrderStatus.UNKNOWN)],
        fills=[fill(1), fill(2)],
        positions=[held, gone, older],
        balances=[Balance("MX", D(9), D(0)), Balance("USDT", D("10.5"), D(1)), Balance("BTC", D(2), D(0))],
        ledger=[LedgerEntry("opening:USDT", "USDT", LedgerAccount.OPENING, D("11.25"), 0)],
    )
    write(paths, change)
    return paths


@pytest.mark.parametrize("command", ["positions", "orders", "fills", "history", "balances", "ledger"])
def test_where_no_desk_ever_ran_each_question_says_so(
    paths: Paths, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([command]) == 3
    said = "There is nothing yet: the desk has never run for profile default in paper mode.\n"
    assert capsys.readouterr() == ("", said)
    assert not paths.state.exists()


@pytest.mark.parametrize(
    ("command", "name", "found"),
    [
        (["positions"], "symbol", ["BTCUSDT", "BTCUSDT"]),
        (["positions", "--all"], "symbol", ["BTCUSDT", "ETHUSDT", "BTCUSDT"]),
        (["orders"], "id", [order(3).id, order(1).id]),
        (["orders", "mxusdt"], "id", []),
        (["fills"], "trade_id", [fill(2).trade_id, fill(1).trade_id]),
        (["fills", "--limit", "1"], "trade_id", [fill(2).trade_id]),
        (["history", "--limit", "0"], "id", [order(each).id for each in (3, 2, 1)]),
        (["balances"], "asset", ["BTC", "USDT", "MX"]),
        (["ledger"], "asset", ["BTC", "USDT"]),
    ],
)
def test_each_question_is_answered_out_of_the_files(
    kept: Paths, capsys: pytest.CaptureFixture[str], command: list[str], name: str, found: list[str]
) -> None:
    assert main([*command, "--json"]) == 0
    out, err = capsys.readouterr()
    assert [row[name] for row in json.loads(out)] == found
    assert err == SAID
    assert main(command) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(found)
    FolderLock(kept.lock).acquire().release()


def test_the_ledger_is_made_of_the_entries_and_the_executions(kept: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "--json"]) == 0
    rows = {row.pop("asset"): row for row in json.loads(capsys.readouterr().out)}
    traded = -sum((each.quote * each.side.sign for each in (fill(1), fill(2))), D(0))
    assert (D(rows["USDT"]["opening"]), D(rows["USDT"]["traded"])) == (D("11.25"), traded)
    for row in rows.values():
        given = (D(row[name]) for name in ("opening", "traded", "fees", "external", "adjustment"))
        assert sum(given, D(0)) == D(row["expected"]) == D(row["venue"]) - D(row["difference"])


def test_balances_are_valued_at_the_last_prices_known(kept: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["balances", "--json"]) == 0
    rows = {row["asset"]: row["value"] for row in json.loads(capsys.readouterr().out)}
    assert rows == {"BTC": "100000", "USDT": "11.5", "MX": None}


def test_files_of_a_desk_that_wrote_no_line_have_no_time(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    write(paths, Change())
    assert main(["fills"]) == 0
    nothing = "No desk runs for profile default in paper mode; it has written nothing down yet.\n"
    assert capsys.readouterr() == ("No executions match.\n", nothing)


def test_a_wrong_question_and_a_damaged_file_are_one_sentence(kept: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fills", "--limit", "-3"]) == 2
    assert capsys.readouterr().err.endswith("limit: give a whole number from 1 to 500.\n")
    kept.database.write_bytes(b"not a database at all" * 500)
    assert main(["fills"]) == 1
    assert "is not a tui-trader database" in capsys.readouterr().err


def test_readers_take_turns(kept: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    other = FolderLock(kept.lock).acquire()
    done = threading.Timer(0.3, other.release)
    done.start()
    assert main(["balances"]) == 0
    done.join()
    assert capsys.readouterr().err == SAID


def test_a_desk_that_holds_the_lock_and_never_answers_is_named(kept: Paths) -> None:
    async def never(_: DeskClient) -> int:
        raise AssertionError("nobody can be asked")

    with FolderLock(kept.lock), pytest.raises(LockHeld, match="Another desk"):
        with_books(build_parser().parse_args(["balances"]), never, patience_s=0.1)


@contextmanager
def coming_up(paths: Paths) -> Iterator[None]:
    """A desk that has its lock and answers a moment later."""
    ended = threading.Event()

    async def serve() -> None:
        with FolderLock(paths.lock):
            held.set()
            await asyncio.sleep(0.3)
            server = ApiServer(ServicesTwin().all, socket_path=paths.socket)
            await server.start()
            while not ended.is_set():
                await asyncio.sleep(0.01)
            await server.close()

    held = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert held.wait(10)
    try:
        yield
    finally:
        ended.set()
        thread.join(10)


def test_a_desk_that_is_coming_up_is_waited_for(kept: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    with coming_up(kept):
        assert main(["positions", "--json"]) == 0
    assert capsys.readouterr().err == ""


async def test_what_only_a_running_desk_can_do_is_refused(kept: Paths) -> None:
    async with open_books(Settings(), kept) as found:
        desk = DeskClient(found.app)
        asked = PlaceOrder(
            intent_id="intent-0001", symbol="BTCUSDT", side=Side.BUY, type=OrderType.LIMIT, quantity=D(1), price=D(1)
        )
        for question in (desk.place(asked), desk.order("BTCUSDT", "none"), desk.trades("BTCUSDT")):
            with pytest.raises(TraderError):
                await question
        assert await desk.journal(order(1).id) is not None
        assert (await desk.open_orders())[0].unknown_until is not None
        await desk.close()
