"""Decisions as pure functions over domain values: no I/O, no clock, no state. May import ``domain`` and ``errors``.

Each module, with what others call in it::

    order_events      frozen events (Acked, Reported, FillSeen, FillsListed, ...), Effect, Transition
    order_table       step(order, event, fills=()) -> Transition; TABLE[status, type(event)] -> handler; EVENTS
    horizon           not_after(now, timing), deadline(order), horizon(order, error_ms, lag_ms), clock_error(trip_ms)
                      Absence().miss(at, endpoints, deadline_at), proved_absent(absence, now, horizon_at, residual)
                      overdue(absence, now, horizon_at), lag(observed_ms), backoff_ms(attempt, timing)
    ledger            Holding, empty(instrument), with_opening(holding, quantity, at, price=None)
                      apply(holding, fill) -> Posting(holding, positions)
                      fold(holding, fills) -> Folded(holding, positions), with_notes(position, kept)
    postings          asset_deltas(fill, base, quote) -> ((asset, delta), ...)
    asset_ledger      AssetLedger().post(moves, sign=1), moves_of(fill, base, quote), pair_assets(symbol, pair)
                      ledger_of(fills, entries, find, since), lock_bounds(orders, find)
    performance       mark(position, price, at), pnl(side, entry, price, quantity), pnl_percent, risk_reward
    by_hand           create(id, symbol, side, quantity, entry_price, at, stop_loss=None, take_profit=None)
                      close(position, price, at, quantity=None, order_ids=()), move_exits(position, sl, tp, at)
    instrument_rules  check(instrument, side, type, price, quantity, last=None, *, capped=True) -> tuple[Breach, ...]
    reservation       Reservation, locks(order, instrument), available(asset, balance, reservations), need(...)
    gate              GateInput, RecentRequest, GateFacts
    checks            evaluate(given: GateInput) -> tuple[Breach, ...], hard(breaches), soft(breaches), CHECKS
    book_walk         walk(book, side, quantity, limit=None) -> Walk
                      quantity_for(book, side, amount, instrument) -> Walk
    sizing            SizingInput, resolve(size: SizeExpression, given) -> Decimal
    pricing           PricingInput, resolve(price: PriceExpression, side, given) -> Decimal | None
                      market_cap(side, quote, percent, tick), break_even(entry, taker_fee, tick)
    statistics        summarise(positions, protected, rates) -> BookFigures
"""
