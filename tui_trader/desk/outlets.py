"""The ways out of the house that the settings name, joined to what the desk tells."""

from __future__ import annotations

from tui_trader.clock import Clock
from tui_trader.desk.assembly import Desk
from tui_trader.services.notifying import Notifier
from tui_trader.settings import Settings


def open_outlets(desk: Desk, settings: Settings, clock: Clock) -> None:
    """Have the desk's work post to the webhook, where there is one; trading never waits for it."""
    url = settings.notify.webhook
    if not url:
        return
    from tui_trader.notify.webhook import Webhook  # noqa: PLC0415 - most desks have none

    webhook = Webhook(url, clock, lambda text: desk.tasks.say("warning", text, "webhook_failed"))
    names = {"mode": settings.mode.value, "profile": settings.profile}
    desk.tasks.run("webhook", webhook.keep)
    desk.tasks.run("what the webhook is told", Notifier(desk.services.bus, webhook, names).keep)
