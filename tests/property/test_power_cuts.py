"""The power goes at any moment of writing: what was acknowledged stays, whole and chained."""

from __future__ import annotations

from random import randrange

from tests.property.power_cuts.campaign import CUTS_PER_LIFE, apart, campaign, normal, off


def test_a_power_cut_takes_nothing_that_was_acknowledged() -> None:
    done = campaign(240, randrange(1 << 32))
    assert (done.lost, done.halves, done.corrupt, done.broken_chains) == (0, 0, 0, 0)
    assert done.cuts == 240
    assert done.commits >= 5 * done.cuts


def test_without_a_sync_for_each_commit_the_same_cuts_lose_some() -> None:
    done = campaign(2 * CUTS_PER_LIFE, randrange(1 << 32), normal)
    assert done.lost > 0
    assert (done.corrupt, done.halves) == (0, 0)


def test_without_any_sync_the_same_cuts_destroy_files() -> None:
    assert campaign(5 * CUTS_PER_LIFE, randrange(1 << 32), off).corrupt > 0


def test_without_transactions_the_same_cuts_leave_half_a_change() -> None:
    assert campaign(2 * CUTS_PER_LIFE, randrange(1 << 32), apart).halves > 0
