"""Parameters of one REST call: raw query and raw body, read together; the query wins."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from tui_trader.exchange.sim.refusals import PARAMETER_WRONG, Refusal
from tui_trader.exchange.wire import codes

Params = Mapping[str, str]


def mandatory(name: str) -> Refusal:
    """Refuse a call without a parameter that it cannot do without (errors.md §3, 700004)."""
    return Refusal(codes.PARAM_MISSING, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def read(query: str, body: str) -> dict[str, str]:
    """Parse a raw query and a form-encoded body; the first of repeated names counts, the query before the body."""
    pairs = parse_qsl(query, keep_blank_values=True) + parse_qsl(body, keep_blank_values=True)
    return dict(reversed(pairs))


def need(params: Params, name: str) -> str:
    """Return a mandatory parameter; refused with 700004 when it is absent or empty."""
    value = params.get(name)
    if not value:
        raise mandatory(name)
    return value


def number(params: Params, name: str, default: int | None = None) -> int | None:
    """Return a whole number, ``default`` when it is absent; refused with 33333 when it is none."""
    text = params.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise Refusal(*PARAMETER_WRONG)
    return int(text)


def rows(params: Params, default: int, most: int) -> int:
    """Return ``limit``: 1 to ``most``, larger ones cut as the venue does."""
    value = number(params, "limit", default) or default
    return min(value, most)
