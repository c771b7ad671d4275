"""The simulated venue's face: MEXC's REST and WebSocket over one port, and the control channel for faults.

Knows the venue's façade (``sim.venue``) and the wire; decides nothing about matching, money or prices.
"""
