import statistics
from decimal import Decimal
from itertools import pairwise

from tui_trader.domain.market import Candle, Interval
from tui_trader.rules.risk.volatility import daily_volatility

D = Decimal


def day(close: str, *, closed: bool = True) -> Candle:
    price = D(close)
    return Candle("BTCUSDT", Interval.D1, 0, price, price, price, price, D(1), price, closed)


def test_it_is_the_sample_deviation_of_daily_returns_in_percent() -> None:
    closes = [100, 103, 101, 107, 104, 104, 110, 108]
    returns = [after / before - 1 for before, after in pairwise(closes)]
    found = daily_volatility([day(str(each)) for each in closes])
    assert found is not None
    assert abs(float(found) - statistics.stdev(returns) * 100) < 1e-7


def test_fourteen_closed_candles_count_and_seven_are_needed() -> None:
    wild = [day("1"), day("900"), day("3")]
    calm = [day("100")] * 14
    assert daily_volatility([*wild, *calm]) == 0
    assert daily_volatility([*calm, day("500", closed=False)]) == 0
    assert daily_volatility([day("100")] * 7) == 0
    assert daily_volatility([day("100")] * 6) is None
    assert daily_volatility([]) is None


def test_a_close_that_is_no_price_makes_it_no_number() -> None:
    for odd in ("NaN", "0", "-1", "Infinity"):
        found = daily_volatility([day("100")] * 9 + [day(odd)])
        assert found is not None
        assert found.is_nan()
