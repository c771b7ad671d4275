"""``/health``, ``/status`` and ``/stop``."""

from __future__ import annotations

from pydantic import Field

from tui_trader import __version__
from tui_trader.api import views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.contract import API_VERSION
from tui_trader.contract.base import Question
from tui_trader.contract.status import Health, Status


class Stop(Question):
    """``POST /stop``: end the desk in an orderly way."""

    intent_id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")


async def health(call: Call) -> Health:
    """Say that a desk is here."""
    now = call.services.desk.status()
    return Health(
        ok=True, api_version=API_VERSION, version=__version__, mode=now.mode, profile=now.profile, gate=now.gate
    )


async def status(call: Call) -> Status:
    """Say how the desk is."""
    return views.status_view(call.services.desk.status())


async def stop(call: Call) -> Status:
    """Begin an orderly end."""
    now = views.status_view(call.services.desk.status())
    call.services.desk.request_stop()
    return now


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/health", health, "Whether a desk is here, and which version", Health),
    Endpoint("GET", "/status", status, "How the desk is", Status),
    Endpoint("POST", "/stop", stop, "End the desk in an orderly way", Status, Stop, status=202),
)
