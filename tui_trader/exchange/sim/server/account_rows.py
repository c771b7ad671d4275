"""JSON shapes of the account (rest.md §7). Money goes out as text, fee ratios as the numbers MEXC sends."""

from decimal import Decimal
from typing import Any

from tui_trader.domain.money import canonical
from tui_trader.exchange.sim.model import Balance

Json = dict[str, Any]


def wrapped(data: object, now_ms: int, code: int = 0) -> Json:
    """Build the envelope of tradeFee, mxDeduct, the symbol lists and the strategy groups."""
    return {"data": data, "code": code, "msg": "success", "timestamp": now_ms}


def account(balances: list[Balance]) -> Json:
    """Answer of GET /account; only assets that are there are listed."""
    held = [balance for balance in balances if balance.free or balance.locked]
    return {
        "makerCommission": None,
        "takerCommission": None,
        "buyerCommission": None,
        "sellerCommission": None,
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "updateTime": None,
        "accountType": "SPOT",
        "balances": [_balance(balance) for balance in sorted(held, key=lambda balance: balance.asset)],
        "permissions": ["SPOT"],
    }


def _balance(balance: Balance) -> Json:
    free = canonical(balance.free)
    return {"asset": balance.asset, "free": free, "locked": canonical(balance.locked), "available": free}


def ratio(value: Decimal) -> float:
    """Turn a fee ratio into the JSON number that tradeFee answers; it leaves the exact world for good."""
    return float(value)  # float: the wire wants a JSON number


def coin(asset: str) -> Json:
    """One row of capital/config/getall; the simulator moves no coins, so the network list is empty."""
    return {"coin": asset, "name": asset, "Name": asset, "networkList": []}
