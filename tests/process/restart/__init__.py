"""How long a killed desk takes to trade again: with 50 resting orders, from the start of a new process to ACTIVE.

The ordinary paper desk, in ordinary timing, with a real start of its interpreter; nothing is forked or shortened. Its
simulated exchange stays up, as it does when a desk is killed, and keeps its ordinary latency and request limits. Each
life lasts longer than the ten seconds over which those limits count: what a start may ask is not spent by the one
before it.
"""
