"""What can be set, and from where: defaults, then ``config.toml``, then ``TUI_TRADER_*``, then flags.

Plain dataclasses and a table of readers instead of pydantic: the console reads its settings before its first
paint, and importing pydantic alone would cost it tens of milliseconds.

A setting has one dotted name everywhere: ``risk.max_order_value`` stands in the file under ``[risk]``, in the
environment as ``TUI_TRADER_RISK_MAX_ORDER_VALUE``, and in a refusal by its name. An unknown one is refused.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tui_trader import setting_values as read
from tui_trader.domain.risk_profile import PER_SYMBOL, Preset, RiskProfile, flaws, limits, lowered, preset
from tui_trader.domain.timing import TimingName
from tui_trader.errors import SettingsError
from tui_trader.paths import Folders

PREFIX = "TUI_TRADER_"
FOREIGN = frozenset({"HOME", "API_KEY", "API_SECRET", "RECORDINGS", "REQUIRE_CLIENTS", "PEER_PYTHON"})
"""Variables with our prefix that are no settings: folders, keys (never in a file of settings), what tests need."""


class Mode(StrEnum):
    """Whose money moves."""

    PAPER = "paper"
    LIVE = "live"


class Confirm(StrEnum):
    """Which orders are asked about before they are sent: all, or those that touch a soft limit."""

    ALWAYS = "always"
    LIMITS = "limits"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


PAPER_BALANCES: Mapping[str, Decimal] = MappingProxyType(
    {"USDT": Decimal(10_000), "BTC": Decimal("0.002"), "ETH": Decimal("0.05"), "MX": Decimal(50)}
)
"""Money for twenty orders of the largest size, and so little of each coin that more of it may be bought."""


@dataclass(frozen=True, slots=True)
class SimSettings:
    """The simulated exchange of paper mode; empty means the simulator's own choice. ``latency_ms`` is one way."""

    seed: int = 1
    symbols: tuple[str, ...] = ()
    latency_ms: int = 20
    balances: Mapping[str, Decimal] = field(default_factory=lambda: PAPER_BALANCES)
    replay: tuple[str, ...] = ()
    """Items ``SYMBOL=FILE[@SPEED]``."""


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """The API on loopback TCP, off while ``port`` is ``None``; empty ``token_file`` means the state folder's."""

    port: int | None = None
    token_file: str = ""


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """Ways out of the house; an empty ``webhook`` is none. The address is often a secret, so it is not shown."""

    webhook: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Empty ``rest_url`` and ``ws_url`` mean the mode's own venue."""

    profile: str = "default"
    mode: Mode = Mode.PAPER
    rest_url: str = ""
    ws_url: str = ""
    watchlist: tuple[str, ...] = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "MXUSDT")
    theme: str = ""
    ascii: bool = False
    """Draw with ASCII characters only."""
    bell: bool = True
    """Whether errors and grave risks ring."""
    market_rate: int = 10
    """Market frames per second that the console asks the desk for."""
    confirm: Confirm = Confirm.ALWAYS
    timing: TimingName = TimingName.NORMAL
    """``proof`` shortens what proofs would wait for; refused towards a venue that is not on this machine."""
    log_level: LogLevel = LogLevel.INFO
    keymap: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """From an action's id to the keys that replace its own."""
    risk: RiskProfile = field(default_factory=RiskProfile)
    sim: SimSettings = field(default_factory=SimSettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)


SECTIONS = ("risk", "sim", "api", "notify")

READERS: Mapping[str, read.Reader] = {
    "profile": read.text,
    "mode": read.choice(Mode),
    "rest_url": read.address(("https", "http")),
    "ws_url": read.address(("wss", "ws")),
    "watchlist": read.symbols,
    "theme": read.text,
    "ascii": read.yes_no,
    "bell": read.yes_no,
    "market_rate": read.whole(1, 60),
    "confirm": read.choice(Confirm),
    "timing": read.choice(TimingName),
    "log_level": read.choice(LogLevel),
    "keymap": read.bindings,
    "sim.seed": read.whole(0, 2**31 - 1),
    "sim.symbols": read.symbols,
    "sim.latency_ms": read.whole(0, 60_000),
    "sim.balances": read.balances,
    "sim.replay": read.words,
    "api.port": read.whole(0, 65_535),
    "api.token_file": read.text,
    "notify.webhook": read.hook,
}


def load_settings(
    flags: Mapping[str, object] | None = None, env: Mapping[str, str] | None = None, file: Path | None = None
) -> Settings:
    """Read the settings; ``flags`` maps dotted names to values, ``None`` values are left out.

    ``file`` must exist when it is given; the file of the config folder need not.

    Raises:
        SettingsError: a key is unknown or a value does not fit; one sentence with file, key and what would.

    """
    environment = os.environ if env is None else env
    given: dict[str, object] = {}
    for source, name, value in _layers(flags or {}, environment, file):
        reader = keys().get(name)
        if reader is None:
            raise SettingsError(f"{source} is not a setting{_nearest(name)}.")
        try:
            given[name] = reader(value)
        except ValueError as error:
            raise SettingsError(f"{source} {error}.") from None
    return _assemble(given)


@cache
def keys() -> Mapping[str, read.Reader]:
    """Return every dotted name and its reader; limits of the domain are read by the type of their default."""
    others = {"name": read.choice(Preset), "symbols": read.symbols, "overrides": _limits_of_pairs}
    return {**READERS, **{f"risk.{name}": reader for name, reader in {**_risk_readers(), **others}.items()}}


@cache
def _risk_readers() -> Mapping[str, read.Reader]:
    """Return the readers of single limits."""
    return {name: read.percent if name.endswith("_percent") else _limit_reader(default) for name, default in limits()}


def _limit_reader(default: object) -> read.Reader:
    """Choose the reader of a risk limit by its default; where that is 0, 0 switches the limit off."""
    if isinstance(default, bool):
        return read.yes_no
    if isinstance(default, int):
        return read.whole(0 if default == 0 else 1, 10**9)
    return read.amount if default else read.amount_or_none


def _limits_of_pairs(value: object) -> Mapping[str, Mapping[str, object]]:
    """Read the table from pair to its own limits."""
    if not isinstance(value, Mapping) or not all(isinstance(own, Mapping) for own in value.values()):
        raise ValueError("must be tables such as [risk.overrides.BTCUSDT]")
    readers = {name: _risk_readers()[name] for name in PER_SYMBOL}
    found: dict[str, dict[str, object]] = {}
    for symbol, own in value.items():
        unknown = next((name for name in own if name not in readers), None)
        if unknown is not None:
            raise ValueError(f"has {unknown!r} for {symbol}; a pair may have {', '.join(sorted(readers))}")
        found[read.symbols([symbol])[0]] = {name: readers[name](each) for name, each in own.items()}
    return found


def _layers(
    flags: Mapping[str, object], env: Mapping[str, str], file: Path | None
) -> Iterator[tuple[str, str, object]]:
    """Yield (where it stands, dotted name, value), weakest source first."""
    path = file or Folders.find(env).config_file
    for name, value in _from_file(path, required=file is not None):
        yield f'{path}: "{name}"', name, value
    variables = {name.replace(".", "_").upper(): name for name in keys()}
    for variable, text in env.items():
        bare = variable.removeprefix(PREFIX)
        if bare != variable and bare not in FOREIGN:
            yield variable, variables.get(bare, bare.lower()), text
    for name, value in flags.items():
        if value is not None:
            yield f"--{name.replace('.', '-').replace('_', '-')}", name, value


def _from_file(path: Path, *, required: bool) -> Iterator[tuple[str, object]]:
    """Yield dotted names and values of a TOML file; ``[keymap]`` and ``[sim.balances]`` are values themselves."""
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if required:
            raise SettingsError(f"{path} does not exist.") from None
        return
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SettingsError(f"Cannot read {path}: {reason}.") from None
    import tomllib  # noqa: PLC0415 - most have no file, and the first paint should not wait for a parser

    try:
        document = tomllib.loads(content, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ArithmeticError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None
    for name, value in document.items():
        if name in SECTIONS and isinstance(value, dict):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value


def _assemble(given: Mapping[str, object]) -> Settings:
    """Put values into their groups; a preset of limits is taken before single limits."""
    name = given.get("risk.name")
    bases: dict[str, Any] = {"sim": SimSettings(), "api": ApiSettings(), "notify": NotifySettings()}
    bases["risk"] = preset(name) if isinstance(name, Preset) else RiskProfile()
    for section, base in bases.items():
        inner = {name.partition(".")[2]: value for name, value in given.items() if name.startswith(f"{section}.")}
        bases[section] = replace(base, **inner)
    plain: dict[str, Any] = {name: value for name, value in given.items() if "." not in name}
    asked = {name.removeprefix("risk.") for name in given}
    asked |= {f"overrides.{symbol}.{name}" for symbol, own in (bases["risk"].overrides or {}).items() for name in own}
    bases["risk"] = lowered(bases["risk"], frozenset(asked))
    flaw = next(iter(flaws(bases["risk"])), None)
    if flaw is not None:
        raise SettingsError(f"risk.{flaw.field} {flaw.reason}.")
    return Settings(**plain, **bases)


def _nearest(name: str) -> str:
    """Suggest the known name nearest to a wrong one."""
    import difflib  # noqa: PLC0415 - only for an error

    found = difflib.get_close_matches(name, [*keys(), *SECTIONS], n=1, cutoff=0.5)
    return f'; the nearest is "{found[0]}"' if found else f"; there are: {', '.join(keys())}"
