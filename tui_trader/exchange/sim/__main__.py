"""``python -m tui_trader.exchange.sim``: the simulator alone."""

import argparse
import sys

from tui_trader.exchange.sim.entry import add_arguments, main

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tui-trader sim", description="A simulated exchange that speaks MEXC's wire.")
    add_arguments(parser)
    sys.exit(main(parser.parse_args()))
