"""``/account``: balances, where they come from, and equity."""

from __future__ import annotations

from tui_trader.api import views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.contract.account import BalanceView, EquityView, LedgerView

DAY_MS = 86_400_000


async def balances(call: Call) -> list[BalanceView]:
    """List assets."""
    return [views.balance_view(row) for row in call.services.account.balances()]


async def ledger(call: Call) -> list[LedgerView]:
    """List the accounts of every asset."""
    return [views.ledger_view(row) for row in await call.services.ledger.rows()]


async def equity(call: Call) -> list[EquityView]:
    """List samples of equity; the last 24 h unless told."""
    now = call.services.desk.status().now
    end = call.moment("to") or now
    start = call.moment("from")
    samples = await call.services.account.equity(end - DAY_MS if start is None else start, end)
    wealth = call.services.account.wealth()
    currency = wealth.currency if wealth else "USDT"
    return [views.equity_view(sample, currency) for sample in samples]


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/account/balances", balances, "Balances, most valuable first", list[BalanceView]),
    Endpoint("GET", "/account/ledger", ledger, "Where every balance comes from, by asset", list[LedgerView]),
    Endpoint(
        "GET",
        "/account/equity",
        equity,
        "Samples of equity, oldest first",
        list[EquityView],
        query={"from": "RFC 3339 or UTC milliseconds", "to": "RFC 3339 or UTC milliseconds"},
    ),
)
