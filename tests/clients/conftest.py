"""Other people's MEXC clients, as published, against a simulator process of their own.

Without the ``clients`` extra these tests skip with a word; with ``TUI_TRADER_REQUIRE_CLIENTS=1`` they fail instead.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulator import Simulator, running

REQUIRE = "TUI_TRADER_REQUIRE_CLIENTS"


def peer(name: str) -> Any:
    """Import a client; a missing one skips the test, or fails it where clients are required."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        word = f"{name} cannot be imported ({error}); install the 'clients' extra"
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(word, pytrace=False)
        pytest.skip(word)


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with running("--control", "--no-limits", "--symbols", "BTCUSDT,ETHUSDT,MXUSDT", "--seed", "7") as simulator:
        yield simulator


def point(exchange: Any, simulator: Simulator) -> Any:
    """Point a ccxt exchange at the simulator: addresses only, as its users would for a proxy."""
    for group in ("spot", "contract"):
        for sort, url in exchange.urls["api"][group].items():
            exchange.urls["api"][group][sort] = url.replace("https://api.mexc.com", simulator.rest_url)
    if "ws" in exchange.urls["api"]:
        exchange.urls["api"]["ws"] = {"spot": simulator.ws_url, "swap": simulator.ws_url}
    return exchange


def settings(simulator: Simulator) -> dict[str, Any]:
    """The constructor settings that every ccxt test uses."""
    return {"apiKey": simulator.key, "secret": simulator.secret, "enableRateLimit": False}
