"""Hypothesis chooses what happens to a world; each rule is one thing, and after each everything is checked."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.property.order_model.desk import Desk
from tests.property.order_model.healing import heal
from tests.property.order_model.invariants import Auditor
from tests.property.order_model.words import REST_MARK, Request
from tests.property.order_model.world import ACCEPT, ORDERS, SKEWS, TICKS, VERDICTS, World
from tui_trader.domain.timing import NORMAL

which = st.integers(0, 11)


def room(machine: OrderMachine) -> bool:
    """Tell whether another order may be made."""
    return machine.world.desk.made < ORDERS


def made(machine: OrderMachine) -> bool:
    """Tell whether there is an order."""
    return bool(machine.world.desk.journal.orders)


def waiting(machine: OrderMachine) -> bool:
    """Tell whether an order is committed and not written."""
    return bool(machine.world.desk.waiting)


def rising(machine: OrderMachine) -> bool:
    """Tell whether a request is on its way up."""
    return bool(machine.world.up)


def falling(machine: OrderMachine) -> bool:
    """Tell whether news are on their way down."""
    return bool(machine.world.down)


def pending(machine: OrderMachine) -> bool:
    """Tell whether a call waits for its answer."""
    return bool(machine.world.desk.pending)


def tradable(machine: OrderMachine) -> bool:
    """Tell whether something may trade at the venue."""
    return bool(machine.world.venue.tradable(machine.world.now))


def resting(machine: OrderMachine) -> bool:
    """Tell whether the venue has orders."""
    return bool(machine.world.venue.orders)


class OrderMachine(RuleBasedStateMachine):
    """The order path of a desk against a venue. ``desk`` makes the desk; ``steps`` counts over all examples."""

    desk: Callable[[list[Request]], Desk] = Desk
    steps = 0
    examples = 0

    def __init__(self) -> None:
        super().__init__()
        self.world = World(type(self).desk)
        self.auditor = Auditor(self.world)
        self.sound = True
        type(self).examples += 1

    @initialize(skew=st.sampled_from(SKEWS), marked=st.booleans())
    def begin(self, skew: int, marked: bool) -> None:
        """Choose how far the clock is off, and whether both channels name executions alike."""
        self.world.skew = skew
        self.world.mark = REST_MARK if marked else ""

    @precondition(room)
    @rule(what=st.integers(0, 23), fate=st.integers(0, 5))
    def submit(self, what: int, fate: int) -> None:
        """Place an order: committed (0), written (1), taken (2), given up waiting (3), answered (4, 5)."""
        made = self.world.desk.made
        self.world.submit(what, at_once=fate > 0)
        if fate > 1 and self.world.desk.made > made:
            self._told(lambda: self.world.arrive(len(self.world.up) - 1, ACCEPT), fate > 3)
        if fate == 3 and self.world.desk.pending:
            self.world.time_out(-1)

    def _told(self, happens: Callable[[], None], told: bool) -> None:
        """Let something happen at the venue, and the news of it arrive at once if they shall."""
        before = len(self.world.down)
        happens()
        while told and len(self.world.down) > before:
            self.world.hear(before)

    @precondition(waiting)
    @rule(which=which)
    def send(self, which: int) -> None:
        """Write an order that was committed a while ago."""
        self.world.send(which)

    @precondition(rising)
    @rule(which=which, verdict=st.sampled_from(VERDICTS))
    def deliver_up(self, which: int, verdict: int) -> None:
        """Let a request arrive, in any order; even ones are answered at once."""
        self._told(lambda: self.world.arrive(which // 2, verdict), which % 2 == 0)

    @precondition(rising)
    @rule(which=which)
    def drop_up(self, which: int) -> None:
        """Lose a request."""
        del self.world.up[which % len(self.world.up)]

    @precondition(falling)
    @rule(which=which)
    def deliver_down(self, which: int) -> None:
        """Let news arrive, in any order."""
        self.world.hear(which)

    @precondition(falling)
    @rule(which=which)
    def drop_down(self, which: int) -> None:
        """Lose news."""
        del self.world.down[which % len(self.world.down)]

    @precondition(falling)
    @rule(which=which)
    def duplicate_down(self, which: int) -> None:
        """Double a push."""
        self.world.double(which)

    @precondition(pending)
    @rule(which=which)
    def http_timeout(self, which: int) -> None:
        """Give up waiting for an answer."""
        self.world.time_out(which)

    @precondition(tradable)
    @rule(which=which, quantity=st.integers(1, 4))
    def venue_fills(self, which: int, quantity: int) -> None:
        """Let an order trade, a moment after its cancel even; of even ones the desk hears at once."""
        self._told(lambda: self.world.trade(which // 2, quantity), which % 2 == 0)

    @precondition(tradable)
    @rule(which=which)
    def venue_ends(self, which: int) -> None:
        """Let the venue end an order by itself; of even ones the desk hears at once."""
        self._told(lambda: self.world.end(which // 2), which % 2 == 0)

    @precondition(made)
    @rule(which=which)
    def cancel(self, which: int) -> None:
        """Wish an order gone."""
        self.world.cancel(which)

    @rule(ms=st.sampled_from(TICKS))
    def tick(self, ms: int) -> None:
        """Let time pass."""
        self.world.now += ms

    @rule(skew=st.sampled_from(SKEWS))
    def resync(self, skew: int) -> None:
        """Measure the venue's clock anew, with another error."""
        self.world.skew = skew

    @precondition(made)
    @rule(which=which, lag=st.integers(0, 24), at_once=st.booleans())
    def query(self, which: int, lag: int, at_once: bool) -> None:
        """Ask about an order; the answer may take its time."""
        self.world.query(which, lag, at_once=at_once)

    @precondition(made)
    @rule(which=which, lag=st.integers(0, 24))
    def pursue(self, which: int, lag: int) -> None:
        """Ask three times, as patiently as the horizon wants it."""
        for _round in range(3):
            self.world.now += NORMAL.round_apart_ms + 1000
            self.world.query(which, lag, at_once=True)

    @precondition(resting)
    @rule(lag=st.integers(0, 4))
    def poll_fills(self, lag: int) -> None:
        """Read all executions."""
        self.world.list_fills(lag)

    @precondition(made)
    @rule(lag=st.integers(0, 4))
    def poll_open_orders(self, lag: int) -> None:
        """Read the open orders."""
        self.world.list_open(lag)

    @precondition(made)
    @rule()
    def kill9(self) -> None:
        """Kill the desk and start it again."""
        self.world.kill()

    @invariant()
    def nothing_is_broken(self) -> None:
        """Check I1 to I9."""
        type(self).steps += 1
        self.sound = False
        self.auditor.check()
        self.sound = True

    def teardown(self) -> None:
        """Heal and compare, unless something broke before."""
        if self.sound:
            heal(self.world, self.auditor)
