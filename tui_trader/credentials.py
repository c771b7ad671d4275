"""The pair that signs requests to the exchange. The secret never reaches a repr, a log or an error text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """An exchange key and its secret, both as given by the exchange."""

    key: str
    secret: str

    def __repr__(self) -> str:
        """Show at most the last four characters of the key, and nothing of the secret."""
        return f"Credentials(key='…{self.tail}', secret=<hidden>)"

    __str__ = __repr__

    @property
    def tail(self) -> str:
        """The last four characters of the key, or nothing where the key is shorter than twelve."""
        return self.key[-4:] if len(self.key) >= 12 else ""
