"""The way to the desk: connect, check versions, load everything, follow events; begin again when the desk goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tui_trader.domain.text import clean
from tui_trader.errors import DeskUnavailable, TraderError
from tui_trader.ui.flows import lost
from tui_trader.ui.flows.risk import watch_risk
from tui_trader.ui.flows.session import Session
from tui_trader.ui.model import Link

if TYPE_CHECKING:
    from tui_trader.client.port import DeskPort

Connect = Callable[[], Awaitable["DeskPort"]]
FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0
CANDLES = 300
DEPTH = 30


class Connection:
    """Keeps the session's port alive. ``market`` is set when another market is to be followed."""

    def __init__(self, session: Session, connect: Connect) -> None:
        self._session = session
        self._connect = connect
        self.market = asyncio.Event()
        self._told = False

    async def run(self) -> None:
        """Connect for as long as the console lives."""
        wait = FIRST_WAIT
        while True:
            try:
                port = await self._connect()
                try:
                    await self._load(port)
                    wait = FIRST_WAIT
                    await self._follow(port)
                finally:
                    self._session.port = None
                    with suppress(TraderError):
                        await port.close()
            except TraderError as error:
                self._lost(clean(error, 400))
            except Exception as error:  # noqa: BLE001 - an answer that nobody foresaw must not end the console
                self._lost(f"its answer could not be understood ({type(error).__name__}: {clean(error, 120)})")
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _lost(self, reason: str) -> None:
        """Write down that no desk answers; everything shown is old from here on."""
        session, model = self._session, self._session.model
        if reason != model.link_reason and (model.sequence is None or model.link is Link.DOWN):
            # a desk that cannot start says why, and the top line has no room for it; the first loss is left to the
            # journeys that it interrupts
            self._told = True
            session.view.say(reason, "error")
        if model.link is not Link.DOWN:
            model.link, model.link_since = Link.DOWN, session.wall_ms()
            session.log("error", f"The desk is away: {reason}")
        model.link_reason = reason
        session.view.changed({"link"})

    async def _load(self, port: DeskPort) -> None:
        """Read the desk's state and all lists. What cannot be read shows as an error in its panel."""
        from tui_trader.contract import API_VERSION  # noqa: PLC0415 - after the first paint only

        session, model = self._session, self._session.model
        status = await port.status()
        model.take_status(status)
        if model.sequence is None:
            model.sequence = status.sequence
        session.port = port
        if self._told:
            self._told = False
            session.view.say("The desk is there.", "dim")
        names = list(dict.fromkeys((*model.watchlist, model.focus)))
        await together(
            self._read("watch", port.instruments(), self._take_instruments),
            self._read("watch", port.tickers(names), model.take_tickers),
            self._read("orders", port.open_orders(), self._take_orders),
            self._read("positions", port.positions({"status": "OPEN"}), self._take_positions),
            self._read("balances", port.balances(), self._take_balances),
            self._read("chart", port.fills({}, 200), self._take_fills),
        )
        if status.api_version == API_VERSION:
            model.link, model.link_reason = Link.UP, ""
        else:
            model.link, model.link_since = Link.VIEW_ONLY, session.wall_ms()
            model.link_reason = (
                f"the desk speaks version {status.api_version}, this console {API_VERSION}; :shutdown, then start again"
            )
        session.log(
            "info", f"Connected to the {status.mode} desk of profile {status.profile} (version {status.version})"
        )
        session.view.changed({"link", "top", "history"})
        await lost.ask(session, port)

    async def _read(self, panel: str, call: Awaitable[Any], take: Callable[[Any], object]) -> None:
        """Read one list; only a desk that is gone stops the rest."""
        try:
            take(await call)
            self._session.view.changed({panel})
        except DeskUnavailable:
            raise
        except TraderError as error:
            self._session.view.fail(panel, f"{clean(error, 200)} It is asked for again at the next connection.")

    def _take_instruments(self, instruments: Any) -> None:
        """Keep the rules of the pairs."""
        self._session.model.instruments = {each.symbol: each for each in instruments}

    def _take_orders(self, orders: Any) -> None:
        """Replace the working orders."""
        model = self._session.model
        model.take_orders(orders, model.status.now if model.status is not None else 0)

    def _take_positions(self, page: Any) -> None:
        """Replace the open positions."""
        self._session.model.positions = {each.id: each for each in page.items}

    def _take_balances(self, balances: Any) -> None:
        """Replace the balances."""
        self._session.model.balances = {each.asset: each for each in balances}

    def _take_fills(self, page: Any) -> None:
        """Replace the executions that the chart marks."""
        self._session.model.fills.clear()
        self._session.model.fills.extend(reversed(page.items))

    async def _follow(self, port: DeskPort) -> None:
        """Follow what happens and the market, until the desk goes away."""
        await together(self._happenings(port), self._markets(port), watch_risk(self._session, port))

    async def _happenings(self, port: DeskPort) -> None:
        """Take durable events, from the last one seen on."""
        async for event in port.events(self._session.model.sequence):
            self._session.view.changed(self._session.model.take(event))
        raise DeskUnavailable("The desk closed the connection.")

    async def _markets(self, port: DeskPort) -> None:
        """Follow the market on the screen; begin again when another one is wanted."""
        while True:
            self.market.clear()
            task = asyncio.create_task(self._market(port))
            changed = asyncio.create_task(self.market.wait())
            try:
                await asyncio.wait({task, changed}, return_when=asyncio.FIRST_COMPLETED)
                if task.done():
                    task.result()
            finally:
                for each in (task, changed):
                    each.cancel()
                await asyncio.gather(task, changed, return_exceptions=True)

    async def _market(self, port: DeskPort) -> None:
        """Read the candles of one market and take its frames."""
        from tui_trader.client.port import MarketInterest  # noqa: PLC0415 - after the first paint only

        model = self._session.model
        model.begin_market()
        focus, interval = model.focus, model.interval
        names = tuple(dict.fromkeys((*model.watchlist, focus)))
        interest = MarketInterest(names, focus, DEPTH, focus, (focus, interval), self._session.settings.rate)
        history = asyncio.create_task(self._read("chart", port.candles(focus, interval, CANDLES), self._take_candles))
        try:
            async for event in port.events(None, interest, durable=False):
                self._session.view.changed(model.take(event))
        finally:
            history.cancel()
            await asyncio.gather(history, return_exceptions=True)
        raise DeskUnavailable("The desk closed the connection.")

    def _take_candles(self, candles: Any) -> None:
        """Take history in; the stream goes on from its last bar."""
        self._session.model.candles = list(candles)


async def together(*jobs: Coroutine[Any, Any, None]) -> None:
    """Run jobs side by side; the first to fail ends the others and is what is raised."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
