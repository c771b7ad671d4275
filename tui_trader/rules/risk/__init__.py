"""Algorithms of risk: volatility, slippage, assessments, metrics, the loss lock. Pure, like the rest of ``rules``."""
