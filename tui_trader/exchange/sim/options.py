"""The simulator's command line: its flags, and the settings they make."""

import argparse
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tui_trader.errors import SettingsError
from tui_trader.exchange.sim.config import STARTING_BALANCES, ReplaySource, VenueConfig

_NAME = re.compile(r"[A-Z0-9]{1,20}")
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class SimOptions:
    """Settings of a simulator process. Times as the flags say; ``linger_s`` None stays until stopped."""

    port: int
    venue: VenueConfig
    credentials: Path | None
    latency_ms: int
    linger_s: float | None
    limits: bool
    control: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the simulator's flags to a parser."""
    add = parser.add_argument
    add("--port", type=int, default=0, help="loopback port; 0 takes any free one (default)")
    add("--seed", type=int, help="seed of the generated market (default: the state folder's, else 1)")
    add("--symbols", default="", help="pairs to list, for example BTCUSDT,ETHUSDT (default: all)")
    add(
        "--replay",
        action="append",
        default=[],
        metavar="SYMBOL=FILE[@SPEED]",
        help="replay a CSV of trades or candles; SPEED is a factor or 'max' (may be given several times)",
    )
    add("--state", type=Path, help="folder that keeps account, orders, seed and key over restarts")
    add("--credentials", type=Path, help="0600 file of JSON with key and secret; created when missing")
    add("--latency", type=int, default=0, metavar="MS", help="delay of every REST answer")
    add("--balances", default="", help="starting balances, for example USDT=10000,BTC=0.1")
    add("--linger", type=float, metavar="SECONDS", help="leave this long after the last contact (default: stay)")
    add("--allow-repeated-ids", action="store_true", help="accept a client order id that came before")
    add("--no-limits", action="store_true", help="serve without request limits")
    add("--control", action="store_true", help="serve the fault channel under /control")


def read_options(args: argparse.Namespace) -> SimOptions:
    """Check parsed flags.

    Raises:
        SettingsError: one of them makes no sense; the sentence names it.

    """
    if not 0 <= args.port <= MAX_PORT:
        raise SettingsError(f"--port {args.port}: use a number from 0 to {MAX_PORT}.")
    if args.latency < 0 or (args.linger is not None and args.linger <= 0):
        raise SettingsError("--latency and --linger take times above zero.")
    venue = VenueConfig(
        seed=args.seed,
        symbols=_symbols(args.symbols),
        replays=tuple(map(_replay, args.replay)),
        balances=_balances(args.balances) if args.balances else STARTING_BALANCES,
        refuse_repeated_ids=not args.allow_repeated_ids,
        state_dir=args.state,
    )
    return SimOptions(
        port=args.port,
        venue=venue,
        credentials=args.credentials,
        latency_ms=args.latency,
        linger_s=args.linger,
        limits=not args.no_limits,
        control=args.control,
    )


def _symbols(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().upper() for name in text.split(",") if name.strip())
    wrong = next((name for name in names if not _NAME.fullmatch(name)), None)
    if wrong is not None:
        raise SettingsError(f"--symbols: {wrong[:40]!r} is not a pair; write BTCUSDT,ETHUSDT.")
    return names


def _replay(text: str) -> ReplaySource:
    symbol, _, source = text.partition("=")
    if not _NAME.fullmatch(symbol.upper()) or not source:
        raise SettingsError(f"--replay {text[:80]!r}: write SYMBOL=FILE or SYMBOL=FILE@SPEED.")
    path, found, speed = source.rpartition("@")
    if not found or "/" in speed:
        return ReplaySource(symbol.upper(), Path(source))
    return ReplaySource(symbol.upper(), Path(path), _speed(speed))


def _speed(text: str) -> Decimal | None:
    if text == "max":
        return None
    try:
        speed = Decimal(text)
    except InvalidOperation:
        speed = Decimal(0)
    if not speed.is_finite() or speed <= 0:
        raise SettingsError(f"--replay: speed {text[:20]!r} is neither 'max' nor a factor above zero.")
    return speed


def _balances(text: str) -> dict[str, Decimal]:
    return dict(_balance(part.strip()) for part in text.split(",") if part.strip())


def _balance(text: str) -> tuple[str, Decimal]:
    asset, _, amount = text.partition("=")
    try:
        value = Decimal(amount)
    except InvalidOperation:
        value = Decimal(-1)
    if not _NAME.fullmatch(asset.upper()) or not value.is_finite() or value < 0:
        raise SettingsError(f"--balances: {text[:40]!r} is not ASSET=AMOUNT; write USDT=10000,BTC=0.1.")
    return asset.upper(), value
