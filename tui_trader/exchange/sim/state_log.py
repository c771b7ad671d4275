"""The state folder: one append-only log of account state, a JSON line per commit, replayed and compacted at start.

A line is one transaction and holds what it changed, whole: balances, orders, fills, the running number, the time.
A line that was torn by a kill was never answered, so it is dropped. Lines reach the operating system before the
answer leaves (a ``kill -9`` loses nothing); with ``fsync`` they reach the disk.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tui_trader.errors import SettingsError, UsageError
from tui_trader.exchange.sim.account import Account
from tui_trader.exchange.sim.candles import DAY
from tui_trader.exchange.sim.live_order import LiveOrder
from tui_trader.exchange.sim.model import Fill
from tui_trader.exchange.sim.state_rows import Row, fill_of, fill_row, order_of, order_row
from tui_trader.lock import FolderLock
from tui_trader.paths import check_private_file, private_folder, write_private_file

FILE_NAME: Final = "venue.log"
LOCK_NAME: Final = "venue.lock"
KEPT_MS: Final = 31 * DAY
"""How long finished orders and fills outlive a compaction; nothing older can be queried."""
_VERSION: Final = 1


@dataclass(slots=True)
class State:
    """What a log holds: rows by identity, in the order they came."""

    seed: int | None = None
    symbols: list[str] = field(default_factory=list)
    number: int = 0
    seen_ms: int = 0
    balances: dict[tuple[str, str], Row] = field(default_factory=dict)
    orders: dict[int, Row] = field(default_factory=dict)
    fills: list[Row] = field(default_factory=list)

    def apply(self, line: dict[str, Any]) -> None:
        """Fold one transaction in."""
        self.seed = line.get("seed", self.seed)
        self.symbols = line.get("symbols", self.symbols)
        self.number = max(self.number, line.get("number", 0))
        self.seen_ms = max(self.seen_ms, line.get("time", 0))
        for row in line.get("balances", []):
            self.balances[row[0], row[1]] = row
        for row in line.get("orders", []):
            self.orders[row[0]] = row
        self.fills += line.get("fills", [])

    def live_orders(self) -> list[LiveOrder]:
        """Every order on record, oldest first."""
        return [order_of(row) for _, row in sorted(self.orders.items())]

    def past_fills(self) -> list[Fill]:
        """Every fill on record."""
        return [fill_of(row) for row in self.fills]


class StateLog:
    """The open log of one state folder; one venue at a time."""

    def __init__(self, folder: Path, *, fsync: bool) -> None:
        self.file = private_folder(folder) / FILE_NAME
        self.lock = FolderLock(folder / LOCK_NAME, owner="simulator").acquire()
        try:
            self.state = self._read()
        except BaseException:
            self.lock.release()
            raise
        self._fsync = fsync
        self._descriptor: int | None = None

    def start(self, seed: int, symbols: list[str]) -> None:
        """Write the compacted log anew, under these market settings, and open it for appending."""
        self.state.seed, self.state.symbols = seed, symbols
        self._forget_old()
        state = self.state
        snapshot = {
            "version": _VERSION,
            "seed": seed,
            "symbols": symbols,
            "number": state.number,
            "time": state.seen_ms,
            "balances": list(state.balances.values()),
            "orders": list(state.orders.values()),
            "fills": state.fills,
        }
        write_private_file(self.file, _line(snapshot))
        self._descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)

    def append(
        self, number: int, time_ms: int, accounts: list[Account], orders: list[LiveOrder], fills: list[Fill]
    ) -> None:
        """Log one transaction: what changed in these accounts, these orders and fills."""
        line: dict[str, Any] = {"number": number, "time": time_ms}
        balances = [_balance_row(account, asset) for account in accounts for asset in account.dirty]
        if balances:
            line["balances"] = balances
        if orders:
            line["orders"] = [order_row(order) for order in orders]
        if fills:
            line["fills"] = [fill_row(fill) for fill in fills]
        self._write(_line(line).encode())

    def close(self) -> None:
        """Close the file and give the folder back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self.lock.release()

    def _write(self, data: bytes) -> None:
        if self._descriptor is None:
            return
        size = os.fstat(self._descriptor).st_size
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
            if self._fsync:
                os.fsync(self._descriptor)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, size)
            raise UsageError(f"Cannot write {self.file}: {error.strerror}; free some space and start again.") from None

    def _read(self) -> State:
        state = State()
        if not check_private_file(self.file):
            return state
        lines = self.file.read_bytes().split(b"\n")
        tail = lines.pop()
        for number, raw in enumerate(lines, 1):
            try:
                state.apply(json.loads(raw))
            except (ValueError, TypeError, AttributeError, LookupError):
                if number == len(lines) and not tail:
                    break
                raise SettingsError(
                    f"The simulator's state {self.file} is damaged in line {number}; move the file away to start anew."
                ) from None
        return state

    def _forget_old(self) -> None:
        """Drop finished orders and fills that no query reaches any more."""
        state, oldest = self.state, self.state.seen_ms - KEPT_MS
        orders = {number: order_of(row) for number, row in state.orders.items()}
        kept = {number for number, order in orders.items() if order.is_open or order.updated_ms >= oldest}
        state.orders = {number: row for number, row in state.orders.items() if number in kept}
        state.fills = [row for row in state.fills if fill_of(row).time_ms >= oldest]


def _balance_row(account: Account, asset: str) -> Row:
    balance = account.balance(asset)
    return [account.name, asset, format(balance.free, "f"), format(balance.locked, "f")]


def _line(content: dict[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":")) + "\n"
