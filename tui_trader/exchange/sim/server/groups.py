"""Strategy groups of self-trade prevention: kept in memory, without effect on matching (rest.md §7.1)."""

from dataclasses import dataclass, field

from tui_trader.exchange.sim.refusals import PARAMETER_WRONG, Refusal
from tui_trader.exchange.sim.server.order_rows import Json

MAX_GROUPS = 10


@dataclass(slots=True)
class _Group:
    name: str
    created_ms: int
    uids: list[str] = field(default_factory=list)


class StrategyGroups:
    """Groups by number, as the venue lists them."""

    def __init__(self) -> None:
        self._groups: dict[int, _Group] = {}

    def create(self, name: str, now_ms: int) -> Json:
        """Make a group; refused when the name exists or there are ten."""
        if len(self._groups) >= MAX_GROUPS or any(group.name == name for group in self._groups.values()):
            raise Refusal(*PARAMETER_WRONG)
        number = max(self._groups, default=0) + 1
        self._groups[number] = _Group(name, now_ms)
        return self._row(number)

    def named(self, name: str) -> list[Json]:
        """List the groups of a name, with their accounts."""
        return [self.row_with_uids(number) for number, group in self._groups.items() if group.name == name]

    def delete(self, number: int) -> bool:
        """Remove a group; refused when there is none."""
        self._group(number)
        del self._groups[number]
        return True

    def add(self, number: int, uids: list[str]) -> Json:
        """Put accounts into a group."""
        group = self._group(number)
        group.uids += [uid for uid in uids if uid not in group.uids]
        return self.row_with_uids(number)

    def remove(self, number: int, uids: list[str]) -> bool:
        """Take accounts out of a group."""
        group = self._group(number)
        group.uids = [uid for uid in group.uids if uid not in uids]
        return True

    def row_with_uids(self, number: int) -> Json:
        """One group with its accounts."""
        return {**self._row(number), "tradeGroupUid": ",".join(self._group(number).uids)}

    def _group(self, number: int) -> _Group:
        if number not in self._groups:
            raise Refusal(*PARAMETER_WRONG)
        return self._groups[number]

    def _row(self, number: int) -> Json:
        group = self._group(number)
        return {
            "tradeGroupName": group.name,
            "tradeGroupId": number,
            "createTime": group.created_ms,
            "updateTime": group.created_ms,
        }
