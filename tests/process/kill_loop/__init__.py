"""``kill -9`` in a loop: the real desk is killed with orders in flight, and the venue's own record judges its books.

What is real: the whole desk (``tui_trader.desk.main``, unmodified, live mode with its typed unlock, over its Unix
socket) and the whole simulated exchange as a process of its own, whose record under ``/control`` is the oracle. The
simulator's refusal of repeated client ids and its request limits are off; time is the named *proof* profile of
``tui_trader.domain.timing``, and nothing else is weakened.

What is not: a life of the desk does not begin with a new interpreter. A parent with one thread and no event loop has
imported the desk's modules, and forks a child for each life (``forked``); ``tests.process.restart`` starts real ones.

``mix`` is the mix of outcomes (reliability.md §4.6), ``wishes`` what is asked for, ``home`` one desk and its venue,
``books`` the comparison with the oracle, ``lane`` the loop, ``campaign`` several loops side by side.
"""
