"""``python -m tests.benchmarks.gate --rounds N``: what it costs to judge one order.

A desk's own services over a twin of the exchange, with a position on each of fifty pairs and ten orders working on
each. Between two judgements time goes on and prices move, so that the account is valued anew each time. What is timed
is everything from a request to its breaches: collecting the figures, making the request exact, and every check. The
figures are microseconds of this process's CPU; the second line is the checks alone, the third the same judgement while
the account's valuation of the last quarter of a second still holds.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from tests.twins.exchange import instrument
from tests.twins.profiles import WIDE
from tests.unit.services.desk_rig import DeskRig, quote, richer, ticker
from tui_trader.domain.order import OrderRequest, OrderType, Side
from tui_trader.domain.risk_profile import RiskProfile
from tui_trader.rules.checks import CHECKS, evaluate
from tui_trader.services.judging import Judge, Judgement
from tui_trader.services.risk_figures import Figures
from tui_trader.settings import Settings

PAIRS = 50
ORDERS_PER_PAIR = 10
TURN_S = 0.3
"""Longer than a valuation of the account holds."""
ROOMY: RiskProfile = replace(
    WIDE, max_orders_per_minute=100_000, max_orders_per_second=100_000, max_messages_per_fill=10**9
)


async def crowded() -> DeskRig:
    """Start a desk with positions on fifty pairs and five hundred working orders."""
    rig = DeskRig(settings=Settings(risk=ROOMY))
    names = ["BTCUSDT", *(f"C{number:02}USDT" for number in range(1, PAIRS))]
    rig.exchange.pairs |= {name: instrument(name, base=name.removesuffix("USDT"), quote="USDT") for name in names}
    rig.exchange.quote_rows = {name: quote(rig.clock, name) for name in rig.exchange.pairs}
    rig.exchange.ticker_rows = [ticker(rig.clock, name) for name in rig.exchange.pairs]
    richer(rig.exchange, USDT="1000000", **{name.removesuffix("USDT"): "5" for name in names})
    await rig.start()
    rig.market.watch(tickers=names, book="BTCUSDT")
    for number in range(ORDERS_PER_PAIR):
        for name in names:
            price = Decimal(99) - Decimal(number) / 10
            request = OrderRequest(name, Side.BUY, OrderType.LIMIT, quantity=Decimal(1), price=price)
            await rig.services.orders.place(f"order-{name}-{number}", request)
    return rig


def judge_of(rig: DeskRig) -> Judge:
    """Put a judge together as the desk does."""
    desk = rig.desk
    watch = desk.watch
    figures = Figures(
        desk.market, desk.account, desk.positions, desk.working, watch.losses, watch.daily, watch.conduct, rig.clock
    )
    return Judge(desk.market, desk.working, desk.account, desk.path.gate, rig.exchange, figures, rig.clock)


def timed(work: Callable[[], object]) -> float:
    """Return the microseconds of CPU that something takes."""
    began = time.process_time_ns()
    work()
    return (time.process_time_ns() - began) / 1000


def line(what: str, taken: Sequence[float]) -> str:
    """Write figures in one line."""
    ordered = sorted(taken)
    p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    return f"{what:<34} rounds={len(ordered)} cpu_us p50={p50:.0f} p99={p99:.0f} max={ordered[-1]:.0f}"


async def run(rounds: int) -> None:
    """Judge many orders and print what one costs."""
    rig = await crowded()
    judge = judge_of(rig)
    whole: list[float] = []
    checks: list[float] = []
    again: list[float] = []
    for number in range(rounds):
        rig.clock.jump(TURN_S)
        best = Decimal(100) + Decimal(number % 10) / 100
        for name in rig.exchange.pairs:
            rig.exchange.show("quote", name, value=quote(rig.clock, name, str(best), str(best + Decimal("0.1"))))
        rig.exchange.show(
            "book", "BTCUSDT", value=replace(rig.exchange.book_rows["BTCUSDT"], received=rig.clock.wall_ms())
        )
        request = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=Decimal(1), price=Decimal(98))
        found: list[Judgement] = []
        whole.append(timed(lambda: found.append(judge.judge(request))))  # noqa: B023 - called at once
        given = found[0].given
        checks.append(timed(lambda: evaluate(given)))  # noqa: B023 - called at once
        again.append(timed(lambda: judge.judge(request)))  # noqa: B023 - called at once
        await asyncio.sleep(0)
    positions, orders = len(rig.desk.positions.book.open()), rig.desk.working.count()
    codes = ",".join(each.code for each in found[0].breaches) or "none"
    print(f"positions={positions} working_orders={orders} checks={len(CHECKS)} breaches={codes}")
    print(line("request to breaches", whole))
    print(line("the checks alone", checks))
    print(line("request to breaches, valued before", again))
    await rig.stop()


def main() -> None:
    """Read the size and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    asyncio.run(run(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
