"""``python -m tests.process.fault_matrix [--rows N01,V03] [--kill both|with|without]``: play it and print its table."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.process.fault_matrix.row import Row
from tests.process.fault_matrix.running import Played, figures, missing_proofs, play, run_proofs, table
from tests.process.fault_matrix.table import BY_ID, ROWS

KILLS = {"both": (False, True), "with": (True,), "without": (False,)}


async def played(rows: list[Row], kills: tuple[bool, ...]) -> dict[tuple[str, bool], Played]:
    """Play rows, one after the other, saying of each what came of it."""
    found: dict[tuple[str, bool], Played] = {}
    for row in rows:
        for kill in kills if row.play is not None else ():
            if kill and row.no_kill:
                continue
            found[row.id, kill] = result = await play(row, kill=kill)
            print(f"{row.id} {'with' if kill else 'without'} a kill: {result.word}", file=sys.stderr, flush=True)
    return found


def main() -> int:
    """Run; the exit status is 0 when every row that was run holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.process.fault_matrix", description=__doc__)
    parser.add_argument("--rows", default="", help="only these, for example N01,V03")
    parser.add_argument("--kill", choices=KILLS, default="both", help="with a kill -9 of the desk in the middle")
    options = parser.parse_args()
    names = [name.strip().upper() for name in options.rows.split(",") if name.strip()]
    unknown = sorted(set(names) - BY_ID.keys())
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}; rows are {ROWS[0].id} to {ROWS[-1].id}")
    rows = [BY_ID[name] for name in names] or list(ROWS)
    results, missing = asyncio.run(played(rows, KILLS[options.kill])), missing_proofs()
    proofs = run_proofs(rows)
    print("\n".join(table(results, proofs, missing)))
    print(figures(results, proofs, "proof"))
    return int(bool(missing) or any(each.wrong for each in (*results.values(), *proofs.values())))


if __name__ == "__main__":
    sys.exit(main())
