"""The command ``tui-trader``: reads flags, then hands over to the console, the desk, the simulator or one question.

Everything beyond flags is imported by the command that needs it, so that ``--version`` answers in milliseconds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tui_trader.cli.parser import build_parser
from tui_trader.errors import DeskUnavailable, GrammarError, TraderError, UsageError

DONE = 0
NOT_DONE = 1
USAGE = 2
NO_DESK = 3
INTERRUPTED = 130
MINIMUM_PYTHON = (3, 11)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 refused, 2 wrong use, 3 no desk, 130 interrupted."""
    if sys.platform == "win32":
        sys.stderr.write("tui-trader needs Unix sockets and terminals; on Windows run it inside WSL.\n")
        return USAGE
    args = build_parser().parse_args(argv)
    try:
        return int(args.run(args))
    except GrammarError as error:
        sys.stderr.write(f"{error}{f' Did you mean {error.hint}?' if error.hint else ''}\n")
        return USAGE
    except TraderError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE if isinstance(error, UsageError) else NO_DESK if isinstance(error, DeskUnavailable) else NOT_DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of a pipe has seen enough; nothing more can be said on stdout
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115, PTH123 - lives until the process ends
        return DONE
