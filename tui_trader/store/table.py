"""What all tables share."""

from __future__ import annotations

from peewee import Model


class Table(Model):
    """What all tables share. No database is bound: statements are built here and run by the session."""

    class Meta:
        """Peewee's options."""

        strict_tables = True
        legacy_table_names = False
