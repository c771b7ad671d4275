"""What the venue's answers tell of the way to it."""

from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest

from tui_trader.exchange.mexc.connection import TransportFailure
from tui_trader.exchange.mexc.troubles import DOWN_AFTER_S, Troubles
from tui_trader.exchange.port import VenueTrouble


@pytest.fixture
def heard() -> list[VenueTrouble]:
    return []


@pytest.fixture
def troubles(turned: Any, heard: list[VenueTrouble]) -> Troubles:
    found = Troubles(turned)
    found.tell = heard.append
    return found


@pytest.mark.parametrize(
    ("status", "code", "hostile"),
    [(307, "redirected", True), (308, "redirected", True), (403, "barred", False), (418, "barred", False)],
)
def test_an_answer_that_is_none_of_the_venues_is_a_trouble(
    troubles: Troubles, heard: list[VenueTrouble], status: int, code: str, hostile: bool
) -> None:
    troubles.answered(status, None)
    assert [(each.code, each.hostile) for each in heard] == [(code, hostile)]


def test_how_long_an_address_is_barred_is_said(troubles: Troubles, heard: list[VenueTrouble]) -> None:
    troubles.answered(418, 259_200)
    assert "259200 s, until 2025-10-12 08:53:20 UTC" in heard[0].text


@pytest.mark.parametrize("status", [200, 400, 404, 429, 500, 503])
def test_ordinary_answers_are_no_trouble(troubles: Troubles, heard: list[VenueTrouble], status: int) -> None:
    troubles.answered(status, None)
    assert heard == []


async def test_nothing_but_server_errors_for_half_a_minute_is_a_venue_that_is_down(
    troubles: Troubles, heard: list[VenueTrouble], turned: Any
) -> None:
    for _ in range(2):
        troubles.answered(503, None)
        await turned.turn(DOWN_AFTER_S)
    assert heard == []
    troubles.answered(200, None)
    for _ in range(3):
        assert heard == []
        troubles.answered(502, None)
        await turned.turn(DOWN_AFTER_S / 2)
    assert [each.code for each in heard] == ["venue_down"]


def caused_by(failure: Exception, cause: Exception) -> Exception:
    failure.__cause__ = cause
    return failure


def test_only_a_certificate_that_does_not_fit_makes_an_unreached_venue_suspect(
    troubles: Troubles, heard: list[VenueTrouble]
) -> None:
    troubles.unreached(caused_by(TransportFailure("no", written=False), ConnectionRefusedError()))
    troubles.unreached(httpx.ConnectError("no"))
    assert heard == []
    troubles.unreached(caused_by(TransportFailure("no", written=False), ssl.SSLCertVerificationError("wrong")))
    troubles.unreached(caused_by(httpx.ConnectError("no"), caused_by(OSError(), ssl.SSLCertVerificationError("wrong"))))
    assert [(each.code, each.hostile) for each in heard] == [("certificate", True)] * 2


async def test_a_redirected_order_is_unknown_and_told_on_the_private_stream(rest: Any, new_order: Any) -> None:
    rest.on("POST", "order", (307, "", {"Location": "http://elsewhere.test/"}))
    with pytest.raises(Exception, match="307"):
        await rest.exchange.place(new_order())
    assert len(rest.sent) == 1
    events = rest.exchange.user_events()
    assert (await anext(events)).code == "redirected"
