"""The ASGI application: the endpoint table, the event stream and the document."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui_trader.api.document import openapi
from tui_trader.api.envelope import refuse
from tui_trader.api.routes import ENDPOINTS
from tui_trader.api.stream import events
from tui_trader.contract import PREFIX
from tui_trader.contract.base import ErrorCode
from tui_trader.services.faces import Services


def create_app(services: Services) -> Starlette:
    """Build the application over a desk's services."""

    async def stream(request: Request) -> Response:
        return await events(request, services)

    async def document(_: Request) -> Response:
        return JSONResponse(openapi(ENDPOINTS))

    routes = [endpoint.route(services) for endpoint in ENDPOINTS]
    routes += [Route(f"{PREFIX}/events", stream), Route(f"{PREFIX}/openapi.json", document)]
    return Starlette(routes=routes, exception_handlers={HTTPException: _not_routed})


async def _not_routed(request: Request, error: Exception) -> Response:
    """Answer a wrong path or method in the envelope."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        return refuse(ErrorCode.BAD_REQUEST, f"{request.url.path[:80]} does not answer {request.method[:10]}.")
    return refuse(ErrorCode.NOT_FOUND, f"There is no {request.url.path[:80]}; see {PREFIX}/openapi.json.")
