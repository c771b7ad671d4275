"""The watchlist: last price, change, spread, age and a small trend of each pair."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from tui_trader.ui.model import STALE_MS
from tui_trader.ui.numbers import NOTHING, age, percent, plain, short, signed
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from tui_trader.contract.market import TickerView
    from tui_trader.ui.glyphs import Glyphs
    from tui_trader.ui.model import DeskModel

TREND = 8


class WatchPanel(TablePanel):
    """Pairs to watch; the cursor's pair is what chart, book and trades show."""

    key = "watch"
    title = "Watchlist"
    digit = "1"
    leader = "w"
    counts = False
    empty_text = "No pairs. Add some with watchlist in the configuration file."
    columns = (
        Column("Symbol"),
        Column("Last", number=True, marks=True),
        Column("Change", number=True),
        Column("Spread", number=True, rank=3),
        Column("24h vol", number=True, rank=4),
        Column("Trend", least=TREND, most=TREND, rank=2),
        Column("Age", least=3, rank=1),
    )

    def tell(self, model: DeskModel, now_ms: int, now: float, *, as_percent: bool) -> None:
        """Show the newest figures."""
        names = tuple(dict.fromkeys((*model.watchlist, model.focus)))
        self.show((self._row_of(name, model, now_ms, as_percent=as_percent) for name in names), now)

    def _row_of(self, name: str, model: DeskModel, now_ms: int, *, as_percent: bool) -> Row:
        """Make a row; a pair whose figures are old is dim."""
        ticker = model.tickers.get(name)
        if ticker is None:
            return Row(name, (Cell(name, "dim"), *(Cell(NOTHING, "dim") for _ in range(4)), Cell(""), Cell("")))
        old = now_ms - ticker.received > STALE_MS
        decimals, _ = model.decimals(name)
        trend_role = "stale" if old else "buy" if ticker.change > 0 else "sell" if ticker.change < 0 else "text"
        change = percent(ticker.change) if as_percent else signed(ticker.last - ticker.open, decimals or 2)
        return Row(
            name,
            (
                Cell(name, "stale" if old else "bold" if name == model.focus else "text"),
                Cell(plain(ticker.last, decimals), "stale" if old else "text", ticker.last),
                Cell(change, trend_role),
                Cell(_spread(ticker), "stale" if old else "dim"),
                Cell(short(ticker.quote_volume), "stale" if old else "dim"),
                Cell(spark(tuple(model.sparks.get(name, ())), self.look.glyphs), trend_role),
                Cell(age(now_ms - ticker.received), "warn" if old else "faint"),
            ),
        )


def _spread(ticker: TickerView) -> str:
    """Write the spread in percent of the bid."""
    if not ticker.bid or ticker.ask is None:
        return NOTHING
    return f"{(ticker.ask - ticker.bid) / ticker.bid * 100:.3f}%"


def spark(values: Sequence[Decimal], glyphs: Glyphs) -> str:
    """Draw the last few values as a line of bars."""
    values = values[-TREND:]
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or Decimal(1)
    steps = len(glyphs.spark) - 1
    return "".join(glyphs.spark[int((value - low) / span * steps)] for value in values)
