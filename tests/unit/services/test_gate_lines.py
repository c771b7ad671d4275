"""The typed words that move the gate."""

from __future__ import annotations

import pytest

from tests.twins.clock import VirtualClock
from tests.twins.keepers import Ear
from tests.twins.profiles import WIDE
from tests.twins.store import StoreTwin
from tests.unit.services.order_rig import Rig, running, waited
from tui_trader.domain.risk import GateState
from tui_trader.errors import Conflict, UsageError
from tui_trader.services.gate import Gate
from tui_trader.services.gate_lines import gate_word, preview_gate, run_gate
from tui_trader.services.risk import RiskService

PHRASE = "80393991 REAL MONEY"


async def a_gate(*, live: bool = True) -> Gate:
    gate = Gate(StoreTwin(), Ear(), VirtualClock(), WIDE, live=live)
    gate.account = "80393991"
    await gate.clean()
    return gate


def unused() -> RiskService:
    """Return a kill switch and a way back to trading that no word here takes."""
    return Rig().path.risk


def test_a_word_stands_first_and_keeps_what_follows() -> None:
    assert gate_word(f" Unlock {PHRASE} ") == ("unlock", PHRASE)
    assert gate_word("lock") == ("lock", "")
    assert gate_word("unlocked") is None
    assert gate_word("buy btc 1 mkt") is None


@pytest.mark.parametrize("rest", ["", "REAL MONEY", PHRASE.lower(), f"{PHRASE} please"])
async def test_only_the_whole_phrase_unlocks(rest: str) -> None:
    gate = await a_gate()
    shown = preview_gate("unlock", rest, gate, unused())
    assert not shown.ok
    assert f"unlock {PHRASE}" in (shown.steps[0].refused or "")
    with pytest.raises(Conflict, match=PHRASE):
        await run_gate("intent-0001", "unlock", rest, gate, unused())
    assert gate.state is GateState.CANCEL_ONLY


async def test_the_phrase_is_its_own_confirmation() -> None:
    gate = await a_gate()
    shown = preview_gate("unlock", PHRASE, gate, unused())
    assert (shown.ok, shown.steps[0].confirm) == (True, "none")
    assert (await run_gate("intent-0001", "unlock", PHRASE, gate, unused())).steps[
        0
    ].sentence == "The gate stands at ACTIVE."
    assert preview_gate("unlock", "", gate, unused()).ok


async def test_a_lock_needs_no_word_and_holds() -> None:
    gate = await a_gate()
    await run_gate("intent-0001", "unlock", PHRASE, gate, unused())
    assert preview_gate("lock", "", gate, unused()).steps[0].confirm == "none"
    assert "locked" in (await run_gate("intent-0001", "lock", "", gate, unused())).steps[0].sentence
    assert gate.state is GateState.CANCEL_ONLY


async def test_to_resume_wants_a_reason_and_is_asked_about_by_its_word() -> None:
    async with running() as rig:
        gate, risk = rig.gate, rig.path.risk
        await gate.change(GateState.REDUCING, "an alarm")
        assert "resume REASON" in (preview_gate("resume", "", gate, risk).steps[0].refused or "")
        with pytest.raises(UsageError, match="resume REASON"):
            await run_gate("intent-0001", "resume", " ", gate, risk)
        shown = preview_gate("resume", "looked at it", gate, risk).steps[0]
        assert (shown.confirm, shown.word) == ("word", "resume")
        assert "REDUCING" in shown.sentence
        await run_gate("intent-0001", "resume", "looked at it", gate, risk)
        assert gate.state is GateState.ACTIVE


async def test_without_a_loss_lock_there_is_nothing_to_lift() -> None:
    async with running() as rig:
        shown = preview_gate("lift", "ACCEPT LOSS 1", rig.gate, rig.path.risk)
        assert (shown.ok, shown.steps[0].refused) == (False, "No loss lock is on.")
        with pytest.raises(Conflict, match="No loss lock is on"):
            await run_gate("intent-0001", "lift", "ACCEPT LOSS 1", rig.gate, rig.path.risk)


@pytest.mark.parametrize("word", ["kill", "halt"])
async def test_to_halt_asks_nothing_and_takes_one_flag(word: str) -> None:
    async with running() as rig:
        gate, risk = rig.gate, rig.path.risk
        assert preview_gate(word, "", gate, risk).steps[0].confirm == "none"
        assert "website" in preview_gate(word, "--all", gate, risk).steps[0].sentence
        for refused in (preview_gate(word, "btc", gate, risk), await run_gate("intent-0001", word, "btc", gate, risk)):
            assert not refused.ok
            assert "--all" in (refused.steps[0].refused or "")
        assert gate.state is GateState.ACTIVE
        rig.exchange.rest(venue_order_id="W1")
        done = await waited(rig, run_gate("intent-0002", word, "--all", gate, risk))
        assert gate.state is GateState.HALTED
        assert "1 cancelled, 0 filled meanwhile, 0 kept, 0 not confirmed." in done.steps[0].sentence
