"""The API as a table of endpoints, one module a group."""

from __future__ import annotations

from tui_trader.api.endpoint import Endpoint
from tui_trader.api.routes import (
    account,
    commands,
    history,
    market,
    orders,
    positions,
    risk,
    risk_limits,
    risk_size,
    risk_state,
    status,
)

ENDPOINTS: tuple[Endpoint, ...] = (
    *status.ENDPOINTS,
    *orders.ENDPOINTS,
    *commands.ENDPOINTS,
    *risk.ENDPOINTS,
    *risk_limits.ENDPOINTS,
    *risk_size.ENDPOINTS,
    *risk_state.ENDPOINTS,
    *positions.ENDPOINTS,
    *market.ENDPOINTS,
    *account.ENDPOINTS,
    *history.ENDPOINTS,
)
"""Every route with an answer of its own; the event stream and the document stand beside them."""
