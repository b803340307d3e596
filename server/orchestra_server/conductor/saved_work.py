"""What is saved of closed chambers, as git has it and as the store knows it."""

import asyncio

from orchestra_core.models import Chamber
from orchestra_core.names import chamber_id
from orchestra_core.state import ProjectState
from orchestra_server.chambers.repository import Repository, open_repository
from orchestra_server.chambers.saving import SAVED
from orchestra_server.conductor import telling
from orchestra_server.conductor.context import Context
from orchestra_server.conductor.replies import SavedList, SavedWork

_PARTS = 3  # of a ref below SAVED: <task>/<chamber>/<ms since 1970>


async def list_saved(context: Context, task_id: str = "") -> SavedList:
    """Return every saved ref of the repository, or of one task, the newest first."""
    repo = await asyncio.to_thread(open_repository, context.project.root)
    refs = await asyncio.to_thread(_refs, repo)
    state = await context.store.snapshot()
    entries = [
        entry for ref in refs if (entry := _entry(ref, state)) and task_id in {"", entry.task_id}
    ]
    entries.sort(key=lambda one: (one.closed_at, one.ref), reverse=True)
    can = any(one.restorable for one in entries)
    return SavedList(
        saved=entries,
        next_step="'orchestra restore TASK/CHAMBER' brings one back."
        if can
        else "Nothing is saved that could be brought back as a chamber.",
    )


def _refs(repo: Repository) -> list[str]:
    return repo.git("for-each-ref", "--format=%(refname)", SAVED).split()


def _entry(ref: str, state: ProjectState) -> SavedWork | None:
    parts = ref.removeprefix(f"{SAVED}/").split("/")
    if len(parts) != _PARTS or not parts[2].isdecimal():
        return None
    task_id, chamber, at = parts
    room = state.chambers.get(chamber_id(task_id, chamber))
    return SavedWork(
        task_id=task_id,
        chamber=chamber,
        ref=ref,
        closed_at=telling.moment(int(at)),
        restorable=room is not None and room.state == "closed" and room.saved_ref == ref,
        note=_note(room, ref),
    )


def _note(room: Chamber | None, ref: str) -> str:
    by_hand = f"look at it with: git switch --detach {ref}"
    if room is None:
        return f"the store does not know this chamber; {by_hand}"
    if room.saved_ref != ref:
        return f"an earlier save; {by_hand}"
    return room.note if room.state == "closed" else f"the chamber is {room.state} again"
