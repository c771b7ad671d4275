"""The fault matrix (reliability.md §5): every row, the fault in words, how it is made here, and what must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.process.fault_matrix import answers, network
from tests.process.fault_matrix.stage import Scenario

UNIT, PROPERTY, PROCESS = "tests/unit", "tests/property", "tests/process"
MEXC, SERVICES = f"{UNIT}/exchange/mexc", f"{UNIT}/services"


@dataclass(frozen=True)
class Row:
    """One row. A fault is made by ``play``, by the tests that ``proofs`` name, or not here, for the ``reason``."""

    id: str
    fault: str
    how: str
    holds: str
    play: Scenario | None = None
    proofs: tuple[str, ...] = ()
    reason: str = ""
    no_kill: str = ""
    """Why it is not run with a kill in the middle, where it is not."""
    ci: tuple[bool, ...] = ()
    """With which kinds of kill it belongs to the small selection."""


WITHOUT, BOTH = (False,), (False, True)

NETWORK = (
    Row(
        "N01",
        "connections refused before an order",
        "proxy stops listening",
        "NOT_SENT at once, money free again",
        network.n01,
        (f"{MEXC}/test_lane.py::test_with_no_listener_nothing_was_written",),
        ci=WITHOUT,
    ),
    Row(
        "N03",
        "cut after the whole request, and in the answer",
        "proxy resets the connection",
        "UNKNOWN, adopted",
        network.n03,
        ci=BOTH,
    ),
    Row(
        "N04",
        "cut after half of the request",
        "proxy passes half on and resets",
        "UNKNOWN, NOT_PLACED after the horizon",
        network.n04,
        ci=WITHOUT,
    ),
    Row(
        "N05",
        "answer slower than the client waits",
        "proxy holds the answer 7 s",
        "UNKNOWN, adopted; late bytes ignored",
        network.n05,
    ),
    Row(
        "N06",
        "request delayed beyond its window",
        "proxy holds the request, with and without an answer",
        "REJECTED by 700003, or NOT_PLACED; no order",
        network.n06,
    ),
    Row(
        "N07",
        "request delayed just inside its window",
        "proxy holds the request, answer lost",
        "appears late, never declared dead before",
        network.n07,
        ci=(True,),
    ),
    Row(
        "N09",
        "keep-alive died between requests; cancel delivered twice",
        "proxy resets idle connections, repeats a DELETE",
        "one POST at the venue, cancel done",
        network.n09,
        ci=WITHOUT,
    ),
)
ANSWERS = (
    Row(
        "V03",
        "500, 503, 504, accepted",
        "proxy answers in place of the venue",
        "UNKNOWN, adopted",
        answers.v03,
        ci=WITHOUT,
    ),
    Row(
        "V04",
        "500, 503, 504, not accepted",
        "proxy answers, the venue never hears of it",
        "UNKNOWN, NOT_PLACED after the horizon",
        answers.v04,
    ),
    Row(
        "V05",
        "200 or 400 with an unlisted code although placed",
        "proxy answers in place of the venue",
        "UNKNOWN, adopted",
        answers.v05,
        ci=WITHOUT,
    ),
    Row(
        "V13",
        "cancel ack lies",
        "proxy answers two cancels itself",
        "open until seen closed, cancel repeated",
        answers.v13,
        ci=(True,),
    ),
)

ROWS: tuple[Row, ...] = (*NETWORK, *ANSWERS)
BY_ID: Mapping[str, Row] = {row.id: row for row in ROWS}
