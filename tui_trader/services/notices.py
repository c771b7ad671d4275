"""Lines for the log panel that are kept in the journal, so that a console that attaches later reads them too."""

from __future__ import annotations

import logging

from tui_trader.clock import Clock
from tui_trader.domain.events import Event, EventKind, Notice
from tui_trader.errors import StoreError
from tui_trader.services.inner import Publisher
from tui_trader.services.journal_lines import notice_line
from tui_trader.services.ports import Change, Store

_log = logging.getLogger(__name__)


async def tell(store: Store, bus: Publisher, clock: Clock, notice: Notice) -> None:
    """Write a notice down, then publish it; published without a sequence where the journal cannot be written."""
    at = clock.wall_ms()
    sequence: int | None
    try:
        sequence = await store.write(Change(journal=(notice_line(notice, at),)))
    except StoreError:
        _log.exception("A notice could not be written down.")
        sequence = None
    bus.publish(Event(EventKind.NOTICE, at, notice, sequence))
