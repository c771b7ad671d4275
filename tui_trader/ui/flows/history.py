"""History: the first page of a view, and the pages after it as the cursor goes down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_trader.domain.text import clean
from tui_trader.errors import TraderError
from tui_trader.ui.flows.session import Session

if TYPE_CHECKING:
    from tui_trader.contract.base import Page
    from tui_trader.contract.orders import FillView, OrderView

PAGE = 200


class HistoryFlow:
    """Fetches pages one at a time; a second wish while one is under way is dropped."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._cursor: str | None = None
        self._busy = False
        self.view = "orders"
        self.filters: dict[str, str] = {}

    async def reload(self, view: str | None = None) -> None:
        """Fetch the first page."""
        self.view = view or self.view
        await self._fetch(first=True)

    async def more(self) -> None:
        """Fetch the next page, if there is one."""
        if self._cursor is not None:
            await self._fetch(first=False)

    async def narrow(self, text: str) -> None:
        """Let the desk filter by the parts of a filter that it knows: a symbol, a side."""
        filters = filters_of(text, self._session.model.instruments)
        if filters != self.filters:
            self.filters = filters
            await self._fetch(first=True)

    async def _fetch(self, *, first: bool) -> None:
        """Ask for a page and hand it to the panel."""
        if self._busy:
            return
        self._busy = True
        try:
            page = await self._page(None if first else self._cursor)
        except TraderError as error:
            self._session.view.fail("history", f"{clean(error, 300)} Press v to try again.")
            return
        finally:
            self._busy = False
        self._cursor = page.cursor
        items: Sequence[OrderView | FillView] = page.items
        self._session.view.history_page(self.view, page.total, items, first=first)

    async def _page(self, cursor: str | None) -> Page[OrderView] | Page[FillView]:
        """Ask the desk."""
        desk = self._session.desk()
        if self.view == "fills":
            return await desk.fills(self.filters, PAGE, cursor)
        return await desk.order_history(self.filters, PAGE, cursor)


def filters_of(text: str, symbols: object) -> dict[str, str]:
    """Read what the desk can filter by: a word that is a symbol, or ``buy`` and ``sell``."""
    found: dict[str, str] = {}
    for word in text.upper().split():
        if word in {"BUY", "SELL"}:
            found["side"] = word
        elif isinstance(symbols, dict) and word in symbols:
            found["symbol"] = word
    return found
