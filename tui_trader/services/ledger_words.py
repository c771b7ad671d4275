"""What a person is told of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tui_trader.domain.ledger import LedgerBreak, LedgerEntry
from tui_trader.domain.money import canonical

_CAUSES = {
    "DEPOSIT": "a deposit",
    "DEPOSIT_FEE": "the fee of a deposit",
    "WITHDRAW": "a withdrawal",
    "WITHDRAW_FEE": "the fee of a withdrawal",
    "SUGAR": "an airdrop",
}


def amount(value: Decimal) -> str:
    """Write an amount without its sign, thousands grouped."""
    return format(Decimal(canonical(value.copy_abs())), ",f")


def _signed(value: Decimal) -> str:
    return f"{'-' if value < 0 else '+'}{amount(value)}"


def came_or_went(entry: LedgerEntry) -> str:
    """Say what came from elsewhere or went there."""
    way = "came in" if entry.delta > 0 else "went out"
    return f"{amount(entry.delta)} {entry.asset} {way}: {_CAUSES.get(entry.note, entry.note or 'no cause given')}."


def unexplained(found: LedgerBreak) -> str:
    """Say what is not explained, and what to do."""
    more = found.difference > 0
    figures = f"{amount(found.found)} at the exchange, {amount(found.expected)} by the ledger"
    did, word = ("deposited", "deposit") if more else ("withdrew", "withdrawal")
    return (
        f"{found.asset} is {amount(found.difference)} {'more' if more else 'less'} than the fills explain ({figures}). "
        f"If you {did} it, type: resume {word}. If not, look at your account on the exchange before you resume."
    )


def all_unexplained(breaks: Sequence[LedgerBreak]) -> str:
    """Say it of all assets at once: the gate has one reason."""
    first, *rest = breaks
    if not rest:
        return unexplained(first)
    others = ", ".join(f"{each.asset} {_signed(each.difference)}" for each in rest)
    return f"{unexplained(first)} Not explained either: {others}."


def explained(found: LedgerBreak) -> str:
    """Say that a difference is gone."""
    return f"What was not explained of {found.asset} ({_signed(found.difference)}) is explained by now."


def accepted(breaks: Sequence[LedgerBreak], by: str, reason: str) -> str:
    """Say that a person accepted differences."""
    figures = ", ".join(f"{_signed(each.difference)} {each.asset}" for each in breaks)
    return f"Adjusted by {by} ({reason}): {figures}." if reason else f"Adjusted by {by}: {figures}."


def locked(asset: str, amount_locked: Decimal, low: Decimal, high: Decimal) -> str:
    """Say that open orders do not explain what is locked."""
    orders = amount(low) if low == high else f"{amount(low)} to {amount(high)}"
    return (
        f"{amount(amount_locked)} {asset} are locked at the exchange, where the open orders shown lock {orders}. "
        "A withdrawal under way or an order set on the exchange's website does that."
    )
