"""The stand-alone script against a small exchange of its own, which may refuse, stumble and lie in wait."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tui_trader import panic

SECRET = "a-secret-that-nobody-may-read"
Answer = tuple[int, Any] | None


class ExchangeTwin:
    """An account with resting orders. ``trouble`` may answer a request in its stead."""

    def __init__(self) -> None:
        self.resting: dict[str, dict[str, str]] = {}
        self.ended: dict[str, dict[str, str]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.trouble: Callable[[str, str, dict[str, str]], Answer] = lambda *_: None
        self.url = ""

    def rest(self, order_id: str, pair: str, **fields: str) -> None:
        self.resting[order_id] = {
            "orderId": order_id,
            "symbol": pair,
            "side": "BUY",
            "origQty": "2",
            "executedQty": "0",
            "status": "NEW",
            **fields,
        }

    def answer(self, method: str, path: str, query: str, key: str | None) -> tuple[int, Any]:
        if path == "/api/v3/time":
            return 200, {"serverTime": 1_760_000_000_000}
        signed, _, signature = query.rpartition("&signature=")
        if hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest() != signature or key != "the-key":
            return 400, {"code": 700002, "msg": "Signature for this request is not valid."}
        fields = dict(parse_qsl(signed))
        self.asked.append((method, path.removeprefix("/api/v3/"), fields))
        assert abs(int(fields["timestamp"]) - 1_760_000_000_000) < 60_000
        return self.trouble(method, path, fields) or self._done(method, path, fields)

    def _done(self, method: str, path: str, fields: dict[str, str]) -> tuple[int, Any]:
        if path == "/api/v3/order":
            found = self.ended.get(fields["orderId"]) or self.resting.get(fields["orderId"])
            return (200, found) if found else (400, {"code": -2013, "msg": "Order does not exist."})
        if method == "GET":
            return 200, [each for each in self.resting.values() if fields.get("symbol") in {None, each["symbol"]}]
        pairs = fields["symbol"].split(",")
        gone = [each for each in self.resting.values() if each["symbol"] in pairs]
        for each in gone:
            self.ended[each["orderId"]] = {**self.resting.pop(each["orderId"]), "status": "CANCELED"}
        return 200, gone

    def pairs_of(self, method: str) -> list[str | None]:
        return [fields.get("symbol") for asked, path, fields in self.asked if (asked, path) == (method, "openOrders")]


@pytest.fixture
def exchange() -> Iterator[ExchangeTwin]:
    twin = ExchangeTwin()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, body = twin.answer(self.command, parts.path, parts.query, self.headers.get("X-MEXC-APIKEY"))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body)
            if status == 429:
                self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(body.encode() if isinstance(body, str) else json.dumps(body).encode())

        do_DELETE = do_GET  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    twin.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield twin
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def file(tmp_path: Path, exchange: ExchangeTwin) -> Path:
    made = tmp_path / "panic.json"
    made.write_text(json.dumps({"key": "the-key", "secret": SECRET, "rest_url": exchange.url}))
    made.chmod(0o600)
    return made


def run(file: Path, *arguments: str) -> int:
    return panic.main(["--file", str(file), *arguments])


def test_everything_is_cancelled_five_pairs_a_call_and_listed_empty_twice(
    exchange: ExchangeTwin, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(7):
        exchange.rest(str(number), f"C{number}USDT", executedQty="0.5")
    assert run(file) == 0
    said = capsys.readouterr()
    assert "7 orders rested: 7 cancelled, 0 filled meanwhile, 0 not confirmed." in said.out
    assert "listed empty twice in a row" in said.out
    assert exchange.pairs_of("DELETE") == ["C0USDT,C1USDT,C2USDT,C3USDT,C4USDT", "C5USDT,C6USDT"]
    assert exchange.pairs_of("GET") == [None, None, None]
    assert SECRET not in said.out + said.err


def test_what_was_filled_meanwhile_is_told_with_its_quantity(
    exchange: ExchangeTwin, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.rest("1", "BTCUSDT", executedQty="0.5")

    def fill(method: str, *_: Any) -> Answer:
        if method == "DELETE" and exchange.resting:
            exchange.resting["1"] |= {"executedQty": "1.25", "status": "PARTIALLY_FILLED"}
        return None

    exchange.trouble = fill
    assert run(file) == 0
    assert "filled meanwhile: 0.75 of 2 on BTCUSDT (BUY)" in capsys.readouterr().out


def test_an_exchange_that_lists_and_cancels_one_pair_a_call_is_served_too(
    exchange: ExchangeTwin, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.rest("1", "BTCUSDT")
    exchange.rest("2", "ETHUSDT")

    def one(method: str, path: str, fields: dict[str, str]) -> Answer:
        whole = path.endswith("openOrders") and ("symbol" not in fields or "," in fields["symbol"])
        return (400, {"code": 700004, "msg": "Mandatory parameter 'symbol'"}) if whole else None

    exchange.trouble = one
    assert run(file) == 1
    assert "name yours: panic.py PAIR" in capsys.readouterr().err
    assert run(file, "btcusdt", "ethusdt") == 0
    assert "2 cancelled" in capsys.readouterr().out
    assert exchange.resting == {}


@pytest.mark.parametrize("status", [429, 503])
def test_what_the_exchange_stumbles_over_is_asked_again(
    exchange: ExchangeTwin, file: Path, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.rest("1", "BTCUSDT")
    stumbles = iter([(status, {}), (200, "<html>"), (200, {"rows": 1})])
    exchange.trouble = lambda _, path, __: next(stumbles, None) if path.endswith("openOrders") else None
    assert run(file) == 0
    said = capsys.readouterr()
    assert "asked again" in said.err
    assert "1 cancelled" in said.out


def test_what_is_not_proved_is_not_called_done(
    exchange: ExchangeTwin, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.rest("1", "BTCUSDT")
    exchange.trouble = lambda method, *_: (200, []) if method == "DELETE" else None
    assert run(file, "--patience", "0.5") == 1
    said = capsys.readouterr().out
    assert "not confirmed: order 1 on BTCUSDT" in said
    assert "NOT PROVED" in said


def test_a_redirect_is_not_followed(exchange: ExchangeTwin, file: Path) -> None:
    exchange.rest("1", "BTCUSDT")
    exchange.trouble = lambda method, *_: (302, f"{exchange.url}/elsewhere") if method == "GET" else None
    assert run(file, "--patience", "0.5") == 1
    assert {path for _, path, _ in exchange.asked} == {"openOrders"}


def test_a_wrong_key_is_said_and_nothing_is_claimed(
    exchange: ExchangeTwin, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(json.dumps({"key": "the-key", "secret": "another", "rest_url": exchange.url}))
    assert run(file) == 1
    said = capsys.readouterr()
    assert "Signature for this request is not valid." in said.err
    assert said.out == ""


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int, capsys: pytest.CaptureFixture[str]) -> None:
    file.chmod(mode)
    assert run(file) == 2
    assert f"chmod 600 {file}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "damaged"),
        ('{"key": "k"}', "damaged"),
        ('{"key": "k", "secret": "s", "rest_url": "http://example.com"}', "https only"),
        ('{"key": "k", "secret": "s", "rest_url": "ftp://127.0.0.1"}', "https only"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(
    file: Path, content: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(content)
    assert run(file) == 2
    assert words in capsys.readouterr().err


def test_a_link_and_a_missing_file_are_refused(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(file)
    assert run(link) == 2
    assert "not a plain file" in capsys.readouterr().err
    assert run(tmp_path / "none.json") == 2
    assert "Cannot look at" in capsys.readouterr().err


def test_without_a_file_and_a_terminal_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TUI_TRADER_HOME", str(tmp_path))
    assert panic.main([]) == 2
    assert "no terminal to ask" in capsys.readouterr().err
