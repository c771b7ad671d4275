import pytest

from tests.unit.exchange.sim_server.desk import HEADERS, KEY, Counter
from tui_trader.exchange.wire import signature

ACCOUNT = "/api/v3/account"


@pytest.fixture
def counter() -> Counter:
    return Counter()


def query(counter: Counter, shift_ms: int = 0, secret: str = KEY.secret, **params: str) -> str:
    return signature.signed_query(secret, {**params, "timestamp": str(counter.clock.wall_ms() + shift_ms)})


def test_a_signed_call_is_answered(counter: Counter) -> None:
    reply = counter.ask("GET", ACCOUNT, query(counter))
    assert reply.status == 200
    assert reply.data["balances"] == [{"asset": "USDT", "free": "950.5", "locked": "50", "available": "950.5"}]


@pytest.mark.parametrize(
    ("kind", "method", "answer"),
    [
        (None, "GET", 200),
        ("application/json", "GET", 200),
        ("application/json; charset=utf-8", "POST", 200),
        ("application/x-www-form-urlencoded", "GET", 400),
        ("application/x-www-form-urlencoded", "POST", 400),
        (None, "POST", 400),
    ],
)
def test_the_content_type_must_be_json_or_absent_on_reads(
    counter: Counter, kind: str | None, method: str, answer: int
) -> None:
    headers = {"x-mexc-apikey": "k"} | ({} if kind is None else {"content-type": kind})
    reply = counter.ask(method, "/api/v3/userDataStream", query(counter), headers=headers)
    assert reply.status == answer
    if answer == 400:
        assert reply.data == {"code": 700013, "msg": "Invalid content Type."}


def test_a_missing_key_an_unknown_key_and_a_wrong_signature_have_their_texts(counter: Counter) -> None:
    signed = query(counter)
    nobody = counter.ask("GET", ACCOUNT, signed, headers={})
    assert (nobody.status, nobody.data["code"], nobody.data["msg"]) == (400, 400, "api key required")
    stranger = counter.ask("GET", ACCOUNT, signed, headers={**HEADERS, "x-mexc-apikey": "other"})
    assert stranger.data == {"code": 10072, "msg": "Api key info invalid"}
    wrong = counter.ask("GET", ACCOUNT, query(counter, secret="other"))
    assert wrong.data == {"code": 700002, "msg": "Signature for this request is not valid."}
    bare = counter.ask("GET", ACCOUNT, "timestamp=1")
    assert bare.data == {
        "code": 700004,
        "msg": "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
    }


@pytest.mark.parametrize(
    ("shift", "window", "code"),
    [
        (0, "5000", 200),
        (999, "5000", 200),
        (1000, "5000", 700003),
        (-5000, "", 200),
        (-5001, "", 700003),
        (-59_000, "60000", 200),
        (0, "60001", 700005),
        (0, "x", 700004),
    ],
)
def test_the_time_window_is_judged_as_documented(counter: Counter, shift: int, window: str, code: int) -> None:
    extra = {"recvWindow": window} if window else {}
    reply = counter.ask("GET", ACCOUNT, query(counter, shift, **extra))
    assert (200 if reply.status == 200 else reply.data["code"]) == code


def test_a_late_request_is_refused_in_the_exact_words(counter: Counter) -> None:
    reply = counter.ask("GET", ACCOUNT, query(counter, -6000))
    assert reply.data == {"code": 700003, "msg": "Timestamp for this request is outside of the recvWindow."}


def test_a_missing_timestamp_is_named(counter: Counter) -> None:
    reply = counter.ask("GET", ACCOUNT, signature.signed_query(KEY.secret, {"a": "b"}))
    assert reply.data["code"] == 700004
    assert "'timestamp'" in reply.data["msg"]


def test_parameters_may_come_in_the_body_and_the_query_wins(counter: Counter) -> None:
    bare_query, body = "symbol=BTCUSDT&side=BUY&type=LIMIT&price=98", "quantity=1&price=11&newClientOrderId=x"
    body += f"&timestamp={counter.clock.wall_ms()}"
    body += f"&signature={signature.sign(KEY.secret, bare_query, body)}"
    reply = counter.ask("POST", "/api/v3/order", bare_query, body)
    assert reply.status == 200
    assert reply.data["price"] == "98"


def test_the_signature_covers_the_bytes_as_they_came(counter: Counter) -> None:
    odd = "newClientOrderId=a%2Cb&symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9"
    odd += f"&timestamp={counter.clock.wall_ms()}"
    good = counter.ask("POST", "/api/v3/order", f"{odd}&signature={signature.sign(KEY.secret, odd)}")
    assert good.status == 200
    changed = odd.replace("%2C", "%2c")
    bad = counter.ask("POST", "/api/v3/order", f"{changed}&signature={signature.sign(KEY.secret, odd)}")
    assert bad.data["code"] == 700002


def test_a_clock_fault_moves_the_window(counter: Counter) -> None:
    counter.house.faults.clock_offset_ms = 60_000
    assert counter.ask("GET", "/api/v3/time").data["serverTime"] == counter.clock.wall_ms() + 60_000
    assert counter.ask("GET", ACCOUNT, query(counter)).data["code"] == 700003
    assert counter.ask("GET", ACCOUNT, query(counter, 60_000)).status == 200


def test_the_repr_of_a_key_hides_it() -> None:
    assert "sekret" not in repr(KEY)
