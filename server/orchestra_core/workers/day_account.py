"""What the agents of a project have used on one day, and how far its limit was talked about."""

from msgspec import Struct

from orchestra_core.workers.started_worker import Spent


class DayAccount(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The sum of one day, kept when the tasks of that day are long in the archive."""

    id: str  # the day where the agents ran, as 2026-11-28
    spent: Spent = Spent()
    limit_told: int = 0  # the limit of which people were told that it is nearly used up
    dollars_allowed: float = 0.0  # how far beyond the limit somebody has let workers go on
