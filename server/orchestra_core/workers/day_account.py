"""What the agents of a project have used on one day, and what people said of its limit."""

from msgspec import Struct

from orchestra_core.workers.started_worker import Spent


class DayAccount(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The sum of one day; it stays when the tasks of that day are archived."""

    id: str  # the day where the agents ran, as 2026-11-28
    spent: Spent = Spent()
    limit_told: int = 0  # the limit of which people were told that it is nearly used up
    dollars_allowed: float = 0.0  # the amount up to which somebody has let workers go on
    limit_request: str = ""  # the request by which people were asked last about the limit
