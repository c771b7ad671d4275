"""Pushed balances: what moved them, and by how much, as far as the venue's word tells."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tui_trader.domain.balance import Mover
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.pushes import balance_of
from tui_trader.exchange.wire.mexcwire_pb2 import PrivateAccountV3Api, PushDataV3ApiWrapper

D = Decimal


def push(**fields: str) -> PushDataV3ApiWrapper:
    """Make a push of the account's channel."""
    usual = {"vcoinName": "USDT", "balanceAmount": "950", "frozenAmount": "50"}
    return PushDataV3ApiWrapper(privateAccount=PrivateAccountV3Api(**{**usual, **fields}), sendTime=9)


@pytest.mark.parametrize("word", ["ENTRUST_PLACE", "ENTRUST", "ENTRUST_CANCEL", "ENTRUST_UNFROZEN", "TRADE_FEE"])
def test_what_orders_move_is_told_by_executions(word: str) -> None:
    change = balance_of(push(type=word, balanceAmountChange="-50", frozenAmountChange="50"), 1)
    assert (change.mover, change.cause, change.amount) == (Mover.ORDERS, word, D(0))


@pytest.mark.parametrize("word", ["DEPOSIT", "DEPOSIT_FEE", "WITHDRAW", "WITHDRAW_FEE", "SUGAR"])
def test_what_comes_from_elsewhere_has_its_amount(word: str) -> None:
    change = balance_of(push(type=word, balanceAmountChange="-1000.00000001", frozenAmountChange="0.5"), 1)
    assert (change.mover, change.cause, change.amount) == (Mover.ELSEWHERE, word, D("-999.50000001"))
    assert change.balance.total == D(1000)


@pytest.mark.parametrize("word", ["CONTRACT_TRANSFER", "ETF_INDEX", "SOMETHING NEW", ""])
def test_an_unknown_word_is_unclear(word: str) -> None:
    change = balance_of(push(type=word, balanceAmountChange="7"), 1)
    assert (change.mover, change.amount) == (Mover.UNCLEAR, D(7))


def test_an_amount_that_is_no_number_makes_the_push_unreadable() -> None:
    with pytest.raises(Unreadable):
        balance_of(push(type="DEPOSIT", balanceAmountChange="NaN"), 1)
