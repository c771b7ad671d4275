"""Rows N01 to N15: the network."""

from __future__ import annotations

from tests.process.fault_matrix import network, processes
from tests.process.fault_matrix.row import BOTH, WITH, WITHOUT, Row, tests

MEXC, SERVICES = "unit/exchange/mexc", "unit/services"

NETWORK = (
    Row(
        "N01",
        "connections refused, no route, no name, before an order",
        "the proxy stops listening",
        "NOT_SENT at once, money free again",
        network.n01,
        ci=WITHOUT,
        proofs=tests(f"{MEXC}/test_lane", "test_with_no_listener_nothing_was_written"),
        reason="a name that cannot be resolved: plain HTTP goes to 127.0.0.1 only, which needs no resolver; "
        "it fails where a refused connection does",
    ),
    Row(
        "N02",
        "TLS: certificate of another host, ended, of nobody",
        "the proxy speaks TLS with certificates made by openssl",
        "NOT_SENT, HALTED",
        processes.n02,
    ),
    Row(
        "N03",
        "cut after the whole request, and in the answer",
        "the proxy resets the connection",
        "UNKNOWN, adopted",
        network.n03,
        ci=BOTH,
    ),
    Row(
        "N04",
        "cut after half of the request",
        "the proxy passes half on and resets both sides",
        "UNKNOWN, NOT_PLACED after the horizon",
        network.n04,
        ci=WITHOUT,
    ),
    Row(
        "N05",
        "answer slower than the client waits, then arrives",
        "the proxy holds the answer for 7 s",
        "UNKNOWN, adopted; late bytes ignored",
        network.n05,
        proofs=tests(f"{MEXC}/test_lane", "test_silence_ends_at_the_time_cap_and_the_late_answer_meets_nobody"),
    ),
    Row(
        "N06",
        "request delayed beyond its window",
        "the proxy holds the request, its answer arrives or not",
        "REJECTED by 700003 or NOT_PLACED; no order",
        network.n06,
    ),
    Row(
        "N07",
        "request delayed just inside its window",
        "the proxy holds the request and loses the answer",
        "appears late, never declared dead before",
        network.n07,
        ci=WITH,
    ),
    Row(
        "N08",
        "307 to another host on an order",
        "the proxy answers with a redirect to a listener that counts",
        "not followed, UNKNOWN, HALTED",
        network.n08,
        ci=WITHOUT,
    ),
    Row(
        "N09",
        "keep-alive died between requests; cancel delivered twice",
        "the proxy resets idle connections, repeats a DELETE",
        "one POST, the cancel done",
        network.n09,
    ),
    Row(
        "N10",
        "byte by byte, chunked, gzip bomb, 100 MB, not HTTP",
        "the proxy answers so in place of the venue",
        "bounded memory and time, UNKNOWN, adopted",
        network.n10,
    ),
    Row(
        "N11",
        "captive portal: 200 and HTML for everything",
        "the proxy answers every request with a page",
        "orders UNKNOWN or refused, data refused, gate RECONCILING, said",
        network.n11,
    ),
    Row(
        "N12",
        "firewall's 403 page",
        "the proxy answers with 403",
        "UNKNOWN, CANCEL_ONLY, back-off",
        network.n12,
    ),
    Row(
        "N13",
        "full partition: seconds; days",
        "the proxy is gone for 3 s; 6 and 8 days on a virtual clock",
        "RECONCILING on heal; over 7 days it says that history is incomplete",
        network.n13,
        proofs=tests(f"{SERVICES}/test_long_absence", "test_after_a_week_away_the_desk_says_what_it_cannot_know"),
    ),
    Row(
        "N14",
        "requests arrive, answers are lost, 20 orders pressed",
        "the proxy swallows what comes back; normal timing",
        "at most the budget of unknown outcomes is sent, all adopted",
        network.n14,
    ),
    Row(
        "N15",
        "address no longer on the key's list (700006)",
        "the proxy answers so",
        "REJECTED, CANCEL_ONLY, explained",
        network.n15,
        ci=WITHOUT,
        proofs=tests(
            "unit/rules/test_order_table",
            "test_an_address_that_the_key_does_not_allow_closes_the_gate_and_says_what_to_do",
        ),
    ),
)
