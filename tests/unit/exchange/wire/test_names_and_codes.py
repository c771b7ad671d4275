import json

import pytest

from tui_trader.exchange.wire import channels, codes, control, endpoints, vocabulary

NAMES = {
    "spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT": channels.deals("BTCUSDT"),
    "spot@public.aggre.depth.v3.api.pb@10ms@BTCUSDT": channels.depth("BTCUSDT", "10ms"),
    "spot@public.aggre.bookTicker.v3.api.pb@100ms@BTCUSDT": channels.book_ticker("BTCUSDT"),
    "spot@public.bookTicker.batch.v3.api.pb@BTCUSDT": channels.Channel(channels.Kind.BOOK_TICKER_BATCH, "BTCUSDT"),
    "spot@public.limit.depth.v3.api.pb@BTCUSDT@5": channels.limit_depth("BTCUSDT", 5),
    "spot@public.kline.v3.api.pb@BTCUSDT@Min1": channels.kline("BTCUSDT", "Min1"),
    "spot@public.miniTicker.v3.api.pb@BTCUSDT@UTC+8": channels.mini_ticker("BTCUSDT"),
    "spot@public.miniTickers.v3.api.pb@24H": channels.mini_tickers("24H"),
    "spot@private.account.v3.api.pb": channels.Channel(channels.Kind.ACCOUNT),
    "spot@private.deals.v3.api.pb": channels.Channel(channels.Kind.OWN_DEALS),
    "spot@private.orders.v3.api.pb": channels.Channel(channels.Kind.OWN_ORDERS),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_name_is_built_and_taken_apart(name: str) -> None:
    assert NAMES[name].name == name
    assert channels.parse(name) == NAMES[name]
    assert NAMES[name].private == ("private" in name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nonsense",
        "spot@public.aggre.deals.v3.api.pb",
        "spot@public.aggre.deals.v3.api.pb@50ms@BTCUSDT",
        "spot@public.aggre.deals.v3.api.pb@100ms@btcusdt",
        "spot@public.kline.v3.api.pb@BTCUSDT@1m",
        "spot@public.limit.depth.v3.api.pb@BTCUSDT@7",
        "spot@public.limit.depth.v3.api.pb@BTCUSDT",
        "spot@public.limit.depth.v3.api.pb",
        "spot@public.miniTickers.v3.api.pb@UTC+14",
        "spot@public.increase.depth.v3.api.pb@BTCUSDT",
        "spot@public.deals.v3.api.pb@BTCUSDT",
        "spot@private.orders.v3.api.pb@BTCUSDT",
    ],
)
def test_a_name_that_the_venue_does_not_serve_is_nothing(name: str) -> None:
    assert channels.parse(name) is None


def test_odd_spellings_of_pymexc_mean_the_usual_channels() -> None:
    assert channels.parse("spot@public.limit.depth.v3.api.pb@5@BTCUSDT") == channels.limit_depth("BTCUSDT", 5)
    assert channels.parse("spot@public.aggre.deals.v3.api.pb@BTCUSDT") == channels.deals("BTCUSDT")


def test_the_event_type_stops_before_the_symbol() -> None:
    assert channels.depth("BTCUSDT").event_type == "spot@public.aggre.depth.v3.api.pb@100ms"
    assert channels.limit_depth("BTCUSDT").event_type == "spot@public.limit.depth.v3.api.pb"


def test_routes_are_unique_and_trading_is_signed() -> None:
    assert len(endpoints.BY_ROUTE) == len(endpoints.ENDPOINTS)
    limited = [endpoint for endpoint in endpoints.ENDPOINTS if endpoint.order_limit]
    assert {(endpoint.method, endpoint.path.rsplit("/", 1)[-1]) for endpoint in limited} == {
        ("POST", "order"),
        ("DELETE", "order"),
        ("POST", "batchOrders"),
        ("DELETE", "openOrders"),
        ("DELETE", "all"),
    }
    assert all(endpoint.signed for endpoint in limited)
    assert endpoints.BY_ROUTE["GET", "/api/v3/ticker/24hr"].weight == 25


@pytest.mark.parametrize("code", [10007, 30005, 30051, 30087, -1121, 700003, 33333])
def test_listed_codes_prove_that_an_order_was_refused(code: int) -> None:
    assert codes.is_definite(code, "")


@pytest.mark.parametrize("code", [500, 503, 504, 20002, 730000, -2011, -2013, 700013, 429, 0, 12345])
def test_unlisted_codes_prove_nothing(code: int) -> None:
    assert not codes.is_definite(code, "")


def test_code_400_is_definite_by_its_text_only() -> None:
    assert codes.is_definite(400, " quantity scale is invalid")
    assert codes.is_definite(400, "api key required")
    assert not codes.is_definite(400, "duplicate client order id")
    assert codes.is_duplicate_id(400, "duplicate client order id")
    assert not codes.is_duplicate_id(30005, "duplicate client order id")
    assert not codes.is_definite(400, "")


def test_a_code_says_what_to_do_and_an_unknown_one_asks_for_a_look() -> None:
    assert codes.action_of(700006) is codes.Action.STOP
    assert codes.action_of(30002) is codes.Action.FIX
    assert codes.action_of(-2011) is codes.Action.QUERY
    assert codes.action_of(999) is codes.Action.QUERY


def test_words_and_numbers_translate_both_ways() -> None:
    assert vocabulary.ORDER_STATUS_OF_NUMBER[5] is vocabulary.OrderStatus.PARTIALLY_CANCELED
    assert vocabulary.ORDER_TYPE_OF_NUMBER[2] is vocabulary.OrderType.LIMIT_MAKER
    assert vocabulary.SIDE_OF_NUMBER[2] is vocabulary.Side.SELL
    hour = vocabulary.INTERVAL_BY_NAME["1h"]
    assert (hour.rest, hour.ws, hour.seconds) == ("60m", "Min60", 3600)
    assert vocabulary.INTERVAL_BY_REST["1W"].name == "1w"
    assert vocabulary.INTERVAL_BY_WS["Month1"].name == "1M"
    assert vocabulary.OrderType.STOP_MARKET_ORDER not in vocabulary.PLACEABLE


def test_control_frames_have_the_venues_shape() -> None:
    assert json.loads(control.request(control.SUBSCRIBE, ["a", "b"], 7)) == {
        "method": "SUBSCRIPTION",
        "params": ["a", "b"],
        "id": 7,
    }
    assert json.loads(control.ping()) == {"method": "PING"}
    assert json.loads(control.answer(control.PONG)) == {"id": 0, "code": 0, "msg": "PONG"}
    text = control.refusal(["x"])
    assert text == "Not Subscribed successfully! [x].  Reason\uff1a Blocked! "
    assert control.is_refusal(text)
    assert not control.is_refusal("x")
