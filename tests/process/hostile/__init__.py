"""Hostile strings through a real desk, console and commands, in a real terminal (reliability.md H01 to H06).

``python -m tests.process.hostile [--size N]`` runs a venue whose every text is hostile, records what reaches the
terminal, and compares the kinds of control sequences with those of the same screens over harmless text.
"""
