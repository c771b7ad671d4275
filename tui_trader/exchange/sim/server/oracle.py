"""What truly happened: every order ever accepted with each state it had, for proofs and for stale reads."""

from collections.abc import Iterable, Sequence

from tui_trader.exchange.sim.events import Event, OrderChanged, OwnFill
from tui_trader.exchange.sim.model import Fill, Order


class Oracle:
    """Record of own orders and fills. Times are the server's UTC milliseconds at which each became true."""

    def __init__(self, known: Iterable[Order] = (), fills: Iterable[Fill] = ()) -> None:
        self._states: dict[str, list[tuple[int, Order]]] = {order.order_id: [(0, order)] for order in known}
        self._fills: dict[tuple[str, str], tuple[int, Fill]] = {(f.order_id, f.trade_id): (0, f) for f in fills}

    def note(self, events: Sequence[Event], now_ms: int) -> None:
        """Keep what ``events`` say about orders and fills."""
        for event in events:
            if isinstance(event, OrderChanged):
                self._states.setdefault(event.order.order_id, []).append((now_ms, event.order))
            elif isinstance(event, OwnFill):
                self._fills[event.fill.order_id, event.fill.trade_id] = (now_ms, event.fill)

    def orders(self) -> list[Order]:
        """Every order ever accepted in its latest state, oldest first."""
        return [states[-1][1] for states in self._states.values()]

    def fills(self) -> list[Fill]:
        """Every own execution, oldest first."""
        return [fill for _, fill in self._fills.values()]

    def as_of(self, order_id: str, at_ms: int) -> Order | None:
        """Return the state that an order had at a moment; None when it was not accepted yet."""
        seen = [order for at, order in self._states.get(order_id, ()) if at <= at_ms]
        return seen[-1] if seen else None

    def all_as_of(self, at_ms: int) -> list[Order]:
        """Every order accepted by a moment, in the state it had then."""
        return [order for order_id in self._states if (order := self.as_of(order_id, at_ms)) is not None]

    def fill_known(self, fill: Fill, at_ms: int) -> bool:
        """Tell whether a fill had happened by a moment."""
        at, _ = self._fills.get((fill.order_id, fill.trade_id), (0, fill))
        return at <= at_ms
