"""Live mode on a simulated exchange that stands in for MEXC: the flags, and the phrase that unlocks it."""

from __future__ import annotations

from tests.process.household import Household
from tests.simulator import Simulator


def flags(venue: Simulator) -> list[str]:
    """Return the flags that make a venue the live one."""
    return ["--mode", "live", "--rest-url", venue.rest_url, "--ws-url", venue.ws_url]


def live_household(household: Household, venue: Simulator, *, timing: str = "normal") -> list[str]:
    """Give a home the venue's key by its environment; return the flags of its live mode."""
    household.env |= {
        "TUI_TRADER_API_KEY": venue.key,
        "TUI_TRADER_API_SECRET": venue.secret,
        "TUI_TRADER_TIMING": timing,
    }
    return flags(venue)


def phrase(household: Household, live: list[str]) -> str:
    """Return what has to be typed to unlock, as the gate says it."""
    reason: str = household.told("status", *live)["gate_reason"]
    assert reason.startswith("Live trading is locked.")
    return reason.rpartition("typing: ")[2]


def unlocked(household: Household, live: list[str]) -> None:
    """Bring a desk up in live mode and unlock it."""
    household.run("do", "buy btc $50 @-1%", "--dry-run", *live)  # refused, for it is locked
    household.told("do", f"unlock {phrase(household, live)}", "--yes", *live)
