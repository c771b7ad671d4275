"""Async use cases that own the desk's state. They know the venue and the store only through ports."""
