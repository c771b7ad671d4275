"""The console: a Textual app that shows what the desk says and asks it for what a person types.

Layers inside, upper may import lower: ``entry → app → screens → flows → panels → widgets``, over plain modules
(``model``, ``keymap``, ``layout``, ``theme``, ``glyphs``, ``numbers``, ``options``, ``terminal``). Panels are told,
never ask; a flow is one user journey in one file. Nothing here holds a truth: the desk does.

Nothing but Textual, Rich and light modules is imported before the first paint. The room must not know the desk's
inside, the store, the exchange, and does no arithmetic on money beyond what a picture needs.
"""
