"""The order path as a model: the product's own order table and horizon against a venue that may do its worst.

``world`` holds the pieces together, ``machine`` lets hypothesis choose what happens, ``invariants`` says what must
hold after each step, ``healing`` what must be true once the network is well again, and ``bugs`` are eleven known
mistakes that the model has to find when one of them is put in.

The product's are ``rules.order_table.step``, ``rules.horizon``, ``rules.reservation.locks`` and
``rules.postings.asset_deltas``. The journal, the sending and the asking are a small driver of the model (``desk``).
Locked coins are never offered as evidence of absence: the horizon has to carry the proof alone.
"""
