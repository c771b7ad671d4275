import pytest

from tui_trader.exchange.wire import signature

SECRET = "45d0b3c26f2644f19bfb98b07741b2f5"
ORDER = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=11&recvWindow=5000&timestamp=1644489390087"
BATCH = (
    "batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22side%22%3A%22BUY%22%2C%22type%22%3A%22LIMIT%22%2C"
    "%22quantity%22%3A%221%22%2C%22price%22%3A%2211%22%7D%5D&recvWindow=5000&timestamp=1644489390087"
)
VECTORS = [
    (ORDER, "", "fd3e4e8543c5188531eb7279d68ae7d26a573d0fc5ab0d18eb692451654d837a"),
    (
        "symbol=BTCUSDT&side=BUY&type=LIMIT",
        "quantity=1&price=11&recvWindow=5000&timestamp=1644489390087",
        "d1a676610ceb39174c8039b3f548357994b2a34139a8addd33baadba65684592",
    ),
    ("timestamp=1644489390087", "", "09b4b5a40aeec864d2caa60f2e6a740b61dc423d76c5615c00fd72681f52a094"),
    (BATCH, "", "75b5c1a632047eb42b98d7aa9a6aafeb32a1035ccf50c454fae4a46e2d68db41"),
]


@pytest.mark.parametrize(("query", "body", "digest"), VECTORS)
def test_known_requests_get_the_known_signatures(query: str, body: str, digest: str) -> None:
    assert signature.sign(SECRET, query, body) == digest


@pytest.mark.parametrize(("query", "body", "digest"), VECTORS)
def test_a_signature_is_found_in_the_query_or_the_body(query: str, body: str, digest: str) -> None:
    assert signature.verify(SECRET, f"{query}&signature={digest}", body)
    assert signature.verify(SECRET, query, f"{body}&signature={digest}" if body else f"signature={digest}")


def test_a_missing_foreign_or_upper_case_signature_is_wrong() -> None:
    digest = VECTORS[0][2]
    assert not signature.verify(SECRET, ORDER)
    assert not signature.verify("other", f"{ORDER}&signature={digest}")
    assert not signature.verify(SECRET, f"{ORDER}&signature={digest.upper()}")
    assert not signature.verify(SECRET, f"{ORDER}&signature=é")


def test_a_batch_is_encoded_with_upper_case_hex_and_blanks_as_percent_20() -> None:
    text = '[{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":"1","price":"11"}]'
    params = {"batchOrders": text, "recvWindow": "5000", "timestamp": "1644489390087"}
    assert signature.encode_query(params) == BATCH
    assert signature.encode_query({"a": "b c"}) == "a=b%20c"
    assert signature.signed_query(SECRET, params) == f"{BATCH}&signature={VECTORS[3][2]}"
