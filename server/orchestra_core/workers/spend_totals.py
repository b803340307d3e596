"""What agents have used in chambers and tasks: started workers and subagents.

Of a conductor's subagents only the tokens are known; each subagent counts as one turn.
"""

from collections.abc import Iterable, Mapping

from orchestra_core.models import Chamber
from orchestra_core.workers.started_worker import Spent, StartedWorker, total


def spent_in_chamber(chamber: Chamber, worker: StartedWorker | None) -> Spent:
    """Return what all agents of a chamber have used; `worker` is its started worker."""
    by_subagents = total(chamber.subagents_spent.values())
    return by_subagents.plus(worker.spent) if worker is not None else by_subagents


def spent_in_chambers(chambers: Iterable[Chamber], workers: Mapping[str, StartedWorker]) -> Spent:
    """Return the sum over chambers, such as those of one task; `workers` is by chamber id."""
    return total(spent_in_chamber(chamber, workers.get(chamber.id)) for chamber in chambers)
