"""A terminal that stops reading (reliability.md P12, design.md decision 9): the desk trades on, the console catches up.

``python -m tests.process.stalled [--seconds N]`` drains a console's terminal for a while, then not at all for ``N``
seconds, and prints how the desk answered before and meanwhile.
"""
