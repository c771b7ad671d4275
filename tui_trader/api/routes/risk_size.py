"""``/risk/size``: how large an order may be, and why."""

from __future__ import annotations

from tui_trader.api import views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.contract.risk_state import SizeAnswer, SizeQuestion
from tui_trader.services.sizing_face import SizeFound, SizeWish


async def size(call: Call) -> SizeAnswer:
    """Work a size out; nothing is reserved or sent."""
    asked: SizeQuestion = call.question
    wish = SizeWish(**{name: getattr(asked, name) for name in SizeQuestion.model_fields})
    return size_view(await call.services.sizing.size(wish))


def size_view(found: SizeFound) -> SizeAnswer:
    """Show a size."""
    figures = {name: getattr(found, name) for name in SizeAnswer.model_fields}
    return SizeAnswer(**figures | {"breaches": [views.breach_view(each) for each in found.breaches]})


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/risk/size", size, "How large an order may be", SizeAnswer, SizeQuestion),
)
