"""The simulated exchange: matching engine, accounts, market generator and replay; ``server/`` puts MEXC's wire over it.

It may know the wire, the rules, the domain and the base modules, and never ``exchange/mexc``: a venue and its
client must be able to disagree, or a test of one against the other would prove nothing.
"""
