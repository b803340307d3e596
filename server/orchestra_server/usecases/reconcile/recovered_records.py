"""Builds records for chambers that git knows and the store does not."""

from pathlib import Path

from orchestra_core.models import Chamber, Phase, Task
from orchestra_core.names import branch_of, chamber_id
from orchestra_server.git.repository.repository import Head

_PHASE = "recovery"


def recovered_task(
    task_id: str, directory: Path, base: Head, *, clone: str, at: int, actor: str
) -> Task:
    """Return a task that lands on `base`; its description says that the request is lost."""
    return Task(
        id=task_id,
        description=f"Recovered: the record of task {task_id} was lost",
        complexity="moderate",
        reasons=("its chambers were found without a record",),
        working_directory=str(directory),
        clone=clone,
        base_branch=base.branch,
        base_commit=base.commit,
        phases=(Phase(name=_PHASE, started_at=at, by=actor),),
        phase=_PHASE,
        actor=actor,
        started_at=at,
    )


def recovered_chamber(
    task_id: str, name: str, *, path: Path, base: str, clone: str, now: int, note: str
) -> Chamber:
    """Return a live chamber on the branch for its name."""
    return Chamber(
        id=chamber_id(task_id, name),
        task_id=task_id,
        name=name,
        state="live",
        path=str(path),
        branch=branch_of(task_id, name),
        base_commit=base,
        clone=clone,
        created_at=now,
        note=note,
    )
