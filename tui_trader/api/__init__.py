"""The HTTP face of the services: routes, event stream, tokens and peer checks.

Knows the services by their faces only, and nothing of venues, stores or screens.
"""
