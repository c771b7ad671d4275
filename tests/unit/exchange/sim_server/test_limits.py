import pytest

from tests.unit.exchange.sim_server.desk import Counter
from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.sim.server.listen_keys import ListenKeys
from tui_trader.exchange.sim.server.rates import Window
from tui_trader.exchange.wire.limits import Rate


def test_the_thirteenth_order_call_of_a_second_is_refused_with_429() -> None:
    counter = Counter()
    replies = [counter.buy(f"c{number}") for number in range(13)]
    assert [reply.status for reply in replies] == [200] * 12 + [429]
    assert replies[-1].data == {"code": 429, "msg": "Too Many Requests"}
    assert replies[-1].retry_after == 1
    assert len(counter.venue.orders) == 12
    counter.clock.jump(1.0)
    assert counter.buy("later").status == 200


def test_cancels_and_batches_count_on_the_same_limit() -> None:
    counter = Counter()
    for number in range(11):
        counter.buy(f"c{number}")
    assert counter.signed("DELETE", "/api/v3/order", symbol="BTCUSDT", origClientOrderId="c1").status == 200
    assert counter.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT").status == 429


def test_weights_of_one_address_add_up_to_300_in_ten_seconds() -> None:
    counter = Counter()
    statuses = [counter.ask("GET", "/api/v3/ticker/24hr").status for _ in range(13)]
    assert statuses == [200] * 12 + [429]
    counter.clock.jump(9.9)
    assert counter.ask("GET", "/api/v3/ping").status == 429
    counter.clock.jump(0.2)
    assert counter.ask("GET", "/api/v3/ping").status == 200


def test_the_account_call_is_limited_to_two_a_second() -> None:
    counter = Counter()
    statuses = [counter.signed("GET", "/api/v3/account").status for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_limits_can_be_left_out() -> None:
    counter = Counter(limits=False)
    assert {counter.buy(f"c{number}").status for number in range(40)} == {200}


def test_a_window_says_how_long_to_wait() -> None:
    window = Window(Rate(10, 5.0))
    window.spend(6, 0.0)
    window.spend(4, 1.0)
    assert window.wait(1, 2.0) == 3.0
    assert window.wait(7, 2.0) == 4.0
    assert window.wait(1, 5.0) == 0.0
    assert window.wait(11, 100.0) == 5.0


def test_a_listen_key_lives_for_sixty_minutes_from_its_last_renewal() -> None:
    counter = Counter()
    key = counter.signed("POST", "/api/v3/userDataStream").data["listenKey"]
    assert len(key) >= 64
    counter.clock.jump(3000)
    assert counter.signed("PUT", "/api/v3/userDataStream", listenKey=key).data == {"listenKey": key}
    counter.clock.jump(3000)
    assert counter.signed("GET", "/api/v3/userDataStream").data == {"listenKey": [key]}
    counter.clock.jump(601)
    assert counter.signed("GET", "/api/v3/userDataStream").data == {"listenKey": []}
    assert counter.signed("PUT", "/api/v3/userDataStream", listenKey=key).data["code"] == 700004


def test_a_closed_or_unnamed_listen_key_is_refused() -> None:
    counter = Counter()
    key = counter.signed("POST", "/api/v3/userDataStream").data["listenKey"]
    assert counter.signed("DELETE", "/api/v3/userDataStream", listenKey=key).data == {"listenKey": key}
    assert counter.house.listen_keys.account_of(key) is None
    assert counter.signed("DELETE", "/api/v3/userDataStream").data["code"] == 700004


def test_an_account_has_at_most_sixty_keys_and_a_key_at_most_five_sockets() -> None:
    keys = ListenKeys(lambda: 0.0)
    made = [keys.create("paper") for _ in range(60)]
    with pytest.raises(Refusal):
        keys.create("paper")
    assert keys.create("other")
    assert [keys.attach(made[0]) for _ in range(6)] == ["paper"] * 5 + [None]
    keys.detach(made[0])
    assert keys.attach(made[0]) == "paper"
    keys.detach("gone")
