"""The simulator as people start it: a process with a line on stdout, signals and a state folder."""

import json
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests import simulator as sim
from tests.simulator import Simulator
from tui_trader.exchange.wire import signature

pytestmark = pytest.mark.process
FEW = ("--symbols", "BTCUSDT", "--seed", "3")


def signed(simulator: Simulator, method: str, path: str, **params: str) -> Any:
    query = signature.signed_query(simulator.secret, {**params, "timestamp": str(time.time_ns() // 1_000_000)})
    headers = {"X-MEXC-APIKEY": simulator.key, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{simulator.rest_url}{path}?{query}", method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def refused(*flags: str) -> str:
    command = [sys.executable, "-m", "tui_trader.exchange.sim", *flags]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def resting(simulator: Simulator) -> str:
    with urllib.request.urlopen(f"{simulator.rest_url}/api/v3/ticker/price?symbol=BTCUSDT", timeout=10) as answer:
        return str(round(float(json.load(answer)["price"]) * 0.97, 1))


def place(simulator: Simulator, client_id: str) -> Any:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01", "price": resting(simulator)}
    return signed(simulator, "POST", "/api/v3/order", newClientOrderId=client_id, **order)


def test_it_prints_one_line_and_stops_within_two_seconds_of_sigterm() -> None:
    with sim.running(*FEW) as simulator:
        assert set(simulator.ready) == {"rest_url", "ws_url", "key", "secret"}
        assert simulator.rest_url.startswith("http://127.0.0.1:")
        connection = socket.create_connection(("127.0.0.1", simulator.port))
        began = time.monotonic()
        assert simulator.stop() == 0
        assert time.monotonic() - began < 2
        connection.close()
        assert simulator.process.stdout is not None
        assert simulator.process.stdout.read() == ""


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_orders_balances_and_key_survive_a_restart_and_a_kill(tmp_path: Path, end: str) -> None:
    state = ("--state", str(tmp_path / "sim"))
    with sim.running(*FEW, *state) as first:
        order = place(first, "kept1")
        balances = signed(first, "GET", "/api/v3/account")["balances"]
        getattr(first, end)()
    with sim.running(*state, "--control") as second:
        assert (second.key, second.secret) == (first.key, first.secret)
        found = signed(second, "GET", "/api/v3/order", symbol="BTCUSDT", origClientOrderId="kept1")
        assert (found["orderId"], found["status"]) == (order["orderId"], "NEW")
        assert signed(second, "GET", "/api/v3/account")["balances"] == balances
        assert [row["clientOrderId"] for row in second.control("GET", "/orders")] == ["kept1"]


def test_files_of_the_state_folder_are_private(tmp_path: Path) -> None:
    with sim.running(*FEW, "--state", str(tmp_path / "sim")) as simulator:
        place(simulator, "a1")
        assert stat.S_IMODE((tmp_path / "sim").stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "sim").iterdir()} == {0o600}


def test_a_second_simulator_on_a_folder_is_refused(tmp_path: Path) -> None:
    with sim.running(*FEW, "--state", str(tmp_path / "sim")) as first:
        assert f"pid {first.process.pid}" in refused("--state", str(tmp_path / "sim"))


def test_a_taken_port_a_missing_replay_and_an_unknown_pair_are_one_sentence_each(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "port" in refused("--port", str(taken.getsockname()[1]))
    assert "nothing.csv" in refused("--replay", f"BTCUSDT={tmp_path / 'nothing.csv'}")
    assert "NOPEUSDT" in refused("--symbols", "NOPEUSDT")
    assert "--symbols" in refused("--symbols", "a/b")


def test_it_leaves_after_the_linger_time_without_contact() -> None:
    with sim.running(*FEW, "--linger", "0.5") as simulator:
        assert simulator.process.wait(10) == 0


def test_a_given_credentials_file_is_used(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"key":"mykey","secret":"mysecret"}')
    file.chmod(0o600)
    with sim.running(*FEW, "--credentials", str(file)) as simulator:
        assert (simulator.key, simulator.secret) == ("mykey", "mysecret")
        assert signed(simulator, "GET", "/api/v3/uid")["uid"].isdigit()
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{simulator.rest_url}/control/orders", timeout=10)
        caught.value.close()
        assert caught.value.code == 404
