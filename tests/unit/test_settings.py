import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tui_trader.domain.risk import RiskProfile
from tui_trader.errors import SettingsError
from tui_trader.settings import ApiSettings, Confirm, LogLevel, Mode, Settings, keys, load_settings

FULL = """
profile = "main"
mode = "live"
rest_url = "https://api.example.com/"
ws_url = "ws://127.0.0.1:9000/ws"
watchlist = ["btcusdt", "ETHUSDT", "BTCUSDT"]
theme = "light"
market_rate = 30
confirm = "limits"
log_level = "debug"

[keymap]
"order.buy" = "B"
"order.cancel" = ["c", "delete"]

[risk]
name = "conservative"
max_order_value = 12.50
max_open_orders = 3

[sim]
seed = 7
symbols = ["BTCUSDT"]
latency_ms = 0
replay = ["BTCUSDT=trades.csv@10"]
balances = { USDT = 1000.10, BTC = "0.5" }

[api]
port = 8765
token_file = "token"
"""


def _home(folder: Path, text: str = "") -> dict[str, str]:
    if text:
        (folder / "config").mkdir(parents=True, exist_ok=True)
        (folder / "config" / "config.toml").write_text(text)
    return {"TUI_TRADER_HOME": str(folder)}


def test_without_anything_it_is_paper_with_the_default_limits(tmp_path: Path) -> None:
    found = load_settings(env=_home(tmp_path))
    assert found == Settings()
    assert (found.mode, found.risk, found.api.port) == (Mode.PAPER, RiskProfile(), None)


def test_every_setting_can_stand_in_the_file(tmp_path: Path) -> None:
    found = load_settings(env=_home(tmp_path, FULL))
    assert (found.profile, found.mode, found.theme, found.market_rate) == ("main", Mode.LIVE, "light", 30)
    assert (found.rest_url, found.ws_url) == ("https://api.example.com", "ws://127.0.0.1:9000/ws")
    assert found.watchlist == ("BTCUSDT", "ETHUSDT")
    assert (found.confirm, found.log_level) == (Confirm.LIMITS, LogLevel.DEBUG)
    assert found.keymap == {"order.buy": ("B",), "order.cancel": ("c", "delete")}
    assert (found.sim.seed, found.sim.symbols, found.sim.latency_ms) == (7, ("BTCUSDT",), 0)
    assert found.sim.balances == {"USDT": Decimal("1000.10"), "BTC": Decimal("0.5")}
    assert found.sim.replay == ("BTCUSDT=trades.csv@10",)
    assert found.api == ApiSettings(8765, "token")


def test_single_limits_stand_over_a_preset(tmp_path: Path) -> None:
    risk = load_settings(env=_home(tmp_path, FULL)).risk
    assert (risk.max_order_value, risk.max_open_orders) == (Decimal("12.50"), 3)
    assert (risk.name, risk.max_position_value, risk.price_collar_percent) == ("conservative", 500, Decimal("2.5"))


def test_flags_stand_over_variables_and_those_over_the_file(tmp_path: Path) -> None:
    env = _home(tmp_path, FULL) | {"TUI_TRADER_MODE": "paper", "TUI_TRADER_RISK_MAX_ORDER_VALUE": "99.9"}
    found = load_settings({"mode": "live", "theme": None, "watchlist": "mxusdt"}, env)
    assert (found.mode, found.risk.max_order_value) == (Mode.LIVE, Decimal("99.9"))
    assert (found.theme, found.watchlist) == ("light", ("MXUSDT",))


def test_every_key_has_a_variable_of_its_own(tmp_path: Path) -> None:
    values = {
        "mode": "live",
        "rest_url": "https://x.example",
        "ws_url": "wss://x.example",
        "confirm": "limits",
        "timing": "proof",
        "log_level": "error",
        "ascii": "yes",
        "bell": "no",
        "risk.name": "aggressive",
        "risk.daily_loss_warn_percent": "1",
        "risk.daily_loss_percent": "2",
        "risk.auto_risk_control": "no",
        "sim.balances": "USDT=5,BTC=0.1",
        "notify.webhook": "https://x.example/hook",
    }
    for name in keys():
        if name in {"keymap", "risk.overrides"}:
            continue
        variable = "TUI_TRADER_" + name.upper().replace(".", "_")
        found = load_settings(env=_home(tmp_path) | {variable: values.get(name, "7")})
        assert found != Settings(), name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('mod = "live"', '"mod" is not a setting; the nearest is "mode".'),
        (
            "[risk]\nmax_order_valeu = 5",
            '"risk.max_order_valeu" is not a setting; the nearest is "risk.max_order_value".',
        ),
        ("[rsik]\nmax_order_value = 5", '"rsik" is not a setting; the nearest is "risk".'),
        ("zzzzqqqq = 1", '"zzzzqqqq" is not a setting; there are: '),
        ("risk = 5", '"risk" is not a setting; the nearest is "risk'),
        ('mode = "lve"', '"mode" must be one of paper, live.'),
        ("mode = 1", '"mode" must be one of paper, live.'),
        ("market_rate = 0", '"market_rate" must be a whole number from 1 to 60.'),
        ("market_rate = 2.5", '"market_rate" must be a whole number from 1 to 60.'),
        ("market_rate = true", '"market_rate" must be a whole number from 1 to 60.'),
        ("[risk]\nmax_order_value = 0", '"risk.max_order_value" must be a number above 0.'),
        ("[risk]\nmax_order_value = nan", '"risk.max_order_value" must be a number above 0.'),
        ("[risk]\nmax_order_value = true", '"risk.max_order_value" must be a number above 0.'),
        ('[risk]\nmax_order_value = "1e99"', '"risk.max_order_value" must be a number above 0.'),
        (
            "[risk]\nprice_collar_percent = 101",
            '"risk.price_collar_percent" must be a percentage above 0 and not above 100.',
        ),
        ('[risk]\nprice_collar_percent = "x"', '"risk.price_collar_percent" must be a percentage above 0 and not'),
        ("[risk]\nmax_open_orders = 0", '"risk.max_open_orders" must be a whole number from 1 to '),
        (
            'rest_url = "http://api.example.com"',
            '"rest_url" must begin with https://; http:// is for this machine only.',
        ),
        ('rest_url = "ftp://x"', '"rest_url" must be an address such as https://host.'),
        ('rest_url = "https://user:pw@x"', '"rest_url" must be an address such as https://host.'),
        ('rest_url = "https://x:port"', '"rest_url" must be an address such as https://host.'),
        ('ws_url = "https://x"', '"ws_url" must be an address such as wss://host.'),
        ('watchlist = ["BTC/USDT"]', "\"watchlist\" holds 'BTC/USDT'; a symbol is letters and digits"),
        ("watchlist = 5", '"watchlist" must be a list of texts.'),
        ("watchlist = [5]", '"watchlist" must be one line of text.'),
        ('theme = "a\\nb"', '"theme" must be one line of text.'),
        ("keymap = 5", '"keymap" must be a table from action to key'),
        ('[sim.balances]\nUSDT = "many"', '"sim.balances" must name coins and amounts above 0, such as USDT=1000.'),
        ("mode = ", "is not valid TOML: "),
    ],
)
def test_a_wrong_line_is_refused_with_file_key_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    env = _home(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(env=env)
    sentence = str(caught.value)
    assert said in sentence
    assert sentence.startswith(str(tmp_path / "config" / "config.toml"))
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("flags", "env", "said"),
    [
        ({}, {"TUI_TRADER_MOD": "live"}, 'TUI_TRADER_MOD is not a setting; the nearest is "mode".'),
        ({}, {"TUI_TRADER_MARKET_RATE": "fast"}, "TUI_TRADER_MARKET_RATE must be a whole number from 1 to 60."),
        ({"market_rate": "61"}, {}, "--market-rate must be a whole number from 1 to 60."),
        ({"sim.seed": "-1"}, {}, "--sim-seed must be a whole number from 0 to 2147483647."),
        ({}, {"TUI_TRADER_SIM_BALANCES": "USDT"}, "TUI_TRADER_SIM_BALANCES must name coins and amounts above 0"),
        ({}, {"TUI_TRADER_KEYMAP": "x"}, "TUI_TRADER_KEYMAP must be a table"),
    ],
)
def test_a_wrong_variable_or_flag_is_named(
    tmp_path: Path, flags: dict[str, object], env: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(flags, _home(tmp_path) | env)
    assert str(caught.value).startswith(said)


def test_variables_that_are_no_settings_are_left_alone(tmp_path: Path) -> None:
    env = {"TUI_TRADER_API_KEY": "k", "TUI_TRADER_API_SECRET": "s", "TUI_TRADER_RECORDINGS": "d", "PATH": "x"}
    assert load_settings(env=_home(tmp_path) | env) == Settings()


def test_a_file_that_was_named_must_be_there_and_readable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(env={}, file=tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="Cannot read"):
        load_settings(env={}, file=tmp_path)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings(env={}, file=tmp_path / "bytes.toml")
    (tmp_path / "other.toml").write_text("market_rate = 5")
    assert load_settings(env=_home(tmp_path, FULL), file=tmp_path / "other.toml").market_rate == 5


def test_limits_that_make_no_sense_are_refused_with_the_field(tmp_path: Path) -> None:
    for name, value, reason in (
        ("confirm_order_value", "600", "risk.confirm_order_value is 600, above max_order_value, which is 500"),
        ("daily_loss_percent", "6", "risk.daily_loss_percent is 6, above daily_loss_cancel_percent, which is 5"),
    ):
        with pytest.raises(SettingsError, match=reason):
            load_settings({f"risk.{name}": value}, env=_home(tmp_path, ""))


def test_pairs_may_have_limits_of_their_own(tmp_path: Path) -> None:
    text = "[risk]\nsymbols = ['BTCUSDT']\nmin_account_balance = 0\n[risk.overrides.btcusdt]\nmax_order_value = 450"
    found = load_settings(env=_home(tmp_path, text)).risk
    assert found.symbols == ("BTCUSDT",)
    assert found.of("BTCUSDT").max_order_value == 450
    assert found.of("ETHUSDT").max_order_value == 500
    lower = load_settings(env=_home(tmp_path, "[risk.overrides.BTCUSDT]\nmax_order_value = 50")).risk
    assert (lower.of("BTCUSDT").confirm_order_value, lower.confirm_order_value) == (50, 100)
    for wrong, reason in (
        ("[risk.overrides.BTCUSDT]\ndaily_loss_limit = 4", "has 'daily_loss_limit' for BTCUSDT; a pair may have"),
        (
            "[risk.overrides.BTCUSDT]\nmax_order_value = 50\nconfirm_order_value = 60",
            "risk.overrides.BTCUSDT.confirm_order_value is 60",
        ),
        ("[risk]\noverrides = 3", r"must be tables such as \[risk.overrides.BTCUSDT\]"),
    ):
        with pytest.raises(SettingsError, match=reason):
            load_settings(env=_home(tmp_path, wrong))


@pytest.mark.process
def test_settings_import_nothing_heavy() -> None:
    script = "import sys, tui_trader.settings; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert not {"pydantic", "peewee", "httpx", "asyncio", "tomllib", "platformdirs", "textual"} & set(loaded.split())


@pytest.mark.parametrize("url", ["https://example.com/hook/", "http://127.0.0.1:9/a?b=c", "http://localhost/x"])
def test_a_webhook_is_kept_exactly_and_not_shown(tmp_path: Path, url: str) -> None:
    found = load_settings(env=_home(tmp_path) | {"TUI_TRADER_NOTIFY_WEBHOOK": url})
    assert found.notify.webhook == url
    assert url not in repr(found)
    assert load_settings(env=_home(tmp_path)).notify.webhook == ""


@pytest.mark.parametrize("url", ["http://example.com/secret", "ftp://a/secret", "secret", "https://me:secret@a/b"])
def test_a_webhook_without_encryption_or_sense_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="NOTIFY_WEBHOOK must ") as refused:
        load_settings(env=_home(tmp_path) | {"TUI_TRADER_NOTIFY_WEBHOOK": url})
    assert "secret" not in str(refused.value)
