"""pymexc 1.3.0. Its clients leave threads behind, so each runs in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import REQUIRE
from tests.simulator import Simulator

pytestmark = pytest.mark.clients
SCRIPTS = Path(__file__).with_name("scripts")


def run(script: str, simulator: Simulator) -> dict[str, Any]:
    if importlib.util.find_spec("pymexc") is None:
        word = "pymexc is not installed; install the 'clients' extra"
        pytest.fail(word, pytrace=False) if os.environ.get(REQUIRE) == "1" else pytest.skip(word)
    ended = subprocess.run(
        [sys.executable, str(SCRIPTS / script)],
        input=json.dumps(simulator.ready) + "\n",
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout.splitlines()[-1]))


def test_rest_from_markets_to_cancel_all(simulator: Simulator) -> None:
    seen = run("pymexc_rest.py", simulator)
    assert seen["symbols"] == seen["default_symbols"] == seen["self_symbols"] == ["BTCUSDT", "ETHUSDT", "MXUSDT"]
    assert float(seen["book"]["bids"][0][0]) < float(seen["book"]["asks"][0][0])
    assert (seen["trades"], len(seen["klines"]), len(seen["klines"][0])) == (10, 3, 8)
    assert float(seen["balances"]["USDT"]) > 0
    assert set(seen["fee"]) == {"makerCommission", "takerCommission"}
    assert seen["uid"].isdigit()
    assert seen["kyc"] == "1"
    assert set(seen["coins"]) == {"BTC", "ETH", "MX", "USDT"}
    assert seen["test"] == {}
    assert (seen["limit"]["status"], seen["limit"]["clientOrderId"]) == ("NEW", "pyLimit")
    assert seen["by_client_id"]
    assert seen["open"]
    assert (seen["canceled"], seen["after"]) == ("NEW", "CANCELED")
    assert (seen["LIMIT_MAKER"], seen["IMMEDIATE_OR_CANCEL"]) == ("NEW", "FILLED")
    assert (seen["FILL_OR_KILL"], seen["MARKET"]) == ("FILLED", "FILLED")
    assert seen["own_trades"] >= 3
    assert seen["cancel_all"] == ["LIMIT_MAKER"]
    assert "-2011" in seen["refused"]
    assert seen["listed"]
    assert seen["renewed"]
    assert seen["closed"]


def test_threaded_streams_public_and_private(simulator: Simulator) -> None:
    seen = run("pymexc_streams.py", simulator)
    assert seen["deals"]["eventType"] == "spot@public.aggre.deals.v3.api.pb@100ms"
    assert int(seen["depth"]["fromVersion"]) <= int(seen["depth"]["toVersion"])
    assert int(seen["limit_depth"]["version"]) > 0
    assert seen["kline"]["interval"] == "Min1"
    assert float(seen["book"]["bidPrice"]) < float(seen["book"]["askPrice"])
    assert "bidPrice" in seen["batch"]["items"]
    assert seen["mini"]["symbol"] == "BTCUSDT"
    assert "ETHUSDT" in seen["minis"]["items"]
    assert seen["order"]["status"] in {"1", "2"}
    assert seen["deal"]["quantity"] == "0.001"
    assert seen["account"]["vcoinName"] in {"USDT", "BTC"}


def test_asyncio_rest_and_streams(simulator: Simulator) -> None:
    seen = run("pymexc_async.py", simulator)
    assert set(seen) == {"deals", "depth", "order", "account"}
    assert seen["order"]["status"] == "1"
    assert seen["order"]["clientId"].startswith("async")
    assert seen["account"]["type"] in {"ENTRUST_PLACE", "ENTRUST_CANCEL"}
