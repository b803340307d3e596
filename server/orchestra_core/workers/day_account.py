"""What the agents of a project used on one day, and what people decided about the limit."""

from msgspec import Struct

from orchestra_core.workers.started_worker import Spent


class DayAccount(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The sum of one day; it stays when the tasks of that day are archived."""

    id: str  # the local day where the agents ran, such as 2026-11-28
    spent: Spent = Spent()
    limit_told: int = 0  # the limit that people were told is nearly used up
    dollars_allowed: float = 0.0  # up to which amount somebody has let workers go on
    limit_request: str = ""  # the last request that asked people about the limit
