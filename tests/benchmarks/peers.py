"""Runs a peer's half of a benchmark in the peer's own virtual environment; a missing peer is named, not hidden."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def add_peer_flag(parser: argparse.ArgumentParser) -> None:
    """Add the flag that names the peer's Python."""
    parser.add_argument(
        "--peer-python",
        default=os.environ.get("TUI_TRADER_PEER_PYTHON", ""),
        help="Python of an environment with ccxt (default: $TUI_TRADER_PEER_PYTHON)",
    )


def run_peer(python: str, script: str, settings: dict[str, Any]) -> dict[str, Any] | str:
    """Return the figures that a peer's script printed, or the sentence that says why there are none."""
    if not python:
        return "no peer: give --peer-python an environment with ccxt"
    command = [python, str(HERE / script), json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        return f"the peer failed: {done.stderr.strip().splitlines()[-1:]}"
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def compare(what: str, unit: str, ours: float, peer: dict[str, Any] | str) -> None:
    """Print our figure beside the peer's and their ratio."""
    if isinstance(peer, str):
        print(f"{what}: ours {ours:,.0f} {unit}; {peer}")
        return
    theirs = peer["figure"]
    print(f"{what}: ours {ours:,.0f} {unit}, {peer['name']} {theirs:,.0f} {unit}, ratio {ours / theirs:.2f}")
