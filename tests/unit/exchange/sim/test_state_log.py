import os
from decimal import Decimal

import pytest

from tui_trader.errors import LockHeld, SettingsError, UsageError
from tui_trader.exchange.sim.config import ReplaySource, VenueConfig
from tui_trader.exchange.sim.model import OrderRequest
from tui_trader.exchange.sim.state_log import FILE_NAME
from tui_trader.exchange.sim.venue import open_venue
from tui_trader.exchange.wire.vocabulary import OrderStatus

NOW = 1_763_850_000_123
DAY = 86_400_000


def start(folder, now=NOW, **settings):
    return open_venue(VenueConfig(**{"state_dir": folder, "symbols": ("SOLUSDT",), **settings}), now)


def kill(venue):
    """Leave as a ``kill -9`` does: nothing is committed or closed in order, only the kernel lets go of the lock."""
    venue._log.lock.release()


def buy(venue, price="20", now=NOW, **terms):
    return venue.place("paper", OrderRequest("SOLUSDT", "BUY", "LIMIT", price=price, quantity="1", **terms), now)


def test_what_was_committed_survives_a_kill(tmp_path):
    folder = tmp_path / "state"
    venue = start(folder)
    resting = buy(venue, client_order_id="a1")
    venue.place("paper", OrderRequest("SOLUSDT", "BUY", "MARKET", quote_order_qty="500"), NOW)
    venue.commit()
    before = (
        venue.balances("paper"),
        venue.all_orders("paper", "SOLUSDT", NOW),
        venue.my_trades("paper", "SOLUSDT", NOW),
    )
    kill(venue)
    again = start(folder, NOW + 1000)
    assert (
        again.balances("paper"),
        again.all_orders("paper", "SOLUSDT", NOW),
        again.my_trades("paper", "SOLUSDT", NOW),
    ) == before
    assert again.order("paper", "SOLUSDT", client_order_id="a1") == resting
    cancelled = again.cancel("paper", "SOLUSDT", NOW + 1000, order_id=resting.order_id)
    assert cancelled.status is OrderStatus.NEW
    assert buy(again, now=NOW).order_id not in {order.order_id for order in before[1]}
    again.close()


def test_what_was_not_committed_was_never_answered_and_is_gone_whole(tmp_path):
    venue = start(tmp_path / "state")
    buy(venue)
    kill(venue)
    again = start(tmp_path / "state")
    assert again.open_orders("paper") == []
    assert all(balance.locked == 0 for balance in again.balances("paper"))
    again.close()


def test_a_torn_last_line_is_dropped(tmp_path):
    folder = tmp_path / "state"
    venue = start(folder)
    buy(venue)
    venue.commit()
    buy(venue)
    venue.commit()
    venue.close()
    file = folder / FILE_NAME
    file.write_bytes(file.read_bytes()[:-7])
    again = start(folder)
    assert len(again.open_orders("paper")) == 1
    again.close()


def test_damage_elsewhere_is_one_sentence(tmp_path):
    folder = tmp_path / "state"
    start(folder).close()
    file = folder / FILE_NAME
    file.write_bytes(b"{broken\n" + file.read_bytes())
    with pytest.raises(SettingsError, match="damaged in line 1; move the file away"):
        start(folder)
    file.unlink()
    start(folder).close()


def test_files_are_private_and_one_venue_owns_them(tmp_path):
    folder = tmp_path / "state"
    venue = start(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in folder.iterdir())
    with pytest.raises(LockHeld):
        start(folder)
    venue.close()
    start(folder).close()


def test_seed_and_pairs_are_remembered(tmp_path):
    folder = tmp_path / "state"
    start(folder, seed=42, symbols=("SOLUSDT", "ETHUSDT")).close()
    again = start(folder, seed=None, symbols=())
    assert again.seed == 42
    assert [rules.symbol for rules in again.symbols()] == ["SOLUSDT", "ETHUSDT"]
    again.close()
    other = start(folder, seed=7)
    assert other.seed == 7
    other.close()


def test_orders_that_rested_while_the_venue_was_down_are_judged_at_start(tmp_path):
    folder = tmp_path / "state"
    venue = start(folder)
    near = buy(venue, str(venue.best("SOLUSDT").bid - Decimal("0.5")))
    far = buy(venue)
    venue.commit()
    kill(venue)
    later = NOW + 20 * DAY
    again = start(folder, later)
    assert again.order("paper", "SOLUSDT", order_id=near.order_id).status is OrderStatus.FILLED
    assert again.order("paper", "SOLUSDT", order_id=far.order_id).status is OrderStatus.NEW
    kill(again)
    third = start(folder, later)
    assert len(third.my_trades("paper", "SOLUSDT", later)) == 1
    third.close()


def test_the_time_last_lived_is_noted_while_orders_rest(tmp_path):
    folder = tmp_path / "state"
    venue = start(folder)
    venue.commit()
    size = (folder / FILE_NAME).stat().st_size
    venue.advance(NOW + 10_000)
    venue.commit()
    assert (folder / FILE_NAME).stat().st_size == size
    buy(venue, now=NOW + 10_000)
    venue.commit()
    size = (folder / FILE_NAME).stat().st_size
    venue.advance(NOW + 11_000)
    venue.commit()
    assert (folder / FILE_NAME).stat().st_size == size
    venue.advance(NOW + 16_000)
    venue.commit()
    assert (folder / FILE_NAME).stat().st_size > size
    venue.close()


def test_an_order_on_a_pair_that_is_gone_is_cancelled_and_its_funds_freed(tmp_path):
    folder = tmp_path / "state"
    venue = start(folder)
    buy(venue)
    venue.close()
    again = start(folder, symbols=("ETHUSDT",))
    assert again.open_orders("paper") == []
    assert all(balance.locked == 0 for balance in again.balances("paper"))
    again.close()


def test_an_order_on_a_replayed_pair_rests_again(tmp_path):
    recording = tmp_path / "data.csv"
    recording.write_text("time_ms,price,quantity\n1000,100,5\n2000,101,5\n")
    sources = (ReplaySource("ABCUSDT", recording, Decimal(1)),)
    venue = start(tmp_path / "state", symbols=(), replays=sources)
    order = venue.place("paper", OrderRequest("ABCUSDT", "BUY", "LIMIT", price="90", quantity="1"), NOW)
    venue.close()
    again = start(tmp_path / "state", symbols=(), replays=sources)
    assert [o.order_id for o in again.open_orders("paper")] == [order.order_id]
    again.close()


def test_a_start_compacts_the_log_and_forgets_what_no_query_reaches(tmp_path):
    folder = tmp_path / "state"
    venue = start(folder, fsync=True)
    for _ in range(20):
        order = buy(venue)
        venue.commit()
        venue.cancel("paper", "SOLUSDT", NOW, order_id=order.order_id)
        venue.commit()
    kept = buy(venue)
    venue.close()
    long_after = start(folder, NOW + 40 * DAY)
    buy(long_after, now=NOW + 40 * DAY)
    long_after.close()
    again = start(folder, NOW + 40 * DAY)
    assert len((folder / FILE_NAME).read_bytes().splitlines()) <= 2
    assert kept.order_id in {o.order_id for o in again.open_orders("paper")}
    assert again._log.state.orders.keys() == {21, 22}
    again.close()


def test_an_unknown_pair_is_one_sentence_and_frees_the_folder(tmp_path):
    with pytest.raises(SettingsError, match="no pair 'NOPE'; choose from BTCUSDT"):
        start(tmp_path / "state", symbols=("NOPE",))
    start(tmp_path / "state").close()


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path):
    venue = start(tmp_path / "state")
    descriptor, reader = venue._log._descriptor, os.open(tmp_path / "state" / FILE_NAME, os.O_RDONLY)
    venue._log._descriptor = reader
    buy(venue)
    with pytest.raises(UsageError, match=r"Cannot write .*venue\.log: "):
        venue.commit()
    venue._log._descriptor = descriptor
    venue.commit()
    os.close(reader)
    venue.close()
    again = start(tmp_path / "state")
    assert len(again.open_orders("paper")) == 1
    again.close()
