"""No path to the exchange avoids the gate: what sends an order, who calls it, and what happens before, as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent.parent / "tui_trader"
PLACING = "services/placing.py"
VENUES = ("exchange/", "panic.py")
"""Rooms that send what they are handed; the panic script, which only cancels, is its own program."""


def trees(*, venues: bool = False) -> Iterator[tuple[str, ast.Module]]:
    """Read every module, without those of the venues unless asked."""
    for file in sorted(PACKAGE.rglob("*.py")):
        name = file.relative_to(PACKAGE).as_posix()
        if venues or not name.startswith(VENUES):
            yield name, ast.parse(file.read_text())


def calls(tree: ast.AST, *names: str) -> list[ast.Call]:
    """List calls of a function or method by its name."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in found if _name(call.func) in names]


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def method(name: str) -> ast.AsyncFunctionDef:
    """Return a method of the placer."""
    tree = ast.parse((PACKAGE / PLACING).read_text())
    (found,) = (each for each in ast.walk(tree) if isinstance(each, ast.AsyncFunctionDef) and each.name == name)
    return found


def test_only_the_placer_makes_what_the_exchange_takes() -> None:
    assert [name for name, tree in trees() if calls(tree, "NewOrder")] == [PLACING]
    assert {name for name, tree in trees() if calls(tree, "place_batch")} == set()


def test_what_may_add_an_order_is_sent_from_one_file() -> None:
    senders = {
        name
        for name, tree in trees(venues=True)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"ORDER_PLACE", "BATCH_PLACE"}
        and not name.startswith(("exchange/sim", "exchange/wire"))
    }
    assert senders == {"exchange/mexc/orders.py"}


def test_the_placer_sends_in_one_place_behind_the_judgement() -> None:
    tree = ast.parse((PACKAGE / PLACING).read_text())
    callers = {
        sent: [each.name for each in ast.walk(tree) if isinstance(each, ast.AsyncFunctionDef) and calls(each, sent)]
        for sent in ("place", "_transmit", "_send", "_new_order")
    }
    assert callers == {"place": ["_transmit"], "_transmit": ["_send"], "_send": ["place"], "_new_order": ["_transmit"]}
    assert calls(method("place"), "judge")


def test_nothing_is_waited_for_between_check_and_reservation() -> None:
    place, send = method("place"), method("_send")
    (judged,), (reserved,) = calls(place, "judge"), calls(send, "put")
    waits = [each for each in ast.walk(place) if isinstance(each, ast.Await) and each.lineno > judged.lineno]
    assert {_name(each.value.func) for each in waits if isinstance(each.value, ast.Call)} == {"_deny", "_ask", "_send"}
    assert all(isinstance(each.value, ast.Call) for each in waits)
    assert [each for each in ast.walk(send) if isinstance(each, ast.Await) and each.lineno < reserved.lineno] == []
