"""Every way to halt a real desk on a real venue, and what is left afterwards: nothing that increases exposure."""

from __future__ import annotations

import asyncio
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest

from tests.process import kill_switch
from tests.process.desk_process import DeskProcess, desk_process, eventually
from tests.process.household import Household, Ran, until
from tests.process.kill_switch import PAIRS, ROOMY, followed, measure, rest
from tests.process.screen import opened
from tests.process.test_live_mode import flags
from tests.process.venue import Venue
from tests.simulator import running
from tui_trader import panic
from tui_trader.contract.commands import LineContext
from tui_trader.domain.halt import Fate

pytestmark = pytest.mark.process
SOME = PAIRS[:2]


def truth(household: Household) -> Venue:
    return Venue.of(household.paths().sim / "ready.json")


def resting(household: Household) -> int:
    """Count what rests at the paper venue, by its own word."""
    return sum(len(truth(household).open_orders(pair)) for pair in PAIRS)


@contextmanager
def with_orders(household: Household) -> Iterator[DeskProcess]:
    """Run a desk with six resting buys."""

    async def prepare() -> None:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            await rest(client, SOME, ("3", "3.3", "3.6"))

    with desk_process(household, **ROOMY) as desk:
        asyncio.run(prepare())
        assert resting(household) == 6
        yield desk


def halted(household: Household) -> bool:
    """Tell whether the desk stands at HALTED with a complete certificate."""
    return bool(household.ask("/status")["gate"] == "HALTED" and household.ask("/risk/halt")["done"])


def run_script(household: Household, script: Path, file: Path | None, *arguments: str) -> Ran:
    """Run the stand-alone script by itself: no packages, no package of ours beside it."""
    chosen = ["--file", str(file)] if file else []
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(script), *chosen, *arguments],
        env=household.env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=90,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def alone(household: Household) -> Path:
    """Copy the script to where nothing else is."""
    return Path(shutil.copy(panic.__file__, household.home / "panic_alone.py"))


def panic_file(household: Household, mode: int = 0o600) -> Path:
    """Write the file with the keys of the simulated exchange."""
    file = household.home / "panic.json"
    file.write_text((household.paths().sim / "ready.json").read_text())
    file.chmod(mode)
    return file


async def test_twenty_orders_on_five_pairs_are_gone_after_a_press(household: Household) -> None:
    with desk_process(household, **ROOMY) as desk:
        found = await measure(desk, 1, everything=False)
        assert (found.orders, found.left, len(found.latched)) == (20, 0, 1)
        async with desk.client() as client:
            certificate = await client.certificate()
            assert (certificate.cancelled, certificate.kept, certificate.unconfirmed) == (20, 0, 0)


async def test_sells_for_cash_stay_and_everything_takes_them(household: Household) -> None:
    with desk_process(household, **ROOMY) as desk:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            await rest(client, SOME, ("3",))
            await client.run_line(token_hex(8), "buy btc $50 mkt", LineContext())

            async def bought() -> bool:
                return bool((await client.positions({"status": "OPEN", "symbol": "BTCUSDT"})).total)

            await eventually(bought, "the coins")
            sold = await client.run_line(token_hex(8), "sell btc 50%pos @ask+3%", LineContext())
            assert sold.ok
            await client.halt(token_hex(8))
            certificate = await followed(client)
            assert sorted(each.fate for each in certificate.orders) == [Fate.GONE, Fate.GONE, Fate.KEPT]
            assert resting(household) == 1
            refused = await client.run_line(token_hex(8), "buy eth $20 @bid-3%", LineContext())
            assert "halted" in (refused.steps[0].refused or "")
            await client.halt(token_hex(8), everything=True)
            certificate = await followed(client)
            assert [each.fate for each in certificate.orders] == [Fate.GONE]
            assert "website" in certificate.sentence
            assert resting(household) == 0


def test_the_command_halts_and_resume_wants_a_reason(household: Household) -> None:
    with with_orders(household):
        ran = household.run("kill", "--reason", "enough")
        assert ran.status == 0, ran
        assert "paper: Trading is halted, on the disk after" in ran.out
        assert "6 cancelled, 0 filled meanwhile, 0 kept, 0 not confirmed." in ran.out
        assert halted(household)
        assert resting(household) == 0
        assert household.ask("/risk/halt")["reason"] == "enough"
        for refused in (household.run("resume"), household.run("resume", " ")):
            assert refused.status == 2
        ran = household.run("resume", "looked at it")
        assert (ran.status, ran.out) == (0, "The gate stands at ACTIVE.\n")
        line = household.ask("/history/journal?kind=resume")[-1]
        assert line["body"]["reason"] == "looked at it"


def test_the_file_halts_while_it_is_there(household: Household) -> None:
    with with_orders(household) as desk:
        file = household.paths().halt
        file.write_text("a watchdog's word\n")
        until(lambda: halted(household), "the desk to halt")
        assert resting(household) == 0
        assert household.ask("/risk/halt")["reason"].endswith("a watchdog's word")
        desk.signal(signal.SIGKILL)
        desk.ended()
        desk.start(**ROOMY)
        until(lambda: household.desk_pid() and household.paths().socket.exists(), "the desk to come back")

        async def still() -> str:
            async with desk.client() as client:
                return (await client.status()).gate

        assert asyncio.run(still()) == "HALTED"
        ran = household.run("resume", "the watchdog was wrong")
        assert ran.status == 0, ran
        assert str(file) in ran.out
        assert not file.exists()
        assert household.ask("/status")["gate"] == "ACTIVE"


def test_a_signal_halts(household: Household) -> None:
    with with_orders(household) as desk:
        desk.signal(signal.SIGUSR1)
        until(lambda: halted(household), "the desk to halt")
        assert resting(household) == 0
        assert household.ask("/risk/halt")["by"] == "signal"


def test_without_a_desk_the_next_start_is_halted(household: Household) -> None:
    ran = household.run("kill")
    assert ran.status == 3
    assert "No desk runs" in ran.err
    assert "tui_trader.panic" in ran.err
    assert stat.S_IMODE(household.paths().halt.stat().st_mode) == 0o600
    assert "warn" in [each["state"] for each in household.told("doctor") if each["name"] == "halt"]

    async def gate() -> str:
        async with desk.client() as client:
            return (await desk.reaches(client, "HALTED")).gate_reason

    with desk_process(household, **ROOMY) as desk:
        assert "HALT is there" in asyncio.run(gate())


def test_a_desk_that_does_not_answer_halts_when_it_wakes_and_the_script_needs_none(household: Household) -> None:
    with with_orders(household) as desk:
        script, file = alone(household), panic_file(household)
        desk.signal(signal.SIGSTOP)
        ran = household.run("kill")
        assert ran.status == 3
        assert "does not answer" in ran.err
        assert resting(household) == 6
        done = run_script(household, script, file)
        assert done.status == 0, done
        assert "6 orders rested: 6 cancelled, 0 filled meanwhile, 0 not confirmed." in done.out
        assert resting(household) == 0
        desk.signal(signal.SIGCONT)
        until(lambda: halted(household), "the desk to halt")


def test_the_script_works_when_the_desk_is_dead_and_as_a_module(household: Household) -> None:
    with with_orders(household) as desk:
        desk.signal(signal.SIGKILL)
        desk.ended()
        file = panic_file(household)
        ran = subprocess.run(
            [sys.executable, "-m", "tui_trader.panic", "--file", str(file)],
            env=household.env,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert (ran.returncode, "6 cancelled" in ran.stdout) == (0, True), ran
        assert resting(household) == 0
        again = run_script(household, alone(household), file)
        assert (again.status, again.out.splitlines()[0][:20]) == (0, "0 orders rested: 0 c")


def test_two_presses_of_a_key_halt_and_the_console_shows_it(household: Household) -> None:
    with with_orders(household):
        console = opened(household)
        console.press("H")
        console.shows("H again within 1 s halts")
        console.press("H")
        console.shows("6 cancelled, 0 filled meanwhile")
        console.shows("HALTED")
        assert resting(household) == 0
        console.press("escape")
        console.hides("6 cancelled, 0 filled")
        console.shows("HALTED")


@pytest.mark.parametrize("fault", ["503", "429", "drop"])
def test_deletes_that_fail_are_repeated_until_nothing_is_left(household: Household, fault: str) -> None:
    rule = {"action": "drop" if fault == "drop" else "answer", "method": "DELETE", "path": "/api/v3/order", "count": 3}
    if fault != "drop":
        rule |= {"status": int(fault), "body": "{}", "retry_after": 1}
    with running("--control") as venue:
        live, account = flags(venue), Venue(venue.rest_url, venue.key, venue.secret)
        household.env |= {"TUI_TRADER_API_KEY": venue.key, "TUI_TRADER_API_SECRET": venue.secret}
        household.run("status", *live)
        with desk_process(household, "live", *live[2:]) as desk:
            asyncio.run(unlocked(desk))
            for depth in ("3", "3.3"):
                household.told("do", f"buy btc $50 @bid-{depth}%", "--yes", *live)
            venue.control("POST", "/faults", rule)
            assert household.run("kill").status == 0
            assert account.open_orders("BTCUSDT") == {}


def test_an_order_that_is_accepted_late_dies(household: Household) -> None:
    with running("--control") as venue:
        live, account = flags(venue), Venue(venue.rest_url, venue.key, venue.secret)
        household.env |= {"TUI_TRADER_API_KEY": venue.key, "TUI_TRADER_API_SECRET": venue.secret}
        with desk_process(household, "live", *live[2:], TUI_TRADER_TIMING="proof") as desk:
            asyncio.run(unlocked(desk))
            late = {"action": "drop", "method": "POST", "path": "/api/v3/order", "accepted": True, "late_ms": 500}
            venue.control("POST", "/faults", late | {"count": 1})
            placed = household.run("do", "buy btc $50 @bid-3%", "--yes", *live)
            assert "unknown" in placed.said
            ran = household.run("kill", "--json")
            assert ran.status == 0, ran
            statuses = [each["status"] for each in venue.control("GET", "/orders")]
            assert statuses in ([], ["CANCELED"])
            assert account.open_orders("BTCUSDT") == {}


async def unlocked(desk: DeskProcess) -> None:
    """Unlock live trading."""
    async with desk.client() as client:
        status = await desk.reaches(client, "CANCEL_ONLY")
        words = status.gate_reason.rpartition("typing: ")[2]
        await client.run_line(token_hex(8), f"unlock {words}", LineContext())
        await desk.reaches(client, "ACTIVE")


def test_the_program_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert kill_switch.main(["--runs", "1", "--all"]) == 0
    assert "runs=1 orders=20 latch_ms p50=" in capsys.readouterr().out
