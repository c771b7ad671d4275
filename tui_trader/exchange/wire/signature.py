"""Signing of a MEXC spot request: HMAC-SHA256 over the raw query and the raw body, exactly as they go out."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlencode

_PAIR = "signature="


def encode_query(params: Mapping[str, str]) -> str:
    """Percent-encode parameters the way that is signed and sent alike: upper-case hex, a blank as ``%20``."""
    return urlencode(params, quote_via=quote, safe="")


def sign(secret: str, query: str, body: str = "") -> str:
    """Lower-case hex HMAC-SHA256 of ``query + body`` (nothing between the two) under the API secret."""
    return hmac.new(secret.encode(), (query + body).encode(), hashlib.sha256).hexdigest()


def signed_query(secret: str, params: Mapping[str, str]) -> str:
    """Build the finished query text of a signed call without a body: the encoded parameters, the signature last."""
    query = encode_query(params)
    return f"{query}&{_PAIR}{sign(secret, query)}"


def split_signature(text: str) -> tuple[str, str | None]:
    """Take the ``signature=`` pair with its ``&`` out of a raw query or body: the rest, and the value or None."""
    pairs = text.split("&")
    found = [pair for pair in pairs if pair.startswith(_PAIR)]
    if not found:
        return text, None
    return "&".join(pair for pair in pairs if not pair.startswith(_PAIR)), found[-1][len(_PAIR) :]


def verify(secret: str, query: str, body: str = "") -> bool:
    """Tell whether a raw query and body carry the right signature; a missing one is wrong."""
    bare_query, in_query = split_signature(query)
    bare_body, in_body = split_signature(body)
    given = in_query if in_query is not None else in_body
    return given is not None and hmac.compare_digest(
        sign(secret, bare_query, bare_body).encode(), given.encode("utf-8", "replace")
    )
