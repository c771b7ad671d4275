"""What the words of the test lines refer to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tui_trader.grammar.context import Context, Pair

ORDER = "01J000000000000000000000A1"
POSITION = "3f0c5e0e-9d5e-4d2f-8b8f-3a1100000001"


@pytest.fixture(scope="session")
def context() -> Context:
    return Context(
        symbols={
            "BTCUSDC": Pair("BTC", "USDC"),
            "BTCUSDT": Pair("BTC", "USDT"),
            "ETHUSDT": Pair("ETH", "USDT"),
            "1INCHUSDT": Pair("1INCH", "USDT"),
            "ALLUSDT": Pair("ALL", "USDT"),
            "SOLEUR": Pair("SOL", "EUR"),
        },
        focus="BTCUSDT",
        rows=(ORDER, "ETHUSDT", POSITION, "01J000000000000000000000B2"),
        row_symbols={POSITION: "ETHUSDT", ORDER: "BTCUSDT"},
        prices={"BTCUSDT": Decimal(60000)},
        free={"USDT": Decimal(1000), "BTC": Decimal(1)},
    )
