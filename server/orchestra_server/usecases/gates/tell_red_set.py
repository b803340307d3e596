"""Records which chambers fail a gate together, and tells their workers."""

import logging
from collections.abc import Collection, Sequence

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Conflict
from orchestra_core.names import split_chamber_id
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers.conflicts import recorded
from orchestra_server.domain.gates.red_set import (
    RedSet,
    appeared,
    changed_conflicts,
    message_to,
)
from orchestra_server.usecases.common.transaction import (
    NOTHING,
    Context,
    Decision,
    run_transaction,
)
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker

_log = logging.getLogger(__name__)


async def tell_red_set(
    context: Context, red: Sequence[RedSet], judged: Collection[str], base: str
) -> None:
    """Record the sets as conflicts, end those that `judged` chambers no longer have, and send mail.

    Workers are told of a set if one of its conflicts is new. `base` is the branch they land on.
    """
    state = await context.store.snapshot()
    at = context.clock()
    wanted = changed_conflicts(state.conflicts, red, judged, at)
    if not wanted:
        return

    async def decide(reads: Reads) -> Decision[dict[str, Conflict]]:
        read = {key: await reads.conflict(key) for key in wanted}
        stored = {key: conflict for key, conflict in read.items() if conflict is not None}
        changed = changed_conflicts(stored, red, judged, at)
        changed = {key: conflict for key, conflict in changed.items() if key in wanted}
        return Decision(changed, recorded(stored, changed.values(), at) if changed else NOTHING)

    changed = await run_transaction(context.store, decide)
    for fresh in appeared(red, changed):
        for chamber in fresh.chambers:
            task_id, name = split_chamber_id(chamber)
            try:
                await interrupt_worker(
                    context, task_id=task_id, chamber=name, message=message_to(chamber, fresh, base)
                )
            except OrchestraError as fault:  # closed meanwhile
                _log.debug("%s is not told: %s", chamber, fault)
