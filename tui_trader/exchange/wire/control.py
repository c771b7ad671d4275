"""Control frames of the WebSocket: JSON text both ways. Data frames are binary and live in ``mexcwire_pb2``."""

import json
from collections.abc import Sequence
from typing import Final

SUBSCRIBE: Final = "SUBSCRIPTION"
UNSUBSCRIBE: Final = "UNSUBSCRIPTION"
PING_METHOD: Final = "PING"
PONG: Final = "PONG"
INVALID_FORMAT: Final = "msg format invalid"
INVALID_LISTEN_KEY: Final = "Invalid listen key"
"""Sent as bare text, not JSON, before the socket is closed."""
REFUSED_PREFIX: Final = "Not Subscribed successfully!"


def request(method: str, channels: Sequence[str], request_id: int) -> str:
    """Build a SUBSCRIPTION or UNSUBSCRIPTION of several channels."""
    return json.dumps({"method": method, "params": list(channels), "id": request_id}, separators=(",", ":"))


def ping() -> str:
    """Build the frame that keeps a connection open; the venue answers PONG."""
    return '{"method":"PING"}'


def answer(message: str, request_id: int = 0) -> str:
    """Build the venue's answer: code 0 even for a refusal, only the text tells. Broken Unicode becomes ``?``."""
    text = json.dumps({"id": request_id, "code": 0, "msg": message}, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def refusal(channels: Sequence[str]) -> str:
    """Build the venue's text for channels that it does not serve (its odd blanks and full-width colon included)."""
    return f"{REFUSED_PREFIX} [{','.join(channels)}].  Reason\uff1a Blocked! "


def is_refusal(message: str) -> bool:
    """Tell whether the text of an answer refuses a channel; good channels may be named in the same text."""
    return REFUSED_PREFIX in message
