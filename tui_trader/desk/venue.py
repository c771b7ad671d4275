"""Which venue a desk trades on: the simulated exchange of its profile, or MEXC with the profile's keys."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from tui_trader.clock import Clock
from tui_trader.domain.timing import TIMINGS, TimingName
from tui_trader.errors import UsageError
from tui_trader.exchange.mexc.addresses import MexcEndpoints, is_loopback
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.keys import open_vault
from tui_trader.lock import FolderLock
from tui_trader.paths import Paths
from tui_trader.settings import Settings
from tui_trader.simulator import Simulator

SIMULATED = "simulated exchange"
MEXC = "MEXC"


async def find_venue(settings: Settings, simulator: Simulator | None, clock: Clock) -> tuple[MexcExchange, str]:
    """Return the client of the venue, not yet open, and the venue's name.

    Raises:
        DeskUnavailable: the simulated exchange did not start.
        UsageError: no keys, an address that cannot be used, or proof timing towards another machine.

    """
    if simulator is not None:
        found = await simulator.ready()
        return MexcExchange(MexcEndpoints(found.rest_url, found.ws_url), found.credentials, clock), SIMULATED
    usual = MexcEndpoints()
    addresses = MexcEndpoints(settings.rest_url or usual.rest_url, settings.ws_url or usual.ws_url)
    if settings.timing is TimingName.PROOF and not (
        is_loopback(addresses.rest.host) and is_loopback(addresses.ws.host)
    ):
        raise UsageError(
            "The timing “proof” is for a simulated exchange on this machine; leave the setting timing out."
        )
    credentials = open_vault(settings.profile).load()
    rate = TIMINGS[settings.timing].venue_rate
    return MexcExchange(addresses, credentials, clock, rate=rate), _name(addresses, usual)


def account_lock(paths: Paths, venue: str, uid: str) -> FolderLock:
    """Return the lock that lets one desk only trade an account, whatever its profile."""
    digest = hashlib.sha256(f"{venue}|{uid}".encode()).hexdigest()[:16]
    return FolderLock(paths.folders.state / f"account-{digest}.lock", owner="desk of this exchange account")


def _name(addresses: MexcEndpoints, usual: MexcEndpoints) -> str:
    return MEXC if addresses == usual else urlsplit(addresses.rest_url).netloc
