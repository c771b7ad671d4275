"""``kill -9`` at chosen moments: each crash point of reliability.md §4.5, times the outcomes on the wire, times kinds.

A point is a function of the desk and an event in it (``points``). The desk is not changed for it: in the forked child,
before the desk runs, an observer of Python's own tracing is set (``observer``) that kills the process when the point
is reached. The half-written request needs no observer but a proxy (``half_way``) that lets half of it through.

After each kill the desk is started again, heals, is asked everything again, and its books are held against the
venue's own record: the check of ``tests.process.kill_loop``. ``outcomes`` are the nine outcomes as rules of the venue,
``cases`` says which belong to which point, ``ways`` plays a case, ``campaign`` plays them all.

CP12 (between the firing of an exit and its order) comes with the exits.
"""
