"""Power cuts under the store: after any cut, what was acknowledged is there, whole, and its chain fits.

What is the real code: ``store.changes`` (the rows, the statements, the hash chain), ``store.session.Session`` (the
transactions, group commits, checkpoints), the settings of ``store.opening.configure``, and, after each cut, the whole
``SqliteStore`` on the standard library's ``sqlite3``, which opens, recovers, verifies and reads back.

What is not: while it writes, the session stands on APSW's SQLite and not on the standard library's, through a thin
stand-in for ``sqlite3.Connection`` (``connection``); the writer thread's queue is played by calling the session in
its order; the tables are made beforehand by the real store without a cut; and the disk is a model (``disk``) that
keeps what was synced and may lose or tear every 512-byte sector that was not. It never loses a directory entry and
never lies about a sync.
"""
