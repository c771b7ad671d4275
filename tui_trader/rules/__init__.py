"""Decisions as pure functions over domain values: no I/O, no clock, no state. May import ``domain`` and ``errors``.

Each module, with what others call in it::

    order_events       frozen events (Acked, Ambiguous, Reported, FillSeen, ...), Effect, Transition
    order_table        step(order, event, fills=()) -> Transition; TABLE[(status, type(event))] -> handler
    horizon            not_after(now), deadline(order), horizon(order, error, lag), clock_error(rtt), lag(observed)
                       Absence().miss(at, endpoints, deadline) -> Absence
                       proved_absent(absence, now, horizon, residual), overdue(now, horizon), backoff_ms(attempt)
    ledger             Holding, empty(instrument), with_opening(holding, quantity, at, price=None)
                       apply(holding, fill) -> Posting(holding, positions); fold(holding, fills) -> Folded
                       asset_deltas(fill, base, quote), with_notes(position, kept)
    performance        mark(position, price, at), pnl(...), pnl_percent(position), risk_reward(position)
    by_hand            create(...), close(position, price, at, quantity=None, order_ids=()), move_exits(...)
    instrument_rules   check(instrument, side, type, price, quantity, last=None, capped=True) -> tuple[Breach, ...]
    reservation        Reservation, locks(order, instrument) -> Reservation | None, available(asset, ...)
    gate               GateInput, GateFacts, RecentRequest
    checks             CHECKS, evaluate(given: GateInput) -> tuple[Breach, ...]
    book_walk          walk(book, side, quantity, limit=None) -> Walk, quantity_for(book, side, amount, instrument)
    sizing             SizingInput, resolve(size, given) -> Decimal
    pricing            PricingInput, resolve(price, side, given) -> Decimal, market_cap(side, quote, percent, tick)
    statistics         summarise(positions, protected) -> BookFigures
"""
