"""The ledger per asset: whatever the order, the repetition and the cut of what happened, the same exact totals."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twins.exchange import instrument
from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.ledger import LedgerAccount, LedgerEntry
from tui_trader.domain.money import EXACT
from tui_trader.domain.order import Side
from tui_trader.rules.asset_ledger import AssetLedger, ledger_of, moves_of

D = Decimal
PAIRS = {"BTCUSDT": ("BTC", "USDT"), "ETHUSDT": ("ETH", "USDT"), "ETHBTC": ("ETH", "BTC"), "MXUSDT": ("MX", "USDT")}
SINCE = 1000
amounts = st.decimals(D("0.00000001"), D(10) ** 12, places=8)
signed = st.decimals(-(D(10) ** 12), D(10) ** 12, places=18)


def find(symbol: str) -> Instrument | None:
    """Know all pairs but one, which is read from its name."""
    base, quote = PAIRS[symbol]
    return None if symbol == "MXUSDT" else instrument(symbol, base=base, quote=quote)


@st.composite
def executions(draw: st.DrawFn) -> Fill:
    """Draw an execution, its fee in any asset, some of them from before the ledger."""
    symbol = draw(st.sampled_from(list(PAIRS)))
    price, quantity = draw(amounts), draw(amounts)
    fee_asset = draw(st.sampled_from([*PAIRS[symbol], "MX", ""]))
    return Fill(
        venue_order_id=draw(st.sampled_from("abc")),
        trade_id=draw(st.text("0123456789", min_size=1, max_size=4)),
        symbol=symbol,
        side=draw(st.sampled_from(Side)),
        price=price,
        quantity=quantity,
        quote=EXACT.multiply(price, quantity),
        fee=draw(amounts) if fee_asset else D(0),
        fee_asset=fee_asset,
        maker=draw(st.booleans()),
        at=draw(st.integers(0, 3000)),
    )


entries = st.builds(
    LedgerEntry,
    ref=st.text("0123456789", min_size=1, max_size=3),
    asset=st.sampled_from(["USDT", "BTC", "MX", "NEW"]),
    account=st.sampled_from([LedgerAccount.OPENING, LedgerAccount.EXTERNAL, LedgerAccount.ADJUSTMENT]),
    delta=signed,
    at=st.just(SINCE),
)
histories = st.lists(executions(), max_size=25, unique_by=lambda each: each.key)
moves = st.lists(entries, max_size=10, unique_by=lambda each: each.ref)


def by_hand(fills: list[Fill], given: list[LedgerEntry]) -> dict[str, Fraction]:
    """Add everything up in fractions, without an account in sight: the oracle."""
    held: dict[str, Fraction] = {}

    def move(asset: str, amount: Fraction) -> None:
        held[asset] = held.get(asset, Fraction(0)) + amount

    for fill in fills:
        if fill.at < SINCE:
            continue
        base, quote = PAIRS[fill.symbol]
        way = 1 if fill.side is Side.BUY else -1
        move(base, way * Fraction(fill.quantity))
        move(quote, -way * Fraction(fill.quote))
        if fill.fee:
            move(fill.fee_asset, -Fraction(fill.fee))
    for entry in given:
        move(entry.asset, Fraction(entry.delta))
    return held


def totals(ledger: AssetLedger) -> dict[str, tuple[Decimal, ...]]:
    """List every account of every asset."""
    return {
        asset: (ledger.holding(asset), *(ledger.given(asset, each) for each in LedgerAccount))
        for asset in ledger.assets()
    }


@settings(max_examples=150, deadline=None)
@given(histories, moves)
def test_holdings_are_what_adding_up_by_hand_gives(fills: list[Fill], given_: list[LedgerEntry]) -> None:
    ledger = ledger_of(fills, given_, find, SINCE)
    assert {asset: Fraction(ledger.holding(asset)) for asset in ledger.assets()} == by_hand(fills, given_)


@settings(max_examples=150, deadline=None)
@given(histories, moves)
def test_all_accounts_of_an_asset_add_up_to_nothing(fills: list[Fill], given_: list[LedgerEntry]) -> None:
    ledger = ledger_of(fills, given_, find, SINCE)
    for asset in ledger.assets():
        assert ledger.imbalance(asset) == 0
        contra = [each for each in LedgerAccount if each is not LedgerAccount.HOLDING]
        assert sum((Fraction(ledger.given(asset, each)) for each in contra), Fraction(0)) == ledger.holding(asset)


@settings(max_examples=100, deadline=None)
@given(histories, moves, st.integers(0, 10**6))
def test_order_and_repetition_change_nothing(fills: list[Fill], given_: list[LedgerEntry], seed: int) -> None:
    chance = random.Random(seed)
    again, twice = [*fills, *chance.choices(fills, k=5)] if fills else [], [*given_, *given_]
    chance.shuffle(again)
    chance.shuffle(twice)
    assert totals(ledger_of(again, twice, find, SINCE)) == totals(ledger_of(fills, given_, find, SINCE))


@settings(max_examples=100, deadline=None)
@given(histories, st.integers(1, 10**6))
def test_an_execution_in_parts_moves_what_it_moves_whole(fills: list[Fill], seed: int) -> None:
    chance, parts = random.Random(seed), []
    for fill in fills:
        first = [EXACT.multiply(each, D(chance.randint(1, 99)) / 100) for each in (fill.quantity, fill.quote, fill.fee)]
        rest = [EXACT.subtract(*pair) for pair in zip((fill.quantity, fill.quote, fill.fee), first, strict=True)]
        for name, (quantity, quote, fee) in (("a", first), ("b", rest)):
            parts.append(replace(fill, trade_id=fill.trade_id + name, quantity=quantity, quote=quote, fee=fee))
    assert totals(ledger_of(parts, [], find, SINCE)) == totals(ledger_of(fills, [], find, SINCE))


@settings(max_examples=100, deadline=None)
@given(histories, executions())
def test_what_is_taken_back_was_never_there(fills: list[Fill], stand_in: Fill) -> None:
    ledger = ledger_of(fills, [], find, SINCE)
    before = totals(ledger)
    posted = moves_of(stand_in, *PAIRS[stand_in.symbol])
    ledger.post(posted)
    ledger.post(posted, -1)
    after = totals(ledger)
    assert {asset: after[asset] for asset in before} == before
    assert all(not any(after[asset]) for asset in after.keys() - before.keys())
