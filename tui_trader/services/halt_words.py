"""The kill switch's certificate in sentences."""

from __future__ import annotations

from tui_trader.domain.halt import Certificate, Fate
from tui_trader.domain.money import canonical

WEB_STOPS = "Stop orders set on the exchange's website are removed too."


def headline(certificate: Certificate) -> str:
    """Say what a press has done so far."""
    parts = [_latched(certificate), _counted(certificate)]
    if certificate.filled:
        fills = ", ".join(
            f"{canonical(each.filled)} of {canonical(each.quantity)} on {each.symbol} ({each.side.value.lower()})"
            for each in certificate.filled
        )
        parts.append(f"Filled meanwhile: {fills}.")
    if certificate.everything:
        parts.append(WEB_STOPS)
    parts.append(_standing(certificate))
    return " ".join(part for part in parts if part)


def _latched(certificate: Certificate) -> str:
    if certificate.latched_ms is None:
        return "Trading is halted, in memory only: the journal could not be written."
    return f"Trading is halted, on the disk after {certificate.latched_ms:.0f} ms."


def _counted(certificate: Certificate) -> str:
    gone, kept, left = (certificate.count(fate) for fate in (Fate.GONE, Fate.KEPT, Fate.OPEN))
    filled, orders = len(certificate.filled), len(certificate.orders)
    if not orders:
        return "No order was working." if certificate.done else ""
    return f"{gone} cancelled, {filled} filled meanwhile, {kept} kept, {left} not confirmed."


def _standing(certificate: Certificate) -> str:
    if not certificate.done:
        return f"Still being pursued. {certificate.trouble}".rstrip()
    if certificate.count(Fate.OPEN):
        return certificate.trouble or "What is not confirmed needs a person."
    return certificate.trouble
