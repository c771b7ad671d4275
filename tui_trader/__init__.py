"""A keyboard-driven trading console for the MEXC spot exchange, on a desk process that outlives the terminal."""

__version__ = "0.1.0"
