"""Ways out of the house for what a person should hear while no console is open.

Knows the domain and the base modules. What is worth telling, and when, is decided by ``services.notifying``.
"""
