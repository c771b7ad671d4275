import os
import sys
from pathlib import Path

import pytest

from tui_trader.errors import SettingsError, UsageError
from tui_trader.paths import (
    SOCKET_PATH_LIMIT,
    Folders,
    check_private_file,
    find_paths,
    private_folder,
    write_private_file,
)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_home_moves_every_folder(tmp_path: Path) -> None:
    paths = find_paths("main", "live", {"TUI_TRADER_HOME": str(tmp_path)})
    for each in (paths.folders.config_file, paths.database, paths.lock, paths.token, paths.halt, paths.desk_log):
        assert each.is_relative_to(tmp_path)
    for each in (paths.console_log, paths.sim, paths.sim_credentials, paths.sim_log, paths.console_state):
        assert each.is_relative_to(tmp_path)
    assert not list(tmp_path.iterdir())


def test_profiles_and_modes_share_no_file(tmp_path: Path) -> None:
    env = {"TUI_TRADER_HOME": str(tmp_path)}
    states = {find_paths(profile, mode, env).state for profile in ("a", "b") for mode in ("paper", "live")}
    assert len(states) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are Linux's")
def test_without_home_the_xdg_folders_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.delenv("TUI_TRADER_HOME", raising=False)
    assert Folders.find() == Folders(*(tmp_path / name / "tui-trader" for name in ("config", "state", "cache")))


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 33, "-x", "ä", "a b"])
def test_a_profile_that_can_not_be_a_folder_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="letters, digits"):
        find_paths(name, "paper", {})


def test_state_folders_are_made_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        paths = find_paths("main", "paper", {"TUI_TRADER_HOME": str(tmp_path / "home")}).prepare()
    finally:
        os.umask(old)
    for folder in (paths.folders.state, paths.state.parent, paths.state, paths.sim):
        assert _mode(folder) == 0o700
    assert paths.prepare() is paths


def test_a_socket_path_too_long_for_the_kernel_moves_to_the_temp_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tmp_path / "t"
    short.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(short))
    deep = {"TUI_TRADER_HOME": str(tmp_path / ("d" * SOCKET_PATH_LIMIT))}
    paths = find_paths("main", "paper", deep).prepare()
    assert paths.socket.parent.parent == short
    assert _mode(paths.socket.parent) == 0o700
    assert paths.socket == find_paths("main", "paper", deep).socket
    assert paths.socket != find_paths("main", "live", deep).socket
    near = find_paths("m", "live", {"TUI_TRADER_HOME": "/h"})
    assert near.socket == near.state / "desk.sock"


def test_a_folder_that_others_may_enter_is_refused_with_the_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(UsageError, match=f"chmod 700 {folder}"):
        private_folder(folder)


def test_a_link_or_a_file_is_no_folder_of_ours(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="not a folder of its own"):
        private_folder(tmp_path / "link")
    for folder in (tmp_path / "file", tmp_path / "file" / "inner"):
        with pytest.raises(UsageError, match="Cannot use the folder"):
            private_folder(folder)


def test_somebody_elses_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: uid + 1)
    with pytest.raises(UsageError, match="belongs to another user"):
        private_folder(tmp_path / "mine")


def test_a_private_file_is_checked_without_opening_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert not check_private_file(file)
    file.write_text("x")
    file.chmod(0o600)
    assert check_private_file(file)
    file.chmod(0o604)
    with pytest.raises(UsageError, match=f"chmod 600 {file}"):
        check_private_file(file)
    (tmp_path / "link").symlink_to(file)
    with pytest.raises(UsageError, match="not a plain file"):
        check_private_file(tmp_path / "link")
    with pytest.raises(UsageError, match="Cannot look at"):
        check_private_file(tmp_path / ("x" * 300))


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    old = os.umask(0)
    try:
        write_private_file(file, "one")
        write_private_file(file, "two")
    finally:
        os.umask(old)
    assert (file.read_text(), _mode(file)) == ("two", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    with pytest.raises(UsageError, match="Cannot write"):
        write_private_file(tmp_path / "missing" / "file", "x")
