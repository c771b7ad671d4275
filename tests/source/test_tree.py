"""What must be true of the source as text."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "tui_trader"
LONGEST = 300
# built from pieces, or this file would find itself
REGISTRIES = re.compile(
    "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", r"registry\.np" + "mjs", r"deb\.deb" + "ian"))
)
MACHINE = re.compile("|".join(("/wo" + "rk/", "/ro" + "ot/", "/tmp/ba" + "sh_jobs")))
MONEY_ROOMS = ("domain", "rules", "services", "store", "exchange/mexc", "exchange/wire")


def modules() -> Iterator[Path]:
    return (file for file in sorted(PACKAGE.rglob("*.py")) if not file.name.endswith("_pb2.py"))


def tracked() -> list[Path]:
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in found.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_file_hides_a_second_noun() -> None:
    long = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in modules()}
    assert {name: count for name, count in long.items() if count > LONGEST} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [str(file) for file in modules() if not ast.get_docstring(ast.parse(file.read_text()))] == []


def test_no_tracked_file_names_a_registry_or_a_place_of_some_machine() -> None:
    found = []
    for file in tracked():
        text = file.read_bytes().decode("utf-8", "ignore")
        found += [(file.name, match.group()) for match in (REGISTRIES.search(text), MACHINE.search(text)) if match]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b|pragma: no cover|type: ignore(?!\[)|noqa(?!:)")
    assert [(file.name, found.group()) for file in modules() if (found := words.search(file.read_text()))] == []


def test_ignores_give_their_reason() -> None:
    bare = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])\s*$", re.MULTILINE)
    assert [(str(file), found.group()) for file in modules() if (found := bare.search(file.read_text()))] == []


def test_every_room_has_its_place_in_the_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    placed = {name for contract in contracts for name in contract["source_modules"]}
    rooms = {
        f"tui_trader.{each.stem}"
        for each in PACKAGE.iterdir()
        if each.suffix == ".py" or (each / "__init__.py").exists()
    }
    rooms -= {"tui_trader.__init__", "tui_trader.__main__", "tui_trader.exchange", "tui_trader.cli"}
    rooms |= {
        f"tui_trader.exchange.{each.stem}" for each in (PACKAGE / "exchange").iterdir() if each.stem[0] not in "._"
    }
    assert rooms - placed == set()


def test_every_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    wanted = [line for line in lines if re.match(r'\s+"[a-z][\w-]*[><=]', line)]
    assert wanted
    assert [line for line in wanted if "#" not in line] == []


@pytest.mark.parametrize("room", MONEY_ROOMS)
def test_money_never_passes_through_a_float(room: str) -> None:
    """``float(`` calls are allowed for times and shares of a budget, each marked with what it is."""
    found = []
    for file in (PACKAGE / room).rglob("*.py"):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if re.search(r"\bfloat\(", line) and "# float:" not in line:
                found.append(f"{file.relative_to(ROOT)}:{number}")
    assert found == []


def test_styles_are_shipped() -> None:
    assert list((ROOT / "styles").glob("*.tcss"))
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"styles": "tui_trader/styles"}
