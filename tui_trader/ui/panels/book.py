"""The order book: depth with bars, own orders marked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.style import Style
from textual.strip import Strip

from tui_trader.domain.order import Side
from tui_trader.ui.glyphs import ASCII
from tui_trader.ui.numbers import plain
from tui_trader.ui.widgets.lines import Run, line
from tui_trader.ui.widgets.panel import Face, Look, Panel

if TYPE_CHECKING:
    from tui_trader.contract.market import BookView
    from tui_trader.ui.model import DeskModel

Level = tuple[Decimal, Decimal]


class BookPanel(Panel):
    """Asks above, bids below, the spread between; bars show the running total of each side."""

    key = "book"
    title = "Book"
    digit = "3"
    leader = "b"
    empty_text = "The book of this market is empty."

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._lines: list[tuple[Run, ...]] = []
        self._widths = (8, 8)
        self._model: DeskModel | None = None

    def on_resize(self) -> None:
        """Compose for the room there is."""
        if self._model is not None:
            self.tell(self._model)

    def tell(self, model: DeskModel) -> None:
        """Show the newest book; only lines that differ are drawn."""
        if self.frozen:
            return
        self._model = model
        self.set_info(model.focus)
        if model.book is None:
            return
        if not model.book.bids and not model.book.asks:
            self.set_face(Face.EMPTY)
            return
        before, widths = self._lines, self._widths
        self._lines = self._picture(model.book, model)
        if self.face is not Face.FULL or len(before) != len(self._lines) or widths != self._widths:
            self.face = Face.FULL
            self.refresh()
            return
        for index, (old, found) in enumerate(zip(before, self._lines, strict=True)):
            if old != found:
                self.refresh(self._line_region(index + 1))

    def forget(self) -> None:
        """Show another market: widths start anew."""
        self._lines, self._widths = [], (8, 8)
        self.set_face(Face.LOADING)
        self.refresh()

    def body(self, y: int) -> Strip:
        """Draw one line of the picture."""
        runs = self._lines[y] if y < len(self._lines) else ()
        return line(runs, self.size.width, self.style_of("text"))

    def _picture(self, book: BookView, model: DeskModel) -> list[tuple[Run, ...]]:
        """Compose all lines for the room there is."""
        height = self.size.height - 1
        side = max(1, (height - 2) // 2)
        asks, bids = book.asks[:side], book.bids[: height - 2 - side]
        total = max(
            sum((q for _, q in asks), Decimal(0)), sum((q for _, q in bids), Decimal(0)), Decimal(1).scaleb(-12)
        )
        price, quantity = model.decimals(book.symbol)
        texts = [(plain(p, price), plain(q, quantity)) for p, q in (*asks, *bids)]
        self._widths = (
            max(self._widths[0], *(len(p) for p, _ in texts)),
            max(self._widths[1], *(len(q) for _, q in texts)),
        )
        own = _own(model, book.symbol)
        lines = [self._heads()]
        lines += [()] * (side - len(asks))
        lines += reversed(self._side(asks, "sell", total, own[Side.SELL], price, quantity))
        lines.append(self._middle(book, price))
        lines += self._side(bids, "buy", total, own[Side.BUY], price, quantity)
        return lines[:height]

    def _heads(self) -> tuple[Run, ...]:
        """Name the columns."""
        wide_price, wide_quantity = self._widths
        return ((f"  {'Price':>{wide_price}} {'Quantity':>{wide_quantity}} Depth", self.style_of("head")),)

    def _side(
        self,
        levels: list[Level],
        role: str,
        total: Decimal,
        own: dict[Decimal, Decimal],
        price: int | None,
        quantity: int | None,
    ) -> list[tuple[Run, ...]]:
        """Compose the lines of one side, best first."""
        wide_price, wide_quantity = self._widths
        room = max(0, self.size.width - wide_price - wide_quantity - 5)
        lines: list[tuple[Run, ...]] = []
        running = Decimal(0)
        for level, amount in levels:
            running += amount
            mine = own.get(level)
            mark = self.look.glyphs.dot if mine else " "
            lines.append(
                (
                    (mark + " ", self.style_of("accent")),
                    (
                        f"{plain(level, price):>{wide_price}}",
                        self.style_of(role) + (Style(bold=True) if mine else Style()),
                    ),
                    (f" {plain(amount, quantity):>{wide_quantity}} ", self.style_of("text")),
                    (
                        bar(running, total, room, self.look.glyphs.parts),
                        self.style_of(role if self.look.glyphs is ASCII else f"{role}_bar"),
                    ),
                )
            )
        return lines

    def _middle(self, book: BookView, price: int | None) -> tuple[Run, ...]:
        """Compose the line between the sides: the spread."""
        if not book.asks or not book.bids:
            text = "one side is empty"
        else:
            ask, bid = book.asks[0][0], book.bids[0][0]
            share = (ask - bid) / bid * 100 if bid else Decimal(0)
            text = f"spread {plain(ask - bid, price)}  {share:.3f}%"
        rule = self.look.glyphs.rule
        rest = max(0, self.size.width - len(text) - 5)
        return (
            (f"{rule * 2} ", self.style_of("faint")),
            (text, self.style_of("dim")),
            (f" {rule * rest}", self.style_of("faint")),
        )


def _own(model: DeskModel, symbol: str) -> dict[Side, dict[Decimal, Decimal]]:
    """Sum own working orders by side and price."""
    found: dict[Side, dict[Decimal, Decimal]] = {Side.BUY: {}, Side.SELL: {}}
    for order in (model.orders or {}).values():
        if order.symbol == symbol and order.price is not None:
            found[order.side][order.price] = found[order.side].get(order.price, Decimal(0)) + order.remaining
    return found


def bar(value: Decimal, whole: Decimal, width: int, parts: str) -> str:
    """Draw a share of ``width`` cells in eighths."""
    eighths = int(value * width * 8 / whole)
    full, rest = divmod(min(eighths, width * 8), 8)
    return parts[8] * full + (parts[rest] if rest else "")
