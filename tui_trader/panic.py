"""Cancel every resting order of a MEXC spot account: a stand-alone script that needs Python and nothing else.

It works while the desk is dead or stuck, copied to any machine: ``python panic.py [PAIR ...]``. Key and secret come
from a file that only its owner may read, ``{"key": …, "secret": …, "rest_url": …, "symbols": […]}``, or are asked for
on the terminal; never from the command line or the environment. Stop orders set on the exchange's website go, too.

Exit status: 0 nothing rests any more, 1 not so or not proved, 2 wrong use.
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import hmac
import json
import os
import stat
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

MEXC = "https://api.mexc.com"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PAIRS_A_CALL = 5
RECV_WINDOW_MS = 5000
TIMEOUT_S = 10.0
CALL_PAUSE_S = 0.1  # the exchange takes twelve cancels a second
LIST_PAUSE_S = 0.5
PATIENCE_S = 60.0
BUSY = frozenset({403, 408, 418, 429, 500, 502, 503, 504})
LIVE = frozenset({"NEW", "PARTIALLY_FILLED"})
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


class WrongUse(Exception):
    """The script was called in a way that cannot work; the text says what to do."""


class Refused(Exception):
    """The exchange definitely refused a call."""


class NoAnswer(Exception):
    """There is no telling whether a call did anything."""


@dataclass(frozen=True)
class Account:
    """Where the exchange answers, and who asks. The secret is in no text made of this."""

    rest_url: str
    key: str
    secret: str = field(repr=False)
    pairs: tuple[str, ...] = ()


def default_file() -> Path:
    """Return where ``tui-trader keys panic-file on`` writes."""
    home = os.environ.get("TUI_TRADER_HOME")
    if home:
        return Path(home).expanduser() / "config" / "panic.json"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "tui-trader" / "panic.json"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "tui-trader" / "panic.json"


def read_file(file: Path) -> Account:
    """Read a panic file; one that others may read, or with a wrong content, raises ``WrongUse``."""
    try:
        found = file.lstat()
    except OSError as error:
        raise WrongUse(f"Cannot look at {file}: {error.strerror}.") from None
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
        raise WrongUse(f"{file} is not a plain file of yours; move it away.")
    if found.st_mode & 0o077:
        raise WrongUse(f"Others may read {file}; run: chmod 600 {file}")
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, encoding="utf-8") as stream:
            content = json.loads(stream.read(65536))
        key, secret = content["key"], content["secret"]
        pairs = [str(each).upper() for each in content.get("symbols", ())]
        url = content.get("rest_url") or MEXC
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise WrongUse(f'{file} is damaged; it holds {{"key": …, "secret": …, "rest_url": …}}.') from None
    return Account(str(url), str(key), str(secret), tuple(pairs))


def ask(rest_url: str) -> Account:
    """Ask for key and secret on the terminal; neither is shown. Without a terminal it raises ``WrongUse``."""
    if not sys.stdin.isatty():
        raise WrongUse(f"There is no {default_file()} and no terminal to ask for key and secret on.")
    key, secret = getpass.getpass("API key (not shown): ").strip(), getpass.getpass("API secret (not shown): ").strip()
    if not key or not secret:
        raise WrongUse("Give the key and then the secret; nothing was done.")
    return Account(rest_url, key, secret)


def checked_url(url: str) -> str:
    """Return an address without its last slash; one that is neither https nor this machine raises ``WrongUse``."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.rstrip("/")
    raise WrongUse(f"{url}: the exchange is spoken to over https only; http is for this very machine.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: a signed call belongs to one address."""


class Exchange:
    """Signed calls, one at a time. Certificates are checked, redirects not followed, proxies not used."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._base = checked_url(account.rest_url)
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
        self._ahead_ms = 0

    def read_clock(self) -> None:
        """Learn how far the exchange's clock is ahead of ours, so that a wrong clock here does no harm."""
        told = self._answer(urllib.request.Request(f"{self._base}/api/v3/time"))  # noqa: S310 - the scheme was checked
        self._ahead_ms = int(told["serverTime"]) - time.time_ns() // 1_000_000

    def call(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> Any:
        """Make one signed call; ``Refused`` is raised where it was not done, ``NoAnswer`` where nobody can tell."""
        stamp = str(time.time_ns() // 1_000_000 + self._ahead_ms)
        query = urllib.parse.urlencode({**(fields or {}), "recvWindow": str(RECV_WINDOW_MS), "timestamp": stamp})
        signature = hmac.new(self._account.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            f"{self._base}{path}?{query}&signature={signature}", method=method
        )
        request.add_header("X-MEXC-APIKEY", self._account.key)
        request.add_header("Content-Type", "application/json")
        time.sleep(CALL_PAUSE_S)
        return self._answer(request)

    def _answer(self, request: urllib.request.Request) -> Any:
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(4096).decode("utf-8", "replace")
            if error.code in BUSY:
                pause = error.headers.get("Retry-After", "")
                time.sleep(min(int(pause), 10) if pause.isdigit() else 1)
                raise NoAnswer(f"HTTP {error.code}") from None
            raise Refused(said[:200] or f"HTTP {error.code}") from None
        except (OSError, ValueError) as error:
            raise NoAnswer(type(error).__name__) from None


@dataclass
class Seen:
    """An order that rested when the script looked first; ``fate`` is the exchange's last word on it."""

    pair: str
    side: str
    quantity: Decimal
    before: Decimal
    executed: Decimal
    fate: str = "NEW"


class Panic:
    """Everything that rests is cancelled and listed again until nothing is there twice in a row."""

    def __init__(self, exchange: Exchange, pairs: Sequence[str], say: Any) -> None:
        self._exchange = exchange
        self._pairs = tuple(dict.fromkeys(pairs))
        self._say = say
        self.seen: dict[str, Seen] = {}
        self.empty = False

    def run(self, patience_s: float) -> bool:
        """Cancel for so long at most; tell whether everything is proved gone."""
        deadline, empty = time.monotonic() + patience_s, 0
        while empty < 2 and time.monotonic() < deadline:
            try:
                resting = self._list()
                empty = 0 if resting else empty + 1
                pairs = sorted(resting)
                for start in range(0, len(pairs), PAIRS_A_CALL):
                    self._cancel(pairs[start : start + PAIRS_A_CALL])
            except (NoAnswer, *UNREADABLE) as error:
                empty = 0
                self._say(f"No clear answer ({type(error).__name__} {error}); asked again.")
            time.sleep(LIST_PAUSE_S)
        self.empty = empty >= 2
        self._look_up()
        return self.empty and not self.left()

    def left(self) -> list[str]:
        """List the orders that are not known to have ended."""
        return [order_id for order_id, each in self.seen.items() if each.fate in LIVE]

    def _list(self) -> set[str]:
        """Note what rests, and return its pairs."""
        try:
            rows = self._exchange.call("GET", "/api/v3/openOrders")
        except Refused as error:
            if not self._pairs:
                raise Refused(
                    f"{error} (if it does not list all pairs at once, name yours: panic.py PAIR ...)"
                ) from None
            asked = [{"symbol": pair} for pair in self._pairs]
            rows = [row for each in asked for row in self._exchange.call("GET", "/api/v3/openOrders", each)]
        for row in rows:
            done = Decimal(row.get("executedQty") or 0)
            order = Seen(row["symbol"], row["side"], Decimal(row["origQty"]), done, done)
            self.seen.setdefault(str(row["orderId"]), order)
        return {row["symbol"] for row in rows}

    def _cancel(self, pairs: Sequence[str]) -> None:
        """Cancel all of some pairs with one call; one pair a call where the exchange takes no more."""
        try:
            self._exchange.call("DELETE", "/api/v3/openOrders", {"symbol": ",".join(pairs)})
        except Refused as error:
            if len(pairs) == 1:
                self._say(f"{pairs[0]}: refused ({error}); asked again.")
            for pair in pairs if len(pairs) > 1 else ():
                self._cancel([pair])

    def _look_up(self) -> None:
        """Ask how each order ended."""
        for order_id, each in self.seen.items():
            try:
                row = self._exchange.call("GET", "/api/v3/order", {"symbol": each.pair, "orderId": order_id})
                each.fate, each.executed = str(row["status"]), Decimal(row.get("executedQty") or 0)
            except (Refused, NoAnswer, *UNREADABLE) as error:
                self._say(f"Order {order_id} on {each.pair} could not be looked up ({error}).")


def certificate(panic: Panic) -> Iterator[str]:
    """Say what was done, a line each."""
    seen = panic.seen.values()
    ended = sum(1 for each in seen if "CANCELED" in each.fate)
    filled = [each for each in seen if each.executed > each.before]
    counts = f"{ended} cancelled, {len(filled)} filled meanwhile, {len(panic.left())} not confirmed."
    yield f"{len(seen)} orders rested: {counts}"
    for each in filled:
        yield f"filled meanwhile: {each.executed - each.before:f} of {each.quantity:f} on {each.pair} ({each.side})"
    for order_id in panic.left():
        yield f"not confirmed: order {order_id} on {panic.seen[order_id].pair}"
    proved, not_proved = (
        "Nothing rests any more: listed empty twice in a row.",
        "NOT PROVED to be gone: run this again.",
    )
    yield proved if panic.empty else not_proved
    yield "A desk that still runs may place orders: halt it too. Coins and positions were left alone."


def main(argv: Sequence[str] | None = None) -> int:
    """Run the script and return its exit status."""
    parser = argparse.ArgumentParser(prog="panic.py", description="Cancel every resting order of a MEXC spot account.")
    parser.add_argument("pairs", nargs="*", metavar="PAIR", help="only needed where the exchange lists one pair a call")
    parser.add_argument("--file", type=Path, help="the file with the keys, mode 0600; without one they are asked for")
    parser.add_argument("--rest-url", default=MEXC, help="the exchange's address where keys are asked for")
    parser.add_argument("--patience", type=float, default=PATIENCE_S, metavar="SECONDS", help="when to give up")
    args = parser.parse_args(argv)
    try:
        file = args.file or (default_file() if os.path.lexists(default_file()) else None)
        account = read_file(file) if file else ask(args.rest_url)
        exchange = Exchange(account)
        panic = Panic(exchange, [*map(str.upper, args.pairs), *account.pairs], _warn)
        try:
            exchange.read_clock()
        except (Refused, NoAnswer) as error:
            _warn(f"The exchange does not tell its time ({error}); this machine's clock is used.")
        proved = panic.run(args.patience)
    except WrongUse as error:
        _warn(str(error))
        return 2
    except (KeyboardInterrupt, Refused) as error:
        _warn(f"Stopped half way; run this again. {error}".rstrip())
        return 1
    for line in certificate(panic):
        sys.stdout.write("".join(filter(str.isprintable, line)) + "\n")
    return 0 if proved else 1


def _warn(text: str) -> None:
    sys.stderr.write("".join(filter(str.isprintable, text)) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
