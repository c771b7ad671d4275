"""Which venue a desk trades on, and what is refused before a key is looked for."""

from __future__ import annotations

import pytest

from tests.twins.clock import VirtualClock
from tui_trader.desk.venue import find_venue
from tui_trader.domain.timing import TimingName
from tui_trader.errors import UsageError
from tui_trader.settings import Mode, Settings

LOCAL = {"rest_url": "http://127.0.0.1:9", "ws_url": "ws://127.0.0.1:9"}
ELSEWHERE = {"rest_url": "https://venue.example", "ws_url": "wss://venue.example"}


@pytest.mark.parametrize(
    "addresses",
    [{}, ELSEWHERE, LOCAL | {"rest_url": ELSEWHERE["rest_url"]}, LOCAL | {"ws_url": ELSEWHERE["ws_url"]}],
    ids=["MEXC itself", "another venue", "REST elsewhere", "streams elsewhere"],
)
async def test_proof_timing_is_for_this_machine_only(addresses: dict[str, str]) -> None:
    settings = Settings(mode=Mode.LIVE, timing=TimingName.PROOF, **addresses)
    with pytest.raises(UsageError, match="simulated exchange on this machine"):
        await find_venue(settings, None, VirtualClock())
