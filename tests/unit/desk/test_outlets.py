from __future__ import annotations

from dataclasses import replace

from tests.twins.clock import settle
from tests.twins.receiver import eventually, receiving
from tests.unit.services.desk_rig import desk
from tui_trader.desk.outlets import open_outlets
from tui_trader.domain.risk import GateState
from tui_trader.settings import NotifySettings, Settings


async def test_a_desk_tells_its_webhook_and_trades_on_while_that_hangs() -> None:
    async with receiving() as receiver, desk() as rig:
        url = f"http://127.0.0.1:{receiver.port}/hook"
        open_outlets(rig.desk, replace(Settings(), notify=NotifySettings(url)), rig.clock)
        await settle()
        await rig.desk.path.gate.change(GateState.CANCEL_ONLY, "enough for today")
        await eventually(lambda: len(receiver.got) == 1)
        _, told = receiver.got[0]
        assert {name: told[name] for name in ("kind", "code", "mode", "profile")} == {
            "kind": "gate",
            "code": "gate_cancel_only",
            "mode": "paper",
            "profile": "default",
        }
        assert "enough for today" in told["text"]
        receiver.hang()
        await rig.desk.path.gate.change(GateState.ACTIVE, "go on")
        await eventually(lambda: len(receiver.got) == 2)
        assert (await rig.run("buy btc 1 @99")).ok


async def test_without_an_address_nothing_is_opened() -> None:
    async with desk() as rig:
        open_outlets(rig.desk, Settings(), rig.clock)
        assert not rig.desk.tasks.running("webhook")
