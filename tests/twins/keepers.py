"""Twins of what the order path needs of the other services: prices, positions, balances, a place for events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tests.twins.clock import VirtualClock
from tests.twins.exchange import instrument
from tests.twins.gate_figures import GOOD_ACCOUNT, GOOD_CONDUCT, GOOD_MARKET, deep_book
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, DayTicker, Quote
from tui_trader.domain.order import Order, Side
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionStatus, PositionType
from tui_trader.errors import StoreError
from tui_trader.rules.gate_figures import AccountFigures, ConductFigures, MarketFigures

D = Decimal


class PricesTwin:
    """Prices that a test sets. By default every pair stands at 100 / 100.1, just received."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.pairs: dict[str, Instrument] = {name: instrument(name) for name in ("BTCUSDT", "ETHUSDT")}
        self.quotes: dict[str, Quote | None] = {}
        self.tickers: dict[str, DayTicker] = {}
        self.books: dict[str, Book] = {}
        self.rates: dict[tuple[str, str], Decimal] = {}
        self.waited_for: list[str] = []
        self.arriving: dict[str, Quote] = {}

    def make(self, symbol: str, bid: str = "100", ask: str = "100.1", age_ms: int = 0) -> Quote:
        """Make a quote."""
        now = self.clock.wall_ms() - age_ms
        return Quote(symbol, D(bid), D(5), D(ask), D(5), now, now)

    def find(self, symbol: str) -> Instrument | None:
        """Return a pair's rules."""
        return self.pairs.get(symbol)

    def of_base(self, asset: str) -> Sequence[Instrument]:
        """List the pairs that trade an asset."""
        return [each for each in self.pairs.values() if each.base == asset]

    def quote(self, symbol: str) -> Quote | None:
        """Return the quote set, or a fresh one."""
        if symbol in self.quotes:
            return self.quotes[symbol]
        return self.make(symbol) if symbol in self.pairs else None

    def ticker(self, symbol: str) -> DayTicker | None:
        """Return the 24 h figures set."""
        return self.tickers.get(symbol)

    def book_now(self, symbol: str) -> Book | None:
        """Return the book set, or one that bears any order at the quote's prices."""
        quote = self.quote(symbol)
        if symbol in self.books or quote is None:
            return self.books.get(symbol)
        return deep_book(symbol, quote.bid, quote.ask, quote.received)

    def rate(self, asset: str, currency: str) -> Decimal | None:
        """Return the rate set."""
        return self.rates.get((asset, currency))

    def heard(self, asset: str, currency: str) -> int | None:
        """Return that every price was heard of just now."""
        return self.clock.wall_ms()

    async def ensure_quote(self, symbol: str, max_age_ms: int) -> Quote | None:
        """Let the quote arrive that a test prepared."""
        self.waited_for.append(symbol)
        if symbol in self.arriving:
            self.quotes[symbol] = self.arriving.pop(symbol)
        return self.quote(symbol)


class FiguresTwin:
    """Figures of a healthy market and account, unless a test sets others."""

    def __init__(self) -> None:
        self.of_market = GOOD_MARKET
        self.of_account = GOOD_ACCOUNT
        self.of_conduct = GOOD_CONDUCT
        self.prepared: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None
        """Happens while figures are waited for."""

    async def prepare(self, symbol: str) -> None:
        """Remember what was asked for."""
        self.prepared.append(symbol)
        self.meanwhile()

    def market(self, pair: Instrument) -> MarketFigures:
        """Return those set."""
        return self.of_market

    def account(self, pair: Instrument, side: Side) -> AccountFigures:
        """Return those set."""
        return self.of_account

    def conduct(self, symbol: str) -> ConductFigures:
        """Return those set."""
        return self.of_conduct


class PositionsTwin:
    """Counts coins per pair, and keeps what it was told."""

    def __init__(self) -> None:
        self.folded: list[Fill] = []
        self.announced: list[Position] = []
        self.folded_again: list[str] = []
        self.standing: list[Fill] = []
        self.trouble: StoreError | None = None

    def fold(self, fill: Fill, order: Order | None) -> Sequence[Position]:
        """Take a fill in."""
        self.folded.append(fill)
        held = self.held(fill.symbol)
        return [
            Position(
                id=fill.symbol,
                symbol=fill.symbol,
                side=PositionSide.LONG,
                status=PositionStatus.OPEN if held > 0 else PositionStatus.CLOSED,
                source=PositionSource.FILLS,
                type=PositionType.MANUAL,
                quantity=max(held, D(0)),
                entry_price=fill.price,
                opened_at=fill.at,
                updated_at=fill.at,
            )
        ]

    async def fold_again(self, symbol: str) -> None:
        """Remember that a pair was asked to be folded again, or fail as a test set it."""
        if self.trouble is not None:
            raise self.trouble
        self.folded_again.append(symbol)

    def stand_ins(self) -> Sequence[Fill]:
        """List the stand-ins that a test set."""
        return self.standing

    def announce(self, positions: Sequence[Position]) -> None:
        """Remember what would be published."""
        self.announced.extend(positions)

    def held(self, symbol: str) -> Decimal:
        """Add the fills up."""
        return sum((fill.quantity * fill.side.sign for fill in self.folded if fill.symbol == symbol), D(0))


class BalancesTwin:
    """Balances as last taken in."""

    def __init__(self) -> None:
        self.rows: dict[str, Balance] = {}

    def take(self, balances: Sequence[Balance], *, complete: bool) -> None:
        """Take balances in."""
        if complete:
            self.rows.clear()
        self.rows.update({balance.asset: balance for balance in balances})

    def balance(self, asset: str) -> Balance | None:
        """Return one."""
        return self.rows.get(asset)


@dataclass
class Ear:
    """A reader of the bus that keeps everything."""

    events: list[Event] = field(default_factory=list)

    def publish(self, event: Event) -> None:
        """Keep an event."""
        self.events.append(event)

    def of(self, kind: EventKind) -> list[Event]:
        """List events of a kind."""
        return [event for event in self.events if event.kind is kind]

    def texts(self) -> list[str]:
        """List what people were told."""
        return [event.data.text for event in self.of(EventKind.NOTICE)]
