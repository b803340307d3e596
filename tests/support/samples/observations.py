"""What reconcile observed, for tests of the differences in it."""

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.models import Chamber, Interrupt, Task
from orchestra_core.state import ProjectState
from orchestra_server.git.worktrees.add_and_list import Worktree
from orchestra_server.usecases.health.observe_chamber import ChamberObservation
from orchestra_server.usecases.reconcile.observation import Observation
from tests.support.samples.documents import a_chamber, a_task, an_interrupt

CLONE = "here"
TASK = a_task().id
LIVE = replace(a_chamber(), state="live", clone=CLONE)
TREE = Worktree(Path(LIVE.path), LIVE.branch, "c0ffee", "orchestra: chamber auth")
OTHER_PLACE = Path("/elsewhere/.claude/worktrees/auth")


def seen(
    *chambers: Chamber,
    task: Task | None = None,
    mail: tuple[Interrupt, ...] = (),
    trees: tuple[Worktree, ...] = (TREE,),
    at: ChamberObservation | None = None,
    claims: Mapping[str, str] | None = None,
) -> Observation:
    state = ProjectState()
    for document in (task or a_task(), *chambers, *mail):
        state.put(document)
    return Observation(
        clone=CLONE,
        state=state,
        tasks=frozenset([TASK]),
        trees=trees,
        chambers={chamber.id: at or ChamberObservation() for chamber in chambers},
        claims=claims or {},
    )


def in_state(state: str) -> Chamber:
    return replace(LIVE, state=state)


SENT = an_interrupt()
POSTED = replace(SENT, state="posted")
CANCELLED = replace(SENT, state="cancelled")
COMPLETING = replace(a_task(), state="completing", completing_clone=CLONE)
