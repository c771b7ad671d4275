"""User journeys, one per file: ask → preview → confirm → one call → say what happened."""
