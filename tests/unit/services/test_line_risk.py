"""Typed lines sized by risk: exact before anything is sent, and nothing is placed at the price they count to.

The desk has 10,000 USDT and a bitcoin at 100.05 in the middle; fees are 0.05 % each way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.profiles import WIDE
from tests.unit.services.desk_rig import DeskRig
from tui_trader.domain.order import OrderType, Side
from tui_trader.errors import GrammarError

D = Decimal
UNARMED = "Only the size comes from it; no stop is placed."


@pytest.fixture
async def rig() -> AsyncIterator[DeskRig]:
    made = DeskRig()
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize(
    ("line", "exact", "words"),
    [
        # 0.5 % of 10,100.05 is 50.50025, over 5 and 0.05 % of 195
        ("buy btc risk 0.5% @100 to 95", "buy BTCUSDT 9.906866 @100", "0.5 % of 10100.05 USDT is 50.50025 USDT."),
        ("buy btc risk 0.5% @100 to -5%", "buy BTCUSDT 9.906866 @100", "At 95 it loses 50.50024944 USDT"),
        ("buy btc risk $5.0975 @100 to 95 post", "buy BTCUSDT 1 @100 post", "5.0975 USDT are risked. At 95 it"),
        # 1 % of the account is the profile's share; 101.0005 over 5.0975
        ("buy btc risk @100 to 95 tag:a", "buy BTCUSDT 19.813732 @100 tag:a", "1 % of 10100.05 USDT is 101.0005 USDT"),
        # at the market it takes at 100.1; 5 % below that is 95.095, and the tick below it 95.09
        ("buy btc risk $5.107595 mkt to -5%", "buy BTCUSDT 1 mkt", "At 95.09 it loses 5.107595 USDT"),
        # 3.97 % above 101 is 105.0097, and the tick above it 105.01; a coin loses 4.01 and 0.05 % of 206.01
        ("sell btc risk $2.0565025 @101 to +3.97%", "sell BTCUSDT 0.5 @101", "At 105.01 it loses 2.0565025 USDT"),
        ("sell btc risk 1% @101 to 105", "sell BTCUSDT 1 @101", "No more is free."),
    ],
)  # fmt: skip
async def test_a_size_by_risk_is_exact_before_anything_is_sent(rig: DeskRig, line: str, exact: str, words: str) -> None:
    shown = await rig.preview(line)
    (step,) = shown.steps
    assert (shown.ok, shown.line, step.line) == (True, exact, exact), step
    assert step.preview is not None
    assert words in step.preview.sizing
    assert step.preview.sizing.endswith(UNARMED)
    assert step.sentence.endswith(". No stop is placed.")
    assert rig.exchange.sent == []
    assert (await rig.run(shown.line)).ok
    (sent,) = rig.exchange.sent
    assert sent.quantity == step.preview.quantity


async def test_the_line_itself_may_be_run_and_only_the_order_is_placed(rig: DeskRig) -> None:
    outcome = await rig.run("buy btc risk 0.5% @100 to 95")
    assert outcome.ok
    assert outcome.steps[0].sentence == (
        "Buy 9.906866 BTC on BTCUSDT at 100 USDT, limit; cost 990.6866 USDT, fee 0 USDT. No stop is placed."
    )
    (sent,) = rig.exchange.sent
    assert (sent.side, sent.type, sent.quantity, sent.price) == (Side.BUY, OrderType.LIMIT, D("9.906866"), D(100))
    assert [order.price for order in rig.services.orders.working()] == [D(100)]


async def test_bare_risk_is_the_share_of_the_profile_that_holds_now(rig: DeskRig) -> None:
    rig.desk.path.gate.profile = replace(WIDE, risk_per_trade_percent=D("0.25"))
    (step,) = (await rig.preview("buy btc risk @100 to 95")).steps
    assert step.preview is not None
    assert "0.25 % of 10100.05 USDT is 25.250125 USDT" in step.preview.sizing


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("buy btc risk 1% mkt to 100.1", "A buy at 100.1 loses below that price, and 100.1 is not below it."),
        ("buy btc risk 1% @bid to 103", "A buy at 100 loses below that price"),
        ("sell btc risk 1% mkt to 99", "A sale at 100 loses above that price"),
        ("buy btc risk $0.01 @100 to 50", "the least that BTCUSDT takes is 0.01 BTC"),
    ],
)
async def test_a_risk_that_makes_no_size_is_refused_in_words(rig: DeskRig, line: str, words: str) -> None:
    (step,) = (await rig.preview(line)).steps
    assert words in str(step.refused)
    outcome = await rig.run(line)
    assert (outcome.ok, rig.exchange.sent) == (False, [])


async def test_no_word_promises_a_stop(rig: DeskRig) -> None:
    for word in ("sl", "tp"):
        with pytest.raises(GrammarError, match=f"«{word}» is not available"):
            await rig.preview(f"buy btc risk 1% @100 {word} 95")
