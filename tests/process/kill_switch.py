"""How long the kill switch takes on real processes: ``python -m tests.process.kill_switch --runs 20``.

A paper desk and its simulated exchange, the latter without added latency, four buys resting on each of five pairs, and
a press over the API once the exchange's window of twelve order calls a second is empty again. The figures are the
desk's own, out of its certificate: from the press to the journal's commit, and to the moment from which no order was
left. Whether orders are left is asked of the exchange itself. ``--all`` measures one call a pair in place of one an
order.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from secrets import token_hex

from tests.process.desk_process import DeskProcess, desk_process, eventually
from tests.process.household import Household
from tests.process.venue import Venue
from tui_trader.client.desk import DeskClient
from tui_trader.contract.commands import LineContext
from tui_trader.contract.orders import Outcome
from tui_trader.contract.risk import CertificateView

PAIRS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "MXUSDT", "XRPUSDT")
DEPTHS = ("3", "3.2", "3.4", "3.6")
"""How far below the best bid the orders rest, in percent."""
WINDOW_S = 1.1
ROOMY = {
    "TUI_TRADER_SIM_LATENCY_MS": "0",
    "TUI_TRADER_SIM_SYMBOLS": ",".join(PAIRS),
    "TUI_TRADER_RISK_MAX_OPEN_ORDERS": "100",
    "TUI_TRADER_RISK_MAX_ORDERS_PER_SECOND": "100",
    "TUI_TRADER_RISK_MAX_ORDERS_PER_MINUTE": "10000",
}
"""Limits that leave room for what is measured, and an exchange that answers at once."""


@dataclass
class Figures:
    """What was measured; milliseconds."""

    orders: int = 0
    latched: list[float] = field(default_factory=list)
    cleared: list[float] = field(default_factory=list)
    left: int = 0

    def line(self) -> str:
        """Write it in one line."""
        return (
            f"runs={len(self.latched)} orders={self.orders} latch_ms {_spread(self.latched)}"
            f" cancelled_ms {_spread(self.cleared)} left={self.left}"
        )


async def rest(client: DeskClient, pairs: Sequence[str] = PAIRS, depths: Sequence[str] = DEPTHS) -> int:
    """Have buys rest below the market; returns how many do."""
    lines = [f"buy {pair.lower()} $15 @bid-{depth}%" for pair in pairs for depth in depths]
    for line in lines:
        placed = (await client.run_line(token_hex(8), line, LineContext())).steps[0].placement
        assert placed is not None, line
        assert placed.outcome is Outcome.ACCEPTED, placed.message
    return len(lines)


async def followed(client: DeskClient) -> CertificateView:
    """Wait until nothing is pursued any more."""

    async def done() -> CertificateView | None:
        found = await client.certificate()
        return found if found.done else None

    found: CertificateView = await eventually(done, "the certificate to be complete")
    return found


async def measure(desk: DeskProcess, runs: int, *, everything: bool) -> Figures:
    """Press so many times."""
    found = Figures()
    async with desk.client() as client:
        await desk.reaches(client, "ACTIVE")
        venue = Venue.of(desk.household.paths().sim / "ready.json")
        for _ in range(runs):
            found.orders += await rest(client)
            await asyncio.sleep(WINDOW_S)
            await client.halt(token_hex(8), "measured", everything=everything)
            certificate = await followed(client)
            assert certificate.latched_ms is not None
            assert certificate.cleared_ms is not None
            found.latched.append(certificate.latched_ms)
            found.cleared.append(certificate.cleared_ms)
            found.left += sum(len(venue.open_orders(pair)) for pair in PAIRS)
            await client.resume(token_hex(8), "the next run")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.process.kill_switch")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--all", action="store_true", help="press kill --all")
    args = parser.parse_args(argv)
    household = Household()
    try:
        with desk_process(household, **ROOMY) as desk:
            found = asyncio.run(measure(desk, args.runs, everything=args.all))
    finally:
        household.close()
    how = "one call a pair (--all)" if args.all else "one call an order"
    sys.stdout.write(f"simulated exchange with 0 ms of added latency, {how}\n{found.line()}\n")
    return 1 if found.left else 0


def _spread(values: Sequence[float]) -> str:
    ordered = sorted(values)
    at = [(name, ordered[ceil(len(ordered) * share) - 1]) for name, share in (("p50", 0.5), ("p99", 0.99))]
    return " ".join(f"{name}={value:.1f}" for name, value in (*at, ("max", ordered[-1])))


if __name__ == "__main__":
    raise SystemExit(main())
