"""Money comes back from the disk as it went in, digit for digit."""

import asyncio
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.store.samples import fill, order
from tui_trader.clock import SystemClock
from tui_trader.domain.balance import Balance
from tui_trader.domain.money import canonical
from tui_trader.services.ports import Change
from tui_trader.store import SqliteStore
from tui_trader.store.fields import MoneyField, money

decimals = st.decimals(allow_nan=False, allow_infinity=False) | st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 1),
    st.integers(0, 10**38 - 1),
    st.integers(-38, 38),
)
AWKWARD = ["0", "-0", "0.000000000123456789", "1E-38", "1E+30", "123456789012345678901234567890.12345678", "9" * 38]


async def _there_and_back(values: list[Decimal]) -> list[list[Decimal]]:
    balances = [Balance(f"A{number:04d}", value, -value) for number, value in enumerate(values)]
    orders = [
        order(number, price=value, quantity=value, executed=value, fees=(("X", value),))
        for number, value in enumerate(values)
    ]
    with TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "desk.db", SystemClock())
        await store.write(Change(balances=balances, orders=orders))
        await store.close()
        store = await SqliteStore.open(Path(folder) / "desk.db", SystemClock())
        kept = [await store.order(each.id) for each in orders]
        rows = [each.free for each in await store.balances()]
        await store.close()
    names = ("price", "quantity", "executed")
    columns = [[getattr(each, name) for each in kept if each] for name in names]
    return [rows, *columns, [each.fees[0][1] for each in kept if each]]


@settings(max_examples=25, deadline=None)
@given(st.lists(decimals, min_size=1, max_size=30))
def test_a_decimal_is_the_same_after_a_restart(values: list[Decimal]) -> None:
    for found in asyncio.run(_there_and_back(values)):
        assert found == values
        assert [canonical(each) for each in found] == [canonical(each) for each in values]


def test_awkward_decimals_are_the_same_after_a_restart() -> None:
    values = [Decimal(text) for text in AWKWARD]
    for found in asyncio.run(_there_and_back(values)):
        assert [canonical(each) for each in found] == [canonical(each) for each in values]


@given(decimals)
def test_the_column_type_agrees_with_the_rows(value: Decimal) -> None:
    text = MoneyField().db_value(value)
    assert text == money(value)
    assert MoneyField().python_value(text) == value
    assert "E" not in money(value)


@pytest.mark.parametrize("value", [0.1, 1, "1", Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")])
def test_what_is_no_exact_decimal_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not an exact finite decimal"):
        MoneyField().db_value(value)
    assert MoneyField().db_value(None) is None
    assert MoneyField().python_value(None) is None


def test_a_float_price_does_not_reach_the_disk() -> None:
    with pytest.raises(ValueError, match="exact"):
        money(fill(price=0.1).price)
