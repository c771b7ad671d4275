"""``/risk``: the kill switch, its certificate, and the way back to trading."""

from __future__ import annotations

from tui_trader.api import views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.contract.risk import CertificateView, Halt, Resume, ResumedView
from tui_trader.errors import NotFound


async def halt(call: Call) -> CertificateView:
    """Press the kill switch."""
    asked: Halt = call.question
    certificate = await call.services.risk.halt(
        asked.reason, everything=asked.everything, by="api", intent_id=asked.intent_id
    )
    return views.certificate_view(certificate)


async def certificate(call: Call) -> CertificateView:
    """Show what the newest press has done."""
    found = call.services.risk.certificate()
    if found is None:
        raise NotFound("The kill switch was never pressed.")
    return views.certificate_view(found)


async def resume(call: Call) -> ResumedView:
    """Trade again."""
    asked: Resume = call.question
    message = await call.services.risk.resume(asked.reason, intent_id=asked.intent_id)
    return ResumedView(gate=call.services.desk.status().gate, message=message)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/risk/halt", halt, "Halt trading and cancel orders", CertificateView, Halt),
    Endpoint("GET", "/risk/halt", certificate, "What the newest press of the kill switch has done", CertificateView),
    Endpoint("POST", "/risk/resume", resume, "Trade again after a halt", ResumedView, Resume),
)
