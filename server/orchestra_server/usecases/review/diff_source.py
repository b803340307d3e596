"""Where a chamber's diff is read from: its worktree, the commit that landed it, or its save."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused, Unknown
from orchestra_core.models import Chamber, Task
from orchestra_core.replies.review import DiffPart
from orchestra_server.git.repository.repository import Repository, head_of
from orchestra_server.git.snapshot.diff_range import DiffRange
from orchestra_server.usecases.health.observe_chamber import is_gone


@dataclass(frozen=True, slots=True)
class DiffSource:
    """The range for one part of a chamber's work; `landed` and `saved_ref` say where it is kept."""

    range: DiffRange
    landed: str = ""
    saved_ref: str = ""


def find_diff_source(repo: Repository, task: Task, chamber: Chamber, part: DiffPart) -> DiffSource:
    """Return where to read a part of the work of this clone's chamber. Blocking.

    Raises Unknown if nothing is left of it, and Refused while it is being made.
    """
    if chamber.state == "creating":
        raise Refused(f"chamber {chamber.name!r} is being created; ask again in a moment")
    path = Path(chamber.path)
    if chamber.holds_work and not is_gone(path):
        return DiffSource(_live(path, chamber, part))
    if chamber.holds_work:
        return DiffSource(_branch(repo, chamber, part))
    if chamber.saved_ref:
        return DiffSource(_saved(repo, chamber, part), saved_ref=chamber.saved_ref)
    landed = chamber.landed or _landing_commit(repo, task, chamber)
    if not landed:
        onto = task.base_branch or "HEAD"
        raise Unknown(
            f"chamber {chamber.name!r} is {chamber.state}, and no commit on {onto} is its landing; "
            "it held no work, or the branch was rewritten since"
        )
    old, new = (landed, landed) if part == "uncommitted" else (f"{landed}^1", landed)
    return DiffSource(DiffRange(repo.top, repo.resolve(old), new), landed=landed)


def _live(path: Path, chamber: Chamber, part: DiffPart) -> DiffRange:
    if part == "all":
        return DiffRange(path, chamber.base_commit)
    head = head_of(path).commit
    return (
        DiffRange(path, chamber.base_commit, head) if part == "committed" else DiffRange(path, head)
    )


def _branch(repo: Repository, chamber: Chamber, part: DiffPart) -> DiffRange:
    """Return the range for a chamber whose directory is gone: only commits are left."""
    tip = repo.resolve(f"refs/heads/{chamber.branch}")
    return DiffRange(repo.top, tip if part == "uncommitted" else chamber.base_commit, tip)


def _saved(repo: Repository, chamber: Chamber, part: DiffPart) -> DiffRange:
    """Return the range for a save, whose first parent is the chamber's last commit."""
    whole = repo.resolve(chamber.saved_ref)
    head = repo.resolve(f"{whole}^1")
    base = chamber.base_commit
    ranges = {"committed": (base, head), "uncommitted": (head, whole), "all": (base, whole)}
    return DiffRange(repo.top, *ranges[part])


def _landing_commit(repo: Repository, task: Task, chamber: Chamber) -> str:
    """Return the merge commit that landed the chamber, "" for none."""
    branch = f"refs/heads/{task.base_branch}" if task.base_branch else "HEAD"
    listed = repo.run(
        "log", "--merges", "--format=%H %s", "--fixed-strings",
        f"--grep=Orchestra-Task: {task.id}", branch, "--",
    )  # fmt: skip
    wanted = f"Merge chamber {chamber.name}"
    for line in listed.out.splitlines():
        commit, _, subject = line.partition(" ")
        if subject == wanted:
            return commit
    return ""
