"""The six frames were made with the official schema; ours must read them and write the same bytes."""

import pytest

from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

DEALS = (
    "0a2f73706f74407075626c69632e61676772652e6465616c732e76332e6170692e7062403130306d7340425443555344541a07425443"
    "5553445430fb80b3c19c33d2134a0a1f0a0839333232302e30301206302e30343434180220e480b3c19c332a025431122773706f7440"
    "7075626c69632e61676772652e6465616c732e76332e6170692e7062403130306d73"
)
DEPTH = (
    "0a2f73706f74407075626c69632e61676772652e64657074682e76332e6170692e7062403130306d7340425443555344541a07425443"
    "5553445430fb80b3c19c33ca13490a0a0a053130312e35120130120a0a053130302e351201321a2773706f74407075626c69632e6167"
    "6772652e64657074682e76332e6170692e7062403130306d73220231312a023133"
)
ORDER = (
    "0a1d73706f7440707269766174652e6f72646572732e76332e6170692e70621a074254435553445430fb80b3c19c3382133b0a064330"
    "325f5f3112036162631a033130302203302e352a02353032013038014001520235305a03302e356a0130720130780180018080b3c19c"
    "33"
)
ACCOUNT = (
    "0a1e73706f7440707269766174652e6163636f756e742e76332e6170692e706228e480b3c19c3330fb80b3c19c339a13320a04555344"
    "54120278311a0339353022032d35302a023530320235303a0d454e54525553545f504c41434540e380b3c19c33"
)
OWN_DEAL = (
    "0a1c73706f7440707269766174652e6465616c732e76332e6170692e70621a074254435553445430fb80b3c19c339213370a03313030"
    "1203302e351a023530200128013a02543142036162634a064330325f5f315205302e3032355a045553445460e480b3c19c33"
)
KLINE = (
    "0a2873706f74407075626c69632e6b6c696e652e76332e6170692e70624042544355534454404d696e311a074254435553445428e480"
    "b3c19c33a213280a044d696e3110ecef9dc7061a01312201322a01333203302e353a0231304202313548a8f09dc706"
)


def read(text: str) -> PushDataV3ApiWrapper:
    return PushDataV3ApiWrapper.FromString(bytes.fromhex(text))


@pytest.mark.parametrize("text", [DEALS, DEPTH, ORDER, ACCOUNT, OWN_DEAL, KLINE])
def test_every_known_frame_is_written_back_byte_for_byte(text: str) -> None:
    wrapper = read(text)
    assert wrapper.SerializeToString(deterministic=True).hex() == text


def test_a_deals_frame_reads_as_one_sell_trade() -> None:
    wrapper = read(DEALS)
    assert (wrapper.channel, wrapper.symbol, wrapper.sendTime) == (
        "spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT",
        "BTCUSDT",
        1760000000123,
    )
    (deal,) = wrapper.publicAggreDeals.deals
    assert (deal.price, deal.quantity, deal.tradeType, deal.time, deal.tradeId) == (
        "93220.00",
        "0.0444",
        2,
        1760000000100,
        "T1",
    )


def test_a_depth_frame_reads_as_a_version_range_with_one_level_each() -> None:
    body = read(DEPTH).publicAggreDepths
    assert (body.fromVersion, body.toVersion) == ("11", "13")
    assert [(level.price, level.quantity) for level in (*body.asks, *body.bids)] == [("101.5", "0"), ("100.5", "2")]


def test_the_private_frames_read_as_order_account_and_deal() -> None:
    order = read(ORDER).privateOrders
    assert (order.id, order.clientId, order.price, order.orderType, order.status) == ("C02__1", "abc", "100", 1, 1)
    assert order.createTime == 1760000000000
    account = read(ACCOUNT).privateAccount
    assert (account.vcoinName, account.balanceAmount, account.frozenAmount) == ("USDT", "950", "50")
    assert (account.type, account.time) == ("ENTRUST_PLACE", 1760000000099)
    deal = read(OWN_DEAL).privateDeals
    assert (deal.quantity, deal.amount, deal.isMaker, deal.tradeId, deal.feeAmount) == (
        "0.5",
        "50",
        True,
        "T1",
        "0.025",
    )


def test_a_candle_frame_has_its_window_in_seconds() -> None:
    candle = read(KLINE).publicSpotKline
    assert (candle.interval, candle.windowStart, candle.windowEnd) == ("Min1", 1759999980, 1760000040)
    assert (candle.openingPrice, candle.closingPrice, candle.volume, candle.amount) == ("1", "2", "10", "15")
