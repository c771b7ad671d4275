"""The kill switch from the console: one call, no question; and what its certificate says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui_trader.domain.text import clean
from tui_trader.errors import TraderError
from tui_trader.ui.flows.session import Session, new_intent
from tui_trader.ui.numbers import plain

if TYPE_CHECKING:
    from tui_trader.contract.risk import CertificateView

REASON = "H H in the console"
WITHOUT_DESK = (
    "Type tui-trader kill in another terminal: it halts a desk that answers, leaves a HALT file for one that does not, "
    "and names the script that cancels everything without one."
)


async def halt(session: Session) -> str:
    """Press the switch; returns what went wrong, in a sentence, or nothing."""
    session.view.say("Halting…", "error")
    try:
        certificate = await session.desk().halt(new_intent(), REASON)
    except TraderError as error:
        trouble = f"NOT HALTED from here. {clean(error, 300)} {WITHOUT_DESK}"
        session.view.say(trouble, "error")
        session.log("error", trouble)
        return trouble
    session.view.say(clean(certificate.sentence, 400), "error")
    session.view.changed(session.model.take_certificate(certificate))
    return ""


async def recall(session: Session) -> str:
    """Read the newest certificate from the desk; returns what went wrong, or nothing."""
    try:
        session.model.take_certificate(await session.desk().certificate())
    except TraderError as error:
        return clean(error, 300)
    return ""


def certificate_lines(certificate: CertificateView) -> list[tuple[str, str]]:
    """Write a certificate, label and text."""
    latched = (
        "in memory only" if certificate.latched_ms is None else f"on the disk after {certificate.latched_ms:.0f} ms"
    )
    cleared = "not yet" if certificate.cleared_ms is None else f"{certificate.cleared_ms:.0f} ms after the press"
    pressed = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(certificate.pressed_at / 1000))
    lines = [
        ("", clean(certificate.sentence, 600)),
        ("", ""),
        ("pressed", f"{pressed}: {clean(certificate.reason, 200)} (by {clean(certificate.by, 20)})"),
        ("halted", latched),
        ("cleared", cleared),
    ]
    for label, fates in (
        ("NOT CONFIRMED", {"OPEN"}),
        ("filled", {"FILLED"}),
        ("kept", {"KEPT"}),
        ("cancelled", {"GONE"}),
    ):
        for order in certificate.orders:
            if order.fate.value in fates:
                price = f" @{plain(order.price)}" if order.price is not None else ""
                meanwhile = f", {plain(order.filled)} filled meanwhile" if order.filled else ""
                what = f"{order.side.value.lower()} {plain(order.quantity)} {clean(order.symbol, 20)}{price}{meanwhile}"
                lines.append((label, what))
    return [*lines, ("", ""), ("then", ":resume REASON trades again, after a comparison with the exchange")]
