"""Handlers of the account, listen keys and strategy groups."""

import hashlib
from collections.abc import Mapping
from typing import Final

from tui_trader.exchange.sim.refusals import PARAMETER_WRONG, Refusal
from tui_trader.exchange.sim.server import account_rows, params
from tui_trader.exchange.sim.server.calls import Call, Handler
from tui_trader.exchange.wire import codes, endpoints
from tui_trader.exchange.wire.endpoints import Endpoint


def _account(call: Call) -> object:
    return account_rows.account(call.house.venue.balances(call.account))


def uid_of(account: str) -> str:
    """Derive the account's number: the same for the same name, 8 digits."""
    return str(10_000_000 + int(hashlib.sha256(account.encode()).hexdigest(), 16) % 90_000_000)


def _uid(call: Call) -> object:
    return {"uid": uid_of(call.account)}


def _kyc(_call: Call) -> object:
    return {"status": "1"}


def _fee(call: Call) -> object:
    rules = call.house.venue.rules(params.need(call.params, "symbol"))
    data = {
        "makerCommission": account_rows.ratio(rules.maker_fee),
        "takerCommission": account_rows.ratio(rules.taker_fee),
    }
    return account_rows.wrapped(data, call.house.server_ms())


def _mx_deduct(call: Call) -> object:
    return account_rows.wrapped({"mxDeductEnable": call.house.mx_deduct}, call.house.server_ms())


def _set_mx_deduct(call: Call) -> object:
    wanted = params.need(call.params, "mxDeductEnable").lower()
    if wanted not in {"true", "false"}:
        raise Refusal(*PARAMETER_WRONG)
    call.house.mx_deduct = wanted == "true"
    return _mx_deduct(call)


def _coins(call: Call) -> object:
    assets = {asset: None for rules in call.house.venue.symbols() for asset in (rules.base, rules.quote)}
    return [account_rows.coin(asset) for asset in assets]


def _create_key(call: Call) -> object:
    return {"listenKey": call.house.listen_keys.create(call.account)}


def _list_keys(call: Call) -> object:
    return {"listenKey": call.house.listen_keys.of(call.account)}


def _renew_key(call: Call) -> object:
    key = params.need(call.params, "listenKey")
    call.house.listen_keys.renew(call.account, key)
    return {"listenKey": key}


def _close_key(call: Call) -> object:
    key = params.need(call.params, "listenKey")
    call.house.listen_keys.close(call.account, key)
    return {"listenKey": key}


def _done(call: Call, data: object) -> object:
    return account_rows.wrapped(data, call.house.server_ms(), max(codes.SUCCESS))


def _group_id(call: Call) -> int:
    params.need(call.params, "tradeGroupId")
    return params.number(call.params, "tradeGroupId") or 0


def _uids(call: Call) -> list[str]:
    return params.need(call.params, "uid").split(",")


def _create_group(call: Call) -> object:
    return _done(call, call.house.groups.create(params.need(call.params, "tradeGroupName"), call.house.server_ms()))


def _list_groups(call: Call) -> object:
    return _done(call, call.house.groups.named(params.need(call.params, "tradeGroupName")))


def _delete_group(call: Call) -> object:
    return _done(call, call.house.groups.delete(_group_id(call)))


def _add_to_group(call: Call) -> object:
    return _done(call, call.house.groups.add(_group_id(call), _uids(call)))


def _list_group(call: Call) -> object:
    return _done(call, [call.house.groups.row_with_uids(_group_id(call))])


def _remove_from_group(call: Call) -> object:
    return _done(call, call.house.groups.remove(_group_id(call), _uids(call)))


ROUTES: Final[Mapping[Endpoint, Handler]] = {
    endpoints.ACCOUNT: _account,
    endpoints.UID: _uid,
    endpoints.KYC_STATUS: _kyc,
    endpoints.TRADE_FEE: _fee,
    endpoints.MX_DEDUCT_GET: _mx_deduct,
    endpoints.MX_DEDUCT_SET: _set_mx_deduct,
    endpoints.CAPITAL_CONFIG: _coins,
    endpoints.LISTEN_CREATE: _create_key,
    endpoints.LISTEN_LIST: _list_keys,
    endpoints.LISTEN_RENEW: _renew_key,
    endpoints.LISTEN_CLOSE: _close_key,
    endpoints.GROUP_CREATE: _create_group,
    endpoints.GROUP_LIST: _list_groups,
    endpoints.GROUP_DELETE: _delete_group,
    endpoints.GROUP_UID_ADD: _add_to_group,
    endpoints.GROUP_UID_LIST: _list_group,
    endpoints.GROUP_UID_DELETE: _remove_from_group,
}
"""Handler of each endpoint of this room."""
