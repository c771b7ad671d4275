"""Faults that a test or a person orders: rules that match requests or pushes, and what they do to them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, ClassVar


class Action(StrEnum):
    """What a rule does.

    ``delay`` waits before and after the venue works; ``drop`` cuts the connection without an answer; ``answer``
    replaces the answer (5xx, 429, 403, anything); ``stale`` lets reads lag; ``lose`` withholds pushes (a lost
    depth push is a gap in versions); ``refuse_listen_key`` turns private sockets away. A request has one end only: of
    the drops and answers in force the first that strikes it counts, and the others do not see it.
    """

    DELAY = "delay"
    DROP = "drop"
    ANSWER = "answer"
    STALE = "stale"
    LOSE = "lose"
    REFUSE_LISTEN_KEY = "refuse_listen_key"


ENDINGS = frozenset({Action.DROP, Action.ANSWER})
"""Actions that end a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One fault. ``method``, ``path`` and ``channel`` match with ``*`` and ``?``.

    ``skip`` lets that many matches pass first; ``count`` ends the rule after so many hits (None: never);
    ``probability`` is per match. ``accepted`` tells whether the venue acts on the request before the fault.
    ``late_ms`` has the venue act only so long after it dropped or answered, as if the request had waited in a queue
    behind the gateway: it is judged by its timestamp then. Times are in milliseconds, ``retry_after`` in seconds.
    Figures that make no sense raise ``ValueError``.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = MappingProxyType({"extra": "forbid"})

    action: Action
    method: str = "*"
    path: str = "*"
    channel: str = "*"
    skip: int = 0
    count: int | None = None
    probability: float = 1.0
    accepted: bool = False
    before_ms: int = 0
    after_ms: int = 0
    lag_ms: int = 0
    late_ms: int = 0
    status: int = 503
    body: str = '{"code":503,"msg":"Unknown error, please check your request or try again later."}'
    content_type: str = "application/json"
    retry_after: int | None = None

    def __post_init__(self) -> None:
        times = (self.skip, self.before_ms, self.after_ms, self.lag_ms, self.late_ms, self.retry_after or 0)
        if min(times) < 0:
            raise ValueError("skip, before_ms, after_ms, lag_ms, late_ms and retry_after are never below 0")
        if self.late_ms and not (self.accepted and self.action in ENDINGS):
            raise ValueError("late_ms goes with a drop or an answer that is accepted")
        if not (0 < self.probability <= 1 and (self.count is None or self.count > 0) and 200 <= self.status <= 599):
            raise ValueError("probability is above 0 and at most 1, count at least 1, status from 200 to 599")


def delay(path: str, *, before_ms: int = 0, after_ms: int = 0, method: str = "*", count: int | None = None) -> Rule:
    """Answer late: wait before the venue acts, after it acted, or both."""
    return Rule(action=Action.DELAY, method=method, path=path, before_ms=before_ms, after_ms=after_ms, count=count)


def drop(path: str, *, accepted: bool, method: str = "*", count: int | None = 1) -> Rule:
    """Cut the connection instead of answering, with or without having acted."""
    return Rule(action=Action.DROP, method=method, path=path, accepted=accepted, count=count)


def server_error(path: str, *, accepted: bool, status: int = 503, method: str = "*", count: int | None = 1) -> Rule:
    """Answer 5xx, with or without having acted."""
    return Rule(action=Action.ANSWER, method=method, path=path, accepted=accepted, status=status, count=count)


def too_many(path: str, *, retry_after: int | None = 1, method: str = "*", count: int | None = 1) -> Rule:
    """Answer 429 without acting."""
    body = '{"code":429,"msg":"Too Many Requests"}'
    return Rule(
        action=Action.ANSWER, method=method, path=path, status=429, body=body, retry_after=retry_after, count=count
    )


def forbidden(path: str, *, method: str = "*", count: int | None = 1) -> Rule:
    """Answer the firewall's HTML page 403 without acting."""
    page = "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1></BODY></HTML>"
    return Rule(
        action=Action.ANSWER, method=method, path=path, status=403, body=page, content_type="text/html", count=count
    )


def stale(lag_ms: int, path: str = "*", *, count: int | None = None) -> Rule:
    """Let reads of orders and fills show the state of ``lag_ms`` ago."""
    return Rule(action=Action.STALE, method="GET", path=path, lag_ms=lag_ms, count=count)


def lose(channel: str, *, skip: int = 0, count: int | None = 1) -> Rule:
    """Withhold pushes of a channel."""
    return Rule(action=Action.LOSE, channel=channel, skip=skip, count=count)


def refuse_listen_key(count: int | None = 1) -> Rule:
    """Turn sockets with a listen key away as if the key were wrong."""
    return Rule(action=Action.REFUSE_LISTEN_KEY, count=count)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the faults do to one request. ``drop`` and ``answer`` hold the rule that orders them."""

    before_ms: int = 0
    after_ms: int = 0
    lag_ms: int = 0
    drop: Rule | None = None
    answer: Rule | None = None

    @property
    def late_ms(self) -> int:
        """How long after the end of the request the venue acts on it; 0 when it acts before."""
        ending = self.drop or self.answer
        return ending.late_ms if ending is not None else 0


NO_FAULTS = Plan()


@dataclass(slots=True)
class _Armed:
    rule: Rule
    seen: int = 0
    hits: int = 0


@dataclass(slots=True)
class Faults:
    """The rules in force. ``clock_offset_ms`` shifts the server's clock, ``latency_ms`` is added to every answer."""

    clock_offset_ms: int = 0
    latency_ms: int = 0
    seed: int = 1
    _armed: dict[int, _Armed] = field(default_factory=dict)
    _last: int = 0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - chooses which faults strike, protects nothing

    def add(self, rule: Rule) -> int:
        """Put a rule in force and return its number."""
        self._last += 1
        self._armed[self._last] = _Armed(rule)
        return self._last

    def remove(self, number: int | None = None) -> None:
        """End one rule, or all of them."""
        if number is None:
            self._armed.clear()
        else:
            self._armed.pop(number, None)

    def draw_from(self, seed: int) -> None:
        """Let chance begin anew at a seed."""
        self._random = random.Random(seed)  # noqa: S311 - as above

    def rules(self) -> dict[int, Rule]:
        """Rules in force by number."""
        return {number: armed.rule for number, armed in self._armed.items()}

    def hits(self, number: int) -> int:
        """How often a rule in force has struck."""
        return self._armed[number].hits

    def plan(self, method: str, path: str) -> Plan:
        """Count a request against the rules and say what happens to it."""
        if not self._armed:
            return NO_FAULTS
        hit = self._strike(_REQUEST_ACTIONS, (method, path))
        return Plan(
            before_ms=sum(rule.before_ms for rule in hit),
            after_ms=sum(rule.after_ms for rule in hit),
            lag_ms=max((rule.lag_ms for rule in hit), default=0),
            drop=next((rule for rule in hit if rule.action is Action.DROP), None),
            answer=next((rule for rule in hit if rule.action is Action.ANSWER), None),
        )

    def loses(self, channel: str) -> bool:
        """Count a push against the rules; True when it is withheld."""
        return bool(self._armed) and bool(self._strike({Action.LOSE}, None, channel))

    def refuses_listen_key(self) -> bool:
        """Count a private socket against the rules; True when it is turned away."""
        return bool(self._armed) and bool(self._strike({Action.REFUSE_LISTEN_KEY}))

    def _strike(
        self, actions: frozenset[Action] | set[Action], route: tuple[str, str] | None = None, channel: str | None = None
    ) -> list[Rule]:
        struck: list[Rule] = []
        for number, armed in list(self._armed.items()):
            ended = armed.rule.action in ENDINGS and any(rule.action in ENDINGS for rule in struck)
            if ended or armed.rule.action not in actions or not _matches(armed.rule, route, channel):
                continue
            if self._hits(armed):
                struck.append(armed.rule)
                if armed.hits == armed.rule.count:
                    del self._armed[number]
        return struck

    def _hits(self, armed: _Armed) -> bool:
        armed.seen += 1
        if armed.seen <= armed.rule.skip or self._random.random() >= armed.rule.probability:
            return False
        armed.hits += 1
        return True


_REQUEST_ACTIONS = frozenset({Action.DELAY, Action.DROP, Action.ANSWER, Action.STALE})


def _matches(rule: Rule, route: tuple[str, str] | None, channel: str | None) -> bool:
    if route is not None:
        return fnmatchcase(route[0], rule.method) and fnmatchcase(route[1], rule.path)
    return channel is None or fnmatchcase(channel, rule.channel)
