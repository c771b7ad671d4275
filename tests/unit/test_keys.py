import sys
from pathlib import Path

import pytest

from tui_trader import logs
from tui_trader.credentials import Credentials
from tui_trader.errors import SettingsError, UsageError
from tui_trader.keys import SERVICE, KeyVault, open_vault, os_keyring, safe_ring
from tui_trader.paths import Folders

PAIR = Credentials("mx0aBYs33eIilxBWC5", "45d0b3c26f2644f19bfb98b07741b2f5")
OTHER = Credentials("mx0aOTHERsOTHERs99", "ffffffff6f2644f19bfb98b07741b2f5")


class Ring:
    """A keyring in memory that can be locked, or forgetful."""

    def __init__(self, *, locked: bool = False, forgetful: bool = False) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = locked
        self.forgetful = forgetful

    def _check(self) -> None:
        if self.locked:
            raise RuntimeError("the prompter cannot open a display")

    def get_password(self, service: str, name: str) -> str | None:
        """Return an entry."""
        self._check()
        return self.entries.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        """Keep an entry."""
        self._check()
        if not self.forgetful:
            self.entries[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        """Forget an entry."""
        self._check()
        del self.entries[service, name]


class PlaintextRing(Ring):
    """A keyring that keeps everything readable."""


@pytest.fixture(autouse=True)
def _forget_secrets() -> None:
    logs._secrets.clear()


def _vault(
    folder: Path, ring: Ring | None = None, env: dict[str, str] | None = None, profile: str = "main"
) -> KeyVault:
    return KeyVault(Folders(folder / "config", folder / "state", folder / "cache"), profile, ring=ring, env=env or {})


def test_without_keys_the_sentence_names_the_command(tmp_path: Path) -> None:
    assert _vault(tmp_path).find() is None
    with pytest.raises(UsageError, match="tui-trader keys set"):
        _vault(tmp_path).load()
    assert not _vault(tmp_path).remove()


def test_without_a_keyring_they_lie_in_a_private_file(tmp_path: Path) -> None:
    where = _vault(tmp_path).set(PAIR)
    assert where == str(tmp_path / "config" / "keys-main.json")
    assert Path(where).stat().st_mode & 0o777 == 0o600
    found = _vault(tmp_path).find()
    assert found is not None
    assert (found.credentials, found.source) == (PAIR, where)
    assert _vault(tmp_path).load() == PAIR
    assert _vault(tmp_path, profile="second").find() is None
    assert _vault(tmp_path).remove()
    assert _vault(tmp_path).find() is None


def test_a_keyring_that_works_is_used_and_the_file_goes(tmp_path: Path) -> None:
    ring = Ring()
    _vault(tmp_path).set(OTHER)
    assert _vault(tmp_path, ring).set(PAIR) == "keyring"
    assert not list((tmp_path / "config").iterdir())
    found = _vault(tmp_path, ring).find()
    assert found is not None
    assert (found.credentials, found.source) == (PAIR, "keyring")
    assert list(ring.entries) == [(SERVICE, "main")]
    assert _vault(tmp_path, ring).remove()
    assert not ring.entries


@pytest.mark.parametrize("ring", [Ring(locked=True), Ring(forgetful=True)])
def test_a_keyring_that_does_not_keep_is_passed_over(tmp_path: Path, ring: Ring) -> None:
    assert _vault(tmp_path, ring).set(PAIR) == str(tmp_path / "config" / "keys-main.json")
    assert _vault(tmp_path, ring).load() == PAIR
    assert _vault(tmp_path, ring).remove()


def test_a_keyring_that_locks_itself_before_removal_is_said(tmp_path: Path) -> None:
    class Locking(Ring):
        """Locks itself after the first look."""

        def get_password(self, service: str, name: str) -> str | None:
            """Return an entry, once."""
            found = super().get_password(service, name)
            self.locked = bool(found)
            return found

    ring = Locking()
    ring.entries[SERVICE, "main"] = '{"key": "k", "secret": "s"}'
    with pytest.raises(UsageError, match="unlock it"):
        _vault(tmp_path, ring).remove()


def test_the_environment_comes_first_and_only_as_a_pair(tmp_path: Path) -> None:
    _vault(tmp_path).set(PAIR)
    env = {"TUI_TRADER_API_KEY": OTHER.key, "TUI_TRADER_API_SECRET": OTHER.secret}
    found = _vault(tmp_path, env=env).find()
    assert found is not None
    assert (found.credentials, found.source) == (OTHER, "environment")
    for name in env:
        with pytest.raises(UsageError, match="or neither"):
            _vault(tmp_path, env={name: "x"}).find()


def test_a_file_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    file = Path(_vault(tmp_path).set(PAIR))
    file.chmod(0o640)
    for act in (_vault(tmp_path).find, _vault(tmp_path).remove, lambda: _vault(tmp_path).set(PAIR)):
        with pytest.raises(UsageError, match=f"chmod 600 {file}"):
            act()


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", "{}", '{"key": "k"}', '{"key": 1, "secret": 2}', '{"key": "", "secret": ""}']
)
def test_a_damaged_file_is_said_without_quoting_it(tmp_path: Path, text: str) -> None:
    file = Path(_vault(tmp_path).set(PAIR))
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        _vault(tmp_path).find()
    assert str(caught.value) == f"The keys in {file} are damaged; run: tui-trader keys set"


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    file = Path(_vault(tmp_path).set(PAIR))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        _vault(tmp_path).find()


@pytest.mark.parametrize(
    "pair",
    [
        Credentials("", PAIR.secret),
        Credentials(PAIR.key, "short"),
        Credentials("with a space in", PAIR.secret),
        Credentials(PAIR.key, PAIR.secret + "\n"),
        Credentials("ключ-ключ-ключ", PAIR.secret),
    ],
)
def test_what_can_not_be_a_key_is_refused_without_showing_it(tmp_path: Path, pair: Credentials) -> None:
    with pytest.raises(UsageError, match="without spaces") as caught:
        _vault(tmp_path).set(pair)
    assert PAIR.secret not in str(caught.value)
    assert _vault(tmp_path).find() is None


def test_keys_that_were_seen_are_kept_out_of_logs(tmp_path: Path) -> None:
    _vault(tmp_path).set(PAIR)
    assert PAIR.secret not in logs.redact(f"oops {PAIR.secret} {PAIR.key}")
    logs._secrets.clear()
    _vault(tmp_path).load()
    assert logs.redact(f"{PAIR.secret} {PAIR.key}") == f"{logs.HIDDEN} {logs.HIDDEN}"


def test_a_profile_can_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        _vault(tmp_path, profile="../../etc")


def test_readable_keyrings_are_passed_over_for_the_first_that_keeps() -> None:
    good = Ring()
    assert safe_ring([PlaintextRing(), good]) is good
    assert safe_ring([PlaintextRing()]) is None
    assert safe_ring([]) is None


def test_a_missing_extra_means_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert os_keyring() is None


@pytest.mark.parametrize("raises", [True, False])
def test_the_extras_backend_is_used_unless_it_fails(monkeypatch: pytest.MonkeyPatch, raises: bool) -> None:
    good = Ring()

    class Package:
        """The one function of the keyring package that is used."""

        @staticmethod
        def get_keyring() -> Ring:
            """Return the backend in use."""
            if raises:
                raise RuntimeError("no D-Bus")
            return good

    monkeypatch.setitem(sys.modules, "keyring", Package)  # type: ignore[arg-type]
    assert os_keyring() is (None if raises else good)


def test_a_vault_opens_under_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    vault = open_vault("main", {"TUI_TRADER_HOME": str(tmp_path)})
    assert vault.file == tmp_path / "config" / "keys-main.json"
    assert vault.find() is None
