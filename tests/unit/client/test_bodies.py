"""What a client cannot write down is refused in one sentence, before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from tui_trader.client.desk import DeskClient
from tui_trader.errors import UsageError


async def never(*_: Any) -> None:
    raise AssertionError("it was sent")


@pytest.mark.parametrize("text", ["\ud83d", "buy btc 1 @\udc00"])
async def test_half_a_character_is_refused(text: str) -> None:
    client = DeskClient(never)
    with pytest.raises(UsageError, match="half a character"):
        await client.request("POST", "/trades/orders", {"note": text})
    await client.close()
