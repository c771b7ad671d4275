import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocket

from tests.unit.exchange.sim_server.desk import Counter
from tui_trader.exchange.sim.server.session import MAX_QUEUED, Session
from tui_trader.exchange.wire import channels

DEPTH = channels.depth("BTCUSDT").name
DEALS = channels.deals("BTCUSDT").name
ORDERS = str(channels.Kind.OWN_ORDERS)


class Line:
    """One session without a socket; ``cut`` tells whether it was aborted."""

    def __init__(self, account: str | None = None) -> None:
        self.counter = Counter()
        self.cut = False
        scope = {"type": "websocket", "state": {"abort": self._abort}}
        house = self.counter.house
        socket = WebSocket(scope, cast("Any", None), cast("Any", None))
        self.session = Session(socket, house.hub, house.clock.monotonic, account, None)

    def _abort(self) -> None:
        self.cut = True

    def say(self, frame: Any) -> Any:
        answer = self.session.answer(frame if isinstance(frame, str) else json.dumps(frame))
        return None if answer is None else json.loads(answer)

    def subscribe(self, *names: str, **extra: Any) -> Any:
        return self.say({"method": "SUBSCRIPTION", "params": list(names), **extra})


@pytest.fixture
def line() -> Line:
    return Line()


def test_subscriptions_are_acknowledged_joined_with_the_id_echoed(line: Line) -> None:
    assert line.subscribe(DEPTH, DEALS, id=7) == {"id": 7, "code": 0, "msg": f"{DEPTH},{DEALS}"}
    assert line.subscribe(DEPTH) == {"id": 0, "code": 0, "msg": DEPTH}


@pytest.mark.parametrize("method", ["PING", "ping", "Ping"])
def test_a_ping_in_any_case_gets_a_pong(line: Line, method: str) -> None:
    assert line.say({"method": method}) == {"id": 0, "code": 0, "msg": "PONG"}


@pytest.mark.parametrize(
    "name",
    [
        "spot@public.deals.v3.api.pb@BTCUSDT",
        "spot@public.aggre.depth.v3.api.pb@100ms@NOPEUSDT",
        "spot@public.kline.v3.api.pb@BTCUSDT@1m",
        ORDERS,
    ],
)
def test_what_is_not_served_is_refused_with_code_0_and_the_exact_text(line: Line, name: str) -> None:
    assert line.subscribe(name, id=3) == {
        "id": 3,
        "code": 0,
        "msg": f"Not Subscribed successfully! [{name}].  Reason\uff1a Blocked! ",
    }


def test_good_channels_work_beside_bad_ones(line: Line) -> None:
    message = line.subscribe(DEPTH, "bad")["msg"]
    assert message.startswith(f"{DEPTH},Not Subscribed successfully! [bad].")
    assert line.session.watches(lambda name: name == DEPTH)


def test_private_channels_open_on_a_private_socket() -> None:
    assert Line("paper").subscribe(ORDERS)["msg"] == ORDERS


def test_the_thirty_first_subscription_is_refused_and_a_repeat_is_not(line: Line) -> None:
    names = [channels.kline("BTCUSDT", code).name for code in channels.KLINE_CODES]
    names += [channels.mini_ticker("BTCUSDT", zone).name for zone in channels.ZONES[:20]]
    assert line.subscribe(*names)["msg"] == ",".join(names)
    assert line.subscribe(DEPTH)["msg"].startswith("Not Subscribed")
    assert line.subscribe(names[0])["msg"] == names[0]
    assert line.say({"method": "UNSUBSCRIPTION", "params": names[:1]})["msg"] == names[0]
    assert line.subscribe(DEPTH)["msg"] == DEPTH


@pytest.mark.parametrize(
    "frame",
    ["no json", "[]", "7", "{}", '{"method":"SUBSCRIPTION"}', '{"method":"SUBSCRIPTION","params":[1]}', "[" * 9999],
)
def test_a_broken_frame_gets_its_text(line: Line, frame: str) -> None:
    assert line.say(frame)["msg"] == "msg format invalid"


def test_a_bare_null_is_ignored_and_unknown_keys_and_odd_ids_are_tolerated(line: Line) -> None:
    assert line.say("null") is None
    assert line.say({"method": "PING", "id": "x", "extra": 1}) == {"id": 0, "code": 0, "msg": "PONG"}
    assert line.say({"method": "PING", "id": -1})["id"] == 0


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from([DEPTH, ORDERS]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["method", "params", "id"]), inner),
)


@given(st.text(st.characters()) | JSON.map(json.dumps))
def test_whatever_a_client_sends_gets_an_answer_that_can_be_sent_or_none(text: str) -> None:
    answer = Line().session.answer(text)
    if answer is not None:
        assert json.loads(answer.encode())["code"] == 0


def test_broken_unicode_in_a_name_comes_back_as_a_question_mark(line: Line) -> None:
    assert "[?]" in line.say('{"method":"SUBSCRIPTION","params":["\\ud800"]}')["msg"]


def test_a_slow_reader_is_cut_instead_of_buffered_without_bound(line: Line) -> None:
    line.session.offer(b"x" * MAX_QUEUED)
    assert not line.cut
    line.session.offer(b"x")
    assert line.cut


def test_a_socket_without_subscription_ends_after_30_seconds_of_silence(line: Line) -> None:
    clock = line.counter.clock
    clock.jump(30)
    assert not line.session.expired(clock.monotonic())
    clock.jump(1)
    assert line.session.expired(clock.monotonic())


def test_a_subscribed_socket_ends_after_60_seconds_without_traffic(line: Line) -> None:
    line.subscribe(DEPTH)
    clock = line.counter.clock
    clock.jump(60)
    assert not line.session.expired(clock.monotonic())
    clock.jump(1)
    assert line.session.expired(clock.monotonic())
