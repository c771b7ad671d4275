"""The key and the secret of an account. The secret signs and is never shown."""

from __future__ import annotations

import re

from tui_trader.errors import UsageError
from tui_trader.exchange.wire.signature import sign

_PRINTABLE = re.compile(r"[!-~]{1,256}")


class Credentials:
    """An API key and its secret.

    Raises:
        UsageError: either is empty or holds blanks, control characters or non-ASCII text.

    """

    __slots__ = ("_secret", "key")

    def __init__(self, key: str, secret: str) -> None:
        for name, value in (("API key", key), ("API secret", secret)):
            if not _PRINTABLE.fullmatch(value):
                raise UsageError(f"The {name} is empty or holds blanks or odd characters; copy it again from MEXC.")
        self.key = key
        self._secret = secret

    def sign(self, text: str) -> str:
        """Return the signature of a raw query with its raw body behind it."""
        return sign(self._secret, text)

    def __repr__(self) -> str:
        return f"Credentials(key='{self.key[:4]}…', secret=…)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("Credentials are not pickled: a secret stays in this process")
