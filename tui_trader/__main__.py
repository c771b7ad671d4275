"""``python -m tui_trader``: the same as the command ``tui-trader``."""

import sys

from tui_trader.cli import main

if __name__ == "__main__":
    sys.exit(main())
