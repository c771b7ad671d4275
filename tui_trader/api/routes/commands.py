"""``/commands``: typed lines."""

from __future__ import annotations

from tui_trader.api import views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.contract.commands import LineResult, RunLine
from tui_trader.services.model import LineContext


async def run(call: Call) -> LineResult:
    """Preview a line or do it."""
    asked: RunLine = call.question
    context = LineContext(asked.context.focus, tuple(asked.context.rows), asked.context.selected)
    commands = call.services.commands
    if call.flag("dry_run"):
        return views.line_view(call.services, await commands.preview(asked.line, context))
    outcome = await commands.run(asked.intent_id, asked.line, context, asked.confirmation)
    return views.line_view(call.services, outcome)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST",
        "/commands",
        run,
        "Run a typed line",
        LineResult,
        RunLine,
        query={"dry_run": "true says what the line would do, nothing sent"},
    ),
)
