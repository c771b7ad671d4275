"""The gate in front of every signed call: content type, key, signature, time, in this order (rest.md §8)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.sim.server.params import Params, mandatory
from tui_trader.exchange.wire import codes, endpoints, limits, signature


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One API key of the venue and the account behind it."""

    key: str
    secret: str
    account: str

    def __repr__(self) -> str:
        return f"ApiKey(account={self.account!r})"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it came: raw query and body texts, header names in lower case, merged parameters."""

    method: str
    path: str
    query: str
    body: str
    headers: Mapping[str, str]
    params: Params
    address: str


def authenticate(request: Request, keys: Mapping[str, ApiKey], now_ms: int) -> str:
    """Return the account behind a signed call, or raise the refusal of the first check that fails."""
    _check_content_type(request)
    given = request.headers.get(endpoints.HEADER_KEY.lower())
    if not given:
        raise Refusal(codes.BAD_TEXT, "api key required")
    credentials = keys.get(given)
    if credentials is None:
        raise Refusal(codes.BAD_KEY, "Api key info invalid")
    if not request.params.get("signature"):
        raise mandatory("signature")
    if not signature.verify(credentials.secret, request.query, request.body):
        raise Refusal(codes.SIGNATURE_WRONG, "Signature for this request is not valid.")
    _check_time(request.params, now_ms)
    return credentials.account


def _check_content_type(request: Request) -> None:
    given = request.headers.get("content-type")
    if given is None and request.method == "GET":
        return
    if given is None or given.partition(";")[0].strip().lower() != endpoints.CONTENT_TYPE:
        raise Refusal(codes.CONTENT_TYPE_WRONG, "Invalid content Type.")


def _check_time(params: Params, now_ms: int) -> None:
    stamp = _milliseconds(params, "timestamp")
    if stamp is None:
        raise mandatory("timestamp")
    window = _milliseconds(params, "recvWindow")
    if window is None:
        window = limits.RECV_WINDOW_DEFAULT_MS
    if window > limits.RECV_WINDOW_MAX_MS:
        raise Refusal(codes.RECV_WINDOW_TOO_LARGE, "recvWindow must less than 60000")
    if stamp >= now_ms + limits.CLOCK_AHEAD_MS or now_ms - stamp > window:
        raise Refusal(codes.TIMESTAMP_OUTSIDE, "Timestamp for this request is outside of the recvWindow.")


def _milliseconds(params: Params, name: str) -> int | None:
    text = params.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise mandatory(name)
    return int(text)
