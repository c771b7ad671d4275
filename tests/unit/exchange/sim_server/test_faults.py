import pytest
from pydantic import ValidationError

from tui_trader.exchange.sim.server import faults
from tui_trader.exchange.sim.server.control import RULE
from tui_trader.exchange.sim.server.faults import NO_FAULTS, Action, Faults, Rule

ORDER = "/api/v3/order"


def test_nothing_happens_without_rules() -> None:
    assert Faults().plan("POST", ORDER) is NO_FAULTS
    assert not Faults().loses("x")
    assert not Faults().refuses_listen_key()


def test_a_rule_matches_method_and_path_and_ends_after_its_count() -> None:
    book = Faults()
    book.add(faults.drop(ORDER, accepted=True, method="POST", count=2))
    assert book.plan("GET", ORDER).drop is None
    assert book.plan("POST", "/api/v3/openOrders").drop is None
    assert [book.plan("POST", ORDER).drop is not None for _ in range(3)] == [True, True, False]
    assert book.rules() == {}


def test_skip_lets_the_first_matches_pass() -> None:
    book = Faults()
    book.add(faults.lose("*depth*", skip=2, count=1))
    assert [book.loses("spot@depth@X") for _ in range(4)] == [False, False, True, False]
    assert not book.loses("spot@deals@X")


def test_delays_add_up_and_the_longest_lag_counts() -> None:
    book = Faults()
    book.add(faults.delay("/api/*", before_ms=10))
    book.add(faults.delay(ORDER, before_ms=5, after_ms=7))
    book.add(faults.stale(300))
    book.add(faults.stale(100))
    plan = book.plan("GET", ORDER)
    assert (plan.before_ms, plan.after_ms, plan.lag_ms) == (15, 7, 300)
    assert book.plan("POST", ORDER).lag_ms == 0


def test_probability_is_drawn_from_a_seed() -> None:
    def draw() -> list[bool]:
        book = Faults(seed=7)
        book.add(Rule(action=Action.DROP, probability=0.5))
        return [book.plan("GET", "/").drop is not None for _ in range(40)]

    assert draw() == draw()
    assert 5 < sum(draw()) < 35


def test_ready_made_answers_have_the_venues_shapes() -> None:
    book = Faults()
    book.add(faults.too_many("/*", retry_after=3))
    limited = book.plan("GET", "/x").answer
    assert limited is not None
    assert (limited.status, limited.retry_after, limited.accepted) == (429, 3, False)
    book.add(faults.forbidden("/*"))
    blocked = book.plan("GET", "/x").answer
    assert blocked is not None
    assert (blocked.status, blocked.content_type) == (403, "text/html")
    book.add(faults.server_error("/*", accepted=True, status=504))
    broken = book.plan("GET", "/x").answer
    assert broken is not None
    assert (broken.status, broken.accepted) == (504, True)


def test_a_request_has_one_end_and_the_next_rule_waits_for_the_next_request() -> None:
    book = Faults()
    book.add(faults.server_error(ORDER, accepted=True, status=504))
    book.add(faults.drop(ORDER, accepted=False))
    first, second = book.plan("POST", ORDER), book.plan("POST", ORDER)
    assert (first.drop, first.answer is not None) == (None, True)
    assert (second.drop is not None, second.answer) == (True, None)
    assert book.rules() == {}


def test_shares_of_a_mix_are_exact_because_no_two_ends_strike_together() -> None:
    book = Faults(seed=3)
    book.add(Rule(action=Action.DROP, probability=0.5))
    book.add(Rule(action=Action.ANSWER, probability=1.0))
    plans = [book.plan("GET", "/") for _ in range(2000)]
    assert all((plan.drop is None) is not (plan.answer is None) for plan in plans)
    assert 900 < sum(plan.drop is not None for plan in plans) < 1100


def test_rules_can_be_removed_one_by_one_or_all() -> None:
    book = Faults()
    first = book.add(faults.refuse_listen_key())
    book.add(faults.refuse_listen_key())
    book.remove(first)
    assert len(book.rules()) == 1
    book.remove()
    book.remove(99)
    assert not book.refuses_listen_key()


@pytest.mark.parametrize(
    "text",
    [
        '{"action":"explode"}',
        '{"action":"drop","typo":1}',
        '{"action":"drop","count":0}',
        "{}",
        '{"action":"delay","before_ms":-1}',
        '{"action":"answer","status":99}',
        '{"action":"answer","late_ms":5}',
        '{"action":"delay","accepted":true,"late_ms":5}',
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        RULE.validate_json(text)
