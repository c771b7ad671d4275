"""The desk's memory: Peewee on SQLite, one connection on one writer thread, journal first.

This room alone knows Peewee. It fulfils ``services.ports.Store`` and knows, besides that port and what the services
write into the journal, the domain and the base modules; nothing of the exchange or of anything that shows.
"""

from tui_trader.store.sqlite_store import SqliteStore

__all__ = ["SqliteStore"]
