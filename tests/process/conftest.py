"""Real processes: every test has a home of its own and leaves nothing running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.process.household import Household


@pytest.fixture
def household() -> Iterator[Household]:
    found = Household()
    try:
        yield found
    finally:
        found.close()
