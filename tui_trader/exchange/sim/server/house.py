"""What all calls of the simulator share: the venue, its clock, the keys, the feed hub, faults and the record."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field

from tui_trader.clock import Clock
from tui_trader.exchange.sim.server.faults import Faults
from tui_trader.exchange.sim.server.gateway import ApiKey
from tui_trader.exchange.sim.server.groups import StrategyGroups
from tui_trader.exchange.sim.server.hub import Hub
from tui_trader.exchange.sim.server.listen_keys import ListenKeys
from tui_trader.exchange.sim.server.oracle import Oracle
from tui_trader.exchange.sim.server.rates import Rates
from tui_trader.exchange.sim.venue import Venue


@dataclass(slots=True)
class House:
    """One running simulator. ``rates`` None serves without limits; ``last_contact`` is monotonic seconds."""

    venue: Venue
    clock: Clock
    keys: MutableMapping[str, ApiKey]
    hub: Hub
    faults: Faults
    oracle: Oracle
    listen_keys: ListenKeys
    rates: Rates | None
    control: bool = False
    mx_deduct: bool = False
    last_contact: float = 0.0
    groups: StrategyGroups = field(default_factory=StrategyGroups)

    def server_ms(self) -> int:
        """Return the time that the server shows and judges timestamps by: UTC ms, shifted by a clock fault."""
        return self.clock.wall_ms() + self.faults.clock_offset_ms

    def advance(self) -> int:
        """Let the markets run up to this moment and return it (UTC ms)."""
        now = self.clock.wall_ms()
        self.venue.advance(now)
        return now

    def settle(self) -> None:
        """Write what happened to the state log, then record it and tell it to the feeds.

        Raises ``UsageError`` when the log cannot be written; nothing of it may be answered or told then.
        """
        self.venue.commit()
        events = self.venue.drain()
        if events:
            if self.control:
                self.oracle.note(events, self.clock.wall_ms())
            self.hub.take(events)

    def touch(self) -> None:
        """Remember that somebody was here."""
        self.last_contact = self.clock.monotonic()
