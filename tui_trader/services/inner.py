"""What the services need of each other, so that each can be built and tested alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from tui_trader.domain.balance import Balance
from tui_trader.domain.events import Event
from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, DayTicker, Quote
from tui_trader.domain.order import Order, Side
from tui_trader.domain.position import Position
from tui_trader.rules.gate_figures import AccountFigures, ConductFigures, MarketFigures


class Publisher(Protocol):
    """The writing end of the bus."""

    def publish(self, event: Event) -> None:
        """Hand an event to every reader. Never blocks, never raises."""
        ...


class PositionKeeper(Protocol):
    """Positions as a fold over fills, kept in memory."""

    def fold(self, fill: Fill, order: Order | None) -> Sequence[Position]:
        """Take a fill in and return the positions it changed, to be written with it in one transaction.

        ``order`` is ``None`` for an execution of an order placed elsewhere that is not known yet.
        """
        ...

    async def fold_again(self, symbol: str) -> None:
        """Make a pair's positions anew from the executions stored, write down what changed, and publish it.

        Raises:
            StoreError: the executions cannot be read, or the positions not written.

        """
        ...

    def stand_ins(self) -> Sequence[Fill]:
        """List what stood in for executions when the desk started."""
        ...

    def announce(self, positions: Sequence[Position]) -> None:
        """Publish positions after their commit."""
        ...

    def held(self, symbol: str) -> Decimal:
        """Return the base quantity of the open, fill-made position of a pair."""
        ...


class FillLedger(Protocol):
    """The ledger, as far as executions concern it."""

    def post(self, fill: Fill) -> None:
        """Take an execution in."""
        ...

    def take_back(self, fill: Fill) -> None:
        """Take a stand-in for executions back."""
        ...


class BalanceKeeper(Protocol):
    """Balances as the venue reports them."""

    def take(self, balances: Sequence[Balance], *, complete: bool) -> None:
        """Take balances in and publish what changed; ``complete`` means assets not listed are gone."""
        ...

    def balance(self, asset: str) -> Balance | None:
        """Return the newest balance of an asset; ``None`` before the first snapshot."""
        ...


class RiskFigures(Protocol):
    """What the checks measure against limits. Only ``prepare`` waits."""

    async def prepare(self, symbol: str) -> None:
        """Wait shortly for what is missing for a decision on a pair."""
        ...

    def market(self, pair: Instrument) -> MarketFigures:
        """Return the figures of a pair."""
        ...

    def account(self, pair: Instrument, side: Side) -> AccountFigures:
        """Return those of the account, with regard to what an order of this side on this pair would acquire."""
        ...

    def conduct(self, symbol: str) -> ConductFigures:
        """Return what was done lately."""
        ...


class Rates(Protocol):
    """What things are worth."""

    def find(self, symbol: str) -> Instrument | None:
        """Return a pair's rules."""
        ...

    def rate(self, asset: str, currency: str) -> Decimal | None:
        """Return what one unit of ``asset`` is worth in ``currency``, through one intermediate pair at most."""
        ...

    def heard(self, asset: str, currency: str) -> int | None:
        """Return when the oldest price behind a rate was last heard of (UTC ms); ``None`` where there is none."""
        ...


class Prices(Rates, Protocol):
    """The newest market values known, for decisions. Nothing here waits."""

    def of_base(self, asset: str) -> Sequence[Instrument]:
        """List the pairs that trade an asset."""
        ...

    def quote(self, symbol: str) -> Quote | None:
        """Return best bid and ask."""
        ...

    def ticker(self, symbol: str) -> DayTicker | None:
        """Return the 24 h figures."""
        ...

    def book_now(self, symbol: str) -> Book | None:
        """Return the book, when one is being kept."""
        ...

    async def ensure_quote(self, symbol: str, max_age_ms: int) -> Quote | None:
        """Return a quote no older than that, subscribing and waiting shortly (at most 2 s) if needed."""
        ...
