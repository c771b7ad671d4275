from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.clock import settle
from tests.twins.exchange import CUT, Trouble, instrument
from tests.unit.services.desk_rig import DeskRig, desk, richer
from tests.unit.store.samples import position
from tui_trader.domain.assessment import RiskType
from tui_trader.domain.position import PositionSide
from tui_trader.domain.risk import RiskProfile
from tui_trader.services.risk_portfolio import PortfolioFigures, loss_percent

D = Decimal
COSTED = position(1, entry_price=D(100), current_price=D(80))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, D(20)),
        ({"current_price": D(120)}, D(0)),
        ({"current_price": D(100)}, D(0)),
        ({"side": PositionSide.SHORT}, D(0)),
        ({"side": PositionSide.SHORT, "current_price": D(130)}, D(30)),
        ({"current_price": None}, None),
        ({"entry_price": None}, None),
        ({"entry_price": D(0)}, None),
    ],
)
def test_how_far_a_position_stands_below_its_cost(changes: dict[str, Any], expected: Decimal | None) -> None:
    assert loss_percent(replace(COSTED, **changes)) == expected


def portfolio(rig: DeskRig) -> PortfolioFigures:
    """Look at a desk's account as its own assessments do."""
    return PortfolioFigures(rig.desk.path._given.figures, doubt_budget=3)  # type: ignore[arg-type] # the desk's own


async def test_coins_that_could_not_be_sold_and_cash_are_no_risk() -> None:
    rig = DeskRig()
    richer(rig.exchange, USDT="1000", USDC="50", BTC="2", MX="0.00001", ODD="7")
    await rig.start()
    try:
        found = portfolio(rig).now()
        assert [(each.asset, each.symbol) for each in found.coins] == [("BTC", "BTCUSDT")]
        coin = found.coins[0]
        assert (coin.value, coin.volume, coin.change, coin.volatility) == (D("200.1"), D(100_000), D(25), D(0))
        assert found.unpriced == ("ODD", "USDC")
        assert found.exposure == found.coins[0].value + D("0.0010005")
        assert "BTCUSDT" in portfolio(rig).pairs()
        assert RiskType.DATA in [each.type for each in portfolio(rig).findings(RiskProfile())]
    finally:
        await rig.stop()


async def test_what_has_a_market_and_no_price_leaves_the_worth_unknown() -> None:
    rig = DeskRig()
    richer(rig.exchange, USDT="1000", NEW="5")
    rig.exchange.pairs["NEWUSDT"] = replace(instrument("NEWUSDT"), base="NEW")
    await rig.start()
    try:
        found = portfolio(rig).now()
        assert (found.equity, found.peak, found.exposure, found.coins, found.unpriced) == (None, None, None, (), ())
        (only,) = portfolio(rig).findings(RiskProfile())
        assert only.type is RiskType.DATA
    finally:
        await rig.stop()


async def test_entries_under_way_and_orders_in_doubt_count() -> None:
    async with desk() as rig:
        before = portfolio(rig).now()
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(CUT, reaches=True))
        outcome = await rig.run("buy btc 2 @99")
        await settle()
        placement = outcome.steps[0].placement
        assert placement is not None
        found = portfolio(rig).now()
        assert found.doubtful == ((placement.order.id, "BTCUSDT"),)
        assert before.exposure is not None
        assert found.exposure is not None
        assert found.exposure - before.exposure >= D(198)
