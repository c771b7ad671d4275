"""The typed order line: text ⇄ command. Pure; may import ``domain`` and ``errors``.

Each module, with what others call in it::

    context     Context(symbols, focus=None, rows=(), selected=None, row_symbols={}, prices={}, free={})
                Pair(base, quote); context.find(word) -> symbol | None
    commands    Place, Close, Cancel, Look, Focus, Help; Style; View
                Step(command, preview, force, join); Script(steps)
    parser      parse(line, context) -> Script            raises errors.GrammarError(position, length, hint)
    sentence    describe(command) -> str                  the English sentence that explains a command
    canonical   write(command) -> str, write_script(script) -> str     parse(write(c), context) gives c back
    completion  complete(line, cursor, context) -> list[Completion(text, start, end, kind, detail)]
    highlight   highlight(line, context) -> list[Span(start, end, kind)]
"""
