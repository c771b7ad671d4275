"""Secrets stay where they belong, whatever happens: in the file that keeps them, and nowhere else."""

from __future__ import annotations

import pytest

from tests.process.canary.campaign import plant, run
from tests.process.household import Household

pytestmark = pytest.mark.process


@pytest.mark.timeout(300)
def test_no_byte_that_anything_wrote_holds_a_secret_and_a_planted_one_is_found(household: Household) -> None:
    evidence = run(household, orders=5)
    print(f"\n{evidence.line()}")
    assert evidence.found() == []
    assert len(evidence.signatures) > 20
    assert evidence.listen_keys
    assert plant(household, evidence) == 3
