"""Reads the lines on which a chamber and others, of any task, disagree."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestra_core.models import BASE, Chamber, Conflict, Task
from orchestra_core.names import split_chamber_id
from orchestra_core.replies.review import ChamberDiff, DiffFile
from orchestra_core.state import ProjectState
from orchestra_core.wording.gates import fails_together
from orchestra_server.git.merge.merge_tree import excerpt, merge_trees
from orchestra_server.git.process.foreign_programs import brief_programs
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.remotes.published_refs import chamber_ref
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.snapshot.ephemeral_commit import ScratchObjects, snapshot_worktrees
from orchestra_server.usecases.clones.whereabouts import is_here, task_here
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.watch_plan import compared_chamber


async def read_conflicts(
    context: Context, state: ProjectState, task: Task, chamber: Chamber, path: str = ""
) -> ChamberDiff:
    """Return the files of a chamber's conflicts, and in `diff` the lines of both sides.

    Uncommitted work counts. If a side's work is not here, there are no lines. `path` limits it to
    one file.
    """
    conflicts = [
        conflict
        for conflict in state.conflicts.values()
        if chamber.id in conflict.between and not conflict.is_over and not fails_together(conflict)
    ]
    local = await task_here(context, task)
    repo = await asyncio.to_thread(open_repository, Path(local.working_directory))
    every = await asyncio.to_thread(_lines_of, repo, state, conflicts, context.clone)
    texts = [(file, text) for file, text in every if path in ("", file)]
    return ChamberDiff(
        task_id=task.id,
        chamber=chamber.name,
        state=chamber.state,
        part="conflicts",
        old=chamber.base_commit,
        new="",
        files=[_file(file) for file in dict.fromkeys(file for file, _ in texts)],
        diff="".join(f"{text}\n" for _, text in texts),
        next_step="get_conflicts says how each conflict can be resolved."
        if texts
        else "No lines conflict now.",
    )


def _file(path: str) -> DiffFile:
    return DiffFile(path=path, former_path="", status="U", insertions=0, deletions=0, binary=False)


def _lines_of(
    repo: Repository, state: ProjectState, conflicts: Sequence[Conflict], clone: str
) -> list[tuple[str, str]]:
    """Return each conflicting file: a line that names it and its sides, and its lines."""
    sides = dict.fromkeys(side for conflict in conflicts for side in conflict.between)
    chambers = [state.chambers[side] for side in sides if side in state.chambers]
    with tempfile.TemporaryDirectory(prefix="orchestra-conflicts-") as directory:
        scratch = ScratchObjects(Path(directory) / "scratch", repo.common_dir / "objects")
        scratch.begin()
        with brief_programs():
            commits = _commits_of(repo, scratch, chambers, clone)
            return [
                conflicting_file
                for conflict in conflicts
                for conflicting_file in _conflicting_files(repo, scratch, state, conflict, commits)
            ]


def _commits_of(
    repo: Repository, scratch: ScratchObjects, chambers: Sequence[Chamber], clone: str
) -> dict[str, str]:
    """Return, by id, a commit of each chamber's content, for chambers whose work is here."""
    own_chambers = {
        f"{at}": chamber for at, chamber in enumerate(chambers) if is_here(chamber, clone)
    }
    paths = {name: Path(chamber.path) for name, chamber in own_chambers.items()}
    commits = {
        own_chambers[name].id: commit
        for name, commit in snapshot_worktrees(scratch, repo, paths).items()
    }
    for chamber in chambers:
        if not is_here(chamber, clone):
            commits |= _tip(repo, chamber.id, chamber_ref(chamber.task_id, chamber.name))
    return commits


def _tip(repo: Repository, side: str, ref: str) -> dict[str, str]:
    tip = repo.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    return {side: tip.out.strip()} if tip.status == 0 else {}


def _conflicting_files(
    repo: Repository,
    scratch: ScratchObjects,
    state: ProjectState,
    conflict: Conflict,
    commits: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    first, second = conflict.between
    if second == BASE and first in state.chambers:
        chamber = state.chambers[first]
        lands_on = compared_chamber(chamber, state.tasks[chamber.task_id]).lands_on
        commits = {**commits, **_tip(repo, BASE, lands_on)}
    if first not in commits or second not in commits:
        return
    try:
        merged = merge_trees(repo, commits[first], commits[second], env=scratch.env)
    except GitFailed:  # histories without a common commit
        return
    branch = state.tasks[split_chamber_id(first).task_id].base_branch
    names = {
        commits[side]: branch if side == BASE and branch else split_chamber_id(side).name
        for side in conflict.between
    }
    for file, kind in sorted(merged.kinds.items()):
        head = f"{file} ({kind}): {' and '.join(names.values())}"
        yield file, f"{head}\n{excerpt(repo, merged.tree, file, names, env=scratch.env)}"
