"""What the venue shows against what the desk knows: facts are taken in, doubts become questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance
from tui_trader.domain.fill import Fill
from tui_trader.domain.ledger import LedgerBreak
from tui_trader.domain.order import Order, OrderStatus
from tui_trader.domain.timing import Timing
from tui_trader.errors import VenueUnavailable
from tui_trader.exchange.port import VenueOrder
from tui_trader.rules.asset_ledger import QUOTES
from tui_trader.rules.order_events import AbsentFromOpen
from tui_trader.services import ledger_words
from tui_trader.services.account_ledger import adjustment_entry
from tui_trader.services.cursors import ORDERS_REMEMBERED_MS, Cursors
from tui_trader.services.evidence import Evidence, ahead_ms
from tui_trader.services.ingest import Ingest
from tui_trader.services.intake import Intake
from tui_trader.services.ledger_check import LedgerCheck
from tui_trader.services.recorder import Draft, Recorder
from tui_trader.services.snapshot import AHEAD_MS, Snapshot, take
from tui_trader.services.working import WorkingOrders

CURRENCIES = ("USDT", "USDC")
REMEMBERED_MS = 7 * 24 * 3600 * 1000
"""The venue lists orders of at most seven days."""
AT_ONCE = 100
"""So many orders of a long history are taken in at once: fewer than are kept in memory after their end."""
AT_VENUE = frozenset({OrderStatus.LIVE, OrderStatus.PART})
RESOLVED = AT_VENUE | {OrderStatus.CLOSING, OrderStatus.UNKNOWN, OrderStatus.NOT_PLACED}


class Comparison:
    """Compares. :meth:`everything` is for the start and after gaps, the others are for every day."""

    def __init__(
        self,
        evidence: Evidence,
        ingest: Ingest,
        intake: Intake,
        recorder: Recorder,
        working: WorkingOrders,
        check: LedgerCheck,
        clock: Clock,
        timing: Timing,
    ) -> None:
        self._exchange = evidence.exchange
        self._evidence = evidence
        self._ingest = ingest
        self._intake = intake
        self._recorder = recorder
        self._working = working
        self._ledger = check.ledger
        self._check = check
        self._prices = evidence.prices
        self._clock = clock
        self._timing = timing

    async def everything(self, cursors: Cursors) -> bool:
        """Take a snapshot in, resolve every order that is not final, and say whether the picture was exact.

        Raises:
            VenueError: the venue could not be read.

        """
        picture = await self._snapshot(cursors)
        await self._take_in(picture, cursors)
        resting = {each.venue_order_id for each in picture.open_orders}
        for order in self._working.unfinished():
            if order.status in RESOLVED and (order.venue_order_id or "") not in resting:
                await self._resolve(order)
        return picture.exact

    async def open_orders(self) -> None:
        """Compare what rests, both ways; an own order that is not there becomes a question (T21, T29).

        Raises:
            VenueError: the venue could not be read.

        """
        at = self._clock.wall_ms()
        resting = await self._exchange.open_orders()
        await self._intake.acquaint(resting)
        draft = Draft()
        self._intake.take(draft, resting, "open orders")
        self._doubt(draft, resting, at)
        await self._recorder.commit(draft)

    async def fills_and_balances(self, cursors: Cursors) -> None:
        """Read executions since the last time, and what is there.

        Raises:
            VenueError: the venue could not be read.

        """
        await self._take_in(await self._snapshot(cursors), cursors)

    @property
    def unjudged(self) -> bool:
        """Whether balances differ from the ledger that waited for the executions of an order."""
        return self._check.unjudged

    @property
    def doubts(self) -> bool:
        """Whether balances differ from the ledger, which only a later reading confirms."""
        return self._check.doubts

    @property
    def breaks(self) -> Sequence[LedgerBreak]:
        """What the ledger does not explain."""
        return list(self._ledger.breaks.values())

    async def accept_breaks(self, by: str, reason: str) -> Sequence[LedgerBreak]:
        """Book what is not explained as adjustments, by a person's word; returns what was accepted.

        Raises:
            StoreError: nothing was booked.

        """
        accepted, draft, now = self.breaks, Draft(), self._clock.wall_ms()
        entries = [adjustment_entry(each, now, f"{by}: {reason}") for each in accepted]
        for entry in entries:
            draft.enter(entry, now)
        if accepted:
            self._recorder.notice(draft, "info", ledger_words.accepted(accepted, by, reason), "ledger_adjusted")
            await self._recorder.commit(draft, must=True)
        for entry in entries:
            self._ledger.book(entry)
            self._check.accepted(entry.asset)
        return accepted

    async def history(self, cursors: Cursors) -> None:
        """Read again what the venue remembers of seven days on every pair ever read, and take in what was missed (L5).

        Raises:
            VenueError: the venue could not be read.

        """
        for symbol in sorted(cursors.symbols):
            now = self._clock.wall_ms() + ahead_ms(self._exchange)
            start, end = max(cursors.since, now - REMEMBERED_MS), now + AHEAD_MS
            found: list[VenueOrder | Fill] = [*await self._exchange.all_orders(symbol, start, end)]
            found += await self._exchange.fills(symbol, start, end)
            by_order: defaultdict[str, list[VenueOrder | Fill]] = defaultdict(list)
            for row in found:
                by_order[row.venue_order_id].append(row)
            orders = list(by_order.values())
            for first in range(0, len(orders), AT_ONCE):
                await self._take_news([row for rows in orders[first : first + AT_ONCE] for row in rows], "history")

    async def _take_news(self, news: Sequence[VenueOrder | Fill], source: str) -> None:
        """Commit news, and find the orders of executions that belong to none we know."""
        await self._intake.acquaint(news)
        draft = Draft()
        strangers = self._intake.take(draft, news, source)
        await self._recorder.commit(draft)
        for fill in {fill.venue_order_id: fill for fill in strangers}.values():
            with suppress(VenueUnavailable):  # another reading brings it again
                await self.adopt(fill)

    async def adopt(self, fill: Fill) -> None:
        """Find the order of an execution that belongs to none we know, and take it in.

        Raises:
            VenueUnavailable: the venue does not show the order yet.
            VenueError: the venue could not be read.

        """
        if self._intake.known(fill) is not None or fill.venue_order_id not in self._intake.orphans:
            return
        found = await self._exchange.order(fill.symbol, venue_order_id=fill.venue_order_id)
        if found is None:
            raise VenueUnavailable(f"The exchange does not show order {fill.venue_order_id} yet.")
        await self._intake.acquaint([found])
        draft = Draft()
        self._intake.take(draft, [found], "lookup")
        await self._recorder.commit(draft)

    async def _snapshot(self, cursors: Cursors) -> Snapshot:
        return await take(
            self._exchange,
            self._clock,
            cursors,
            lambda balances, resting: self._symbols(cursors, balances, resting),
            lambda: self._ingest.count,
        )

    def _symbols(self, cursors: Cursors, balances: Sequence[Balance], resting: Sequence[VenueOrder]) -> Iterable[str]:
        """Say which pairs may have executions: those traded here, resting now, or of coins that are there.

        While balances differ from the ledger, coins are looked for on pairs in every currency.
        """
        currencies = QUOTES if self._check.doubts else CURRENCIES
        yield from cursors.symbols
        yield from (order.symbol for order in self._working.unfinished())
        yield from (order.symbol for order in resting)
        for balance in balances:
            yield from (name for name in (balance.asset + each for each in currencies) if self._prices.find(name))

    async def _take_in(self, picture: Snapshot, cursors: Cursors) -> None:
        """Commit a snapshot: orders, executions, cursors, and balances unless the stream was faster."""
        news: list[VenueOrder | Fill] = [*picture.open_orders, *picture.fills]
        await self._intake.acquaint(news)
        draft = Draft()
        strangers = self._intake.take(draft, news, "snapshot")
        lost = {fill.symbol for fill in strangers}
        forgotten = sorted(symbol for symbol in picture.symbols if cursors.incomplete(symbol, picture.at))
        if forgotten:
            text = f"The exchange remembers one month of trades; older ones are missing on {', '.join(forgotten)}."
            self._recorder.notice(draft, "warning", text, "history_incomplete")
        if cursors.away_ms(picture.at) > ORDERS_REMEMBERED_MS:
            text = "The exchange lists the orders of seven days, and this desk was away for longer."
            self._recorder.notice(
                draft, "warning", f"{text} What ended elsewhere may be missing.", "history_incomplete"
            )
        draft.settings.update(cursors.advance(picture.symbols - lost, picture.at))
        pushed = self._ingest.balance_counts
        draft.balances.update(
            {each.asset: each for each in picture.balances if pushed.get(each.asset, 0) <= picture.events}
        )
        quiet = self._ingest.count == picture.events
        draft.complete_balances = picture.exact and quiet
        if quiet:
            for change in self._ingest.balances_overtaken():
                self._ledger.moved(draft, change)
        if picture.exact and quiet and self._ingest.settled:
            self._check.compare(draft, picture, lost)
        await self._recorder.commit(draft)
        for fill in {fill.venue_order_id: fill for fill in strangers}.values():
            with suppress(VenueUnavailable):  # its pair's cursor stays, so the next reading brings it again
                await self.adopt(fill)

    def _doubt(self, draft: Draft, resting: Sequence[VenueOrder], at: int) -> None:
        shown = {each.venue_order_id for each in resting}
        for order in self._working.working():
            settled = order.updated_at < at - self._timing.guard_ms and order.status in AT_VENUE
            if settled and order.venue_order_id not in shown:
                self._recorder.take(draft, order, AbsentFromOpen(self._clock.wall_ms()), "open orders")

    async def _resolve(self, order: Order) -> None:
        """Ask for one order and its executions; what stays unknown is pursued elsewhere."""
        found = await self._evidence.look(order)
        news: list[VenueOrder | Fill] = [] if found is None else [found]
        if found is None or found.executed > order.executed:
            news.extend(await self._evidence.fills(order, self._clock.wall_ms()))
        if news:
            await self._intake.acquaint(news)
            draft = Draft()
            self._intake.take(draft, news, "lookup")
            await self._recorder.commit(draft)
