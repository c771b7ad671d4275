import pytest

from tui_trader.exchange.sim.candles import DAY, HOUR, KEPT_MINUTES, MINUTE, Bar, Candles, merge

START = 20_000 * DAY


class Flat:
    """A past in which every minute trades one lot at its own price."""

    def minute(self, index):
        return Bar(7, 9, 5, 7, 1, 7)

    def hour(self, index):
        return merge(self.minute(index) for _ in range(60))

    def day(self, index):
        return merge(self.hour(index) for _ in range(24))


def test_without_a_past_minutes_without_prints_have_no_candle():
    candles = Candles(None, START)
    assert list(candles.rows("1m", None, START + 1, 10)) == []
    for minute in (0, 5):
        candles.now_ms = START + minute * MINUTE
        candles.add(candles.now_ms, 10 + minute, 2)
    rows = list(candles.rows("1m", None, candles.now_ms + 1, 10))
    assert [(at - START, bar.close) for at, bar in rows] == [(0, 10), (5 * MINUTE, 15)]
    assert list(candles.rows("1m", START + 1, candles.now_ms + 1, 10)) == rows[1:]
    assert list(candles.rows("5m", START, candles.now_ms + 1, 1)) == [(START, Bar(10, 10, 10, 10, 2, 20))]


def test_a_print_updates_open_high_low_close_volume_and_value():
    candles = Candles(None, START)
    for ticks in (10, 14, 8, 11):
        candles.add(START, ticks, 3)
    assert candles.bar("1m", START) == Bar(10, 14, 8, 11, 12, 129)


def test_a_minute_opened_flat_starts_at_the_last_price():
    candles = Candles(Flat(), START)
    candles.open_minute(START, 20)
    candles.open_minute(START, 99)
    candles.add(START, 22, 1)
    assert candles.bar("1m", START) == Bar(20, 22, 20, 22, 1, 22)


def test_time_left_out_belongs_to_the_past_and_longer_candles_mix_both():
    candles = Candles(Flat(), START)
    candles.add(START, 50, 1)
    later = START + 30 * HOUR
    candles.skip_to(later, Bar(60, 60, 60, 60, 4, 240))
    assert candles.bar("1m", START) == Flat().minute(0)
    assert candles.bar("60m", START + 5 * HOUR) == Flat().hour(0)
    assert candles.bar("1d", START) == Flat().day(0)
    assert candles.bar("60m", later) == Bar(60, 60, 60, 60, 4, 240)
    today = candles.bar("1d", START + DAY)
    assert (today.open, today.high, today.volume) == (7, 60, 6 * 60 + 4)


def test_old_minutes_are_forgotten_but_their_hours_stay():
    candles = Candles(Flat(), START)
    for minute in range(KEPT_MINUTES + 61):
        candles.now_ms = START + minute * MINUTE
        candles.add(candles.now_ms, 30, 2)
    assert candles.bar("1m", START) == Flat().minute(0)
    assert candles.bar("60m", START) == Bar(30, 30, 30, 30, 120, 3600)


@pytest.mark.parametrize(("start", "end", "minutes"), [(0, DAY, 1440), (90, 3 * HOUR, 179), (0, 90 * MINUTE, 90)])
def test_any_stretch_adds_up_its_whole_minutes(start, end, minutes):
    candles = Candles(Flat(), START + 2 * DAY)
    assert candles.between(START + start, START + end).volume == minutes
