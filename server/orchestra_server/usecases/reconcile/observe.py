"""Reads the store, git and the disk; changes nothing."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from orchestra_core.clone.clone_id import clone_id, own_clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Task
from orchestra_core.project import find_project
from orchestra_core.state import ProjectState
from orchestra_core.store.damage import find_damage
from orchestra_core.store.reads import Reads
from orchestra_server.domain.tasks.task_lifecycle import claim_of
from orchestra_server.git.repository.is_merged import is_ancestor, is_merged
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save import saved_head_commits
from orchestra_server.git.worktrees.add_and_list import Worktree, list_worktrees
from orchestra_server.git.worktrees.own_branch import way_back_at_rest
from orchestra_server.git.worktrees.stale_locks import stale_locks
from orchestra_server.usecases.chambers.late_files import find_late_files, find_late_repositories
from orchestra_server.usecases.chambers.renamed_branches import renamed_branches
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.merge_and_land import tip_of
from orchestra_server.usecases.concurrency.chamber_lock import is_chamber_locked
from orchestra_server.usecases.concurrency.task_lock import is_task_locked
from orchestra_server.usecases.health.observe_chamber import (
    NOWHERE,
    observe_chamber,
    worktree_record,
)
from orchestra_server.usecases.reconcile.observation import Observation
from orchestra_server.usecases.reconcile.relocate import former_checkout

_FOLDER = ".claude"


async def look(context: Context, repo: Repository) -> Observation:
    """Return what exists now; the caller holds the repository lock."""

    async def read(reads: Reads) -> tuple[ProjectState, dict[str, str]]:
        claims = await reads.claims()  # first, so that every holder is in the state
        return await reads.state(), claims

    damages = await find_damage(context.store)
    state, claims = await context.store.read(read)
    named = await asyncio.to_thread(_tasks_in_git, repo)
    for archived in await context.store.archived(named - state.tasks.keys()):
        state.add(archived)
    was_at = await asyncio.to_thread(former_checkout, context.project)
    seen = await asyncio.to_thread(_observe, repo, state, claims, str(was_at or ""))
    return replace(seen, damages=tuple(damages), lost_claims=lost_claims(state, claims))


def lost_claims(state: ProjectState, claims: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the claims that nobody holds, each with the chambers or tasks that need it."""
    standing = (chamber for chamber in state.chambers.values() if chamber.is_standing)
    unfinished = (task for task in state.tasks.values() if not task.is_over)
    needed = [(chamber.name, chamber.id) for chamber in standing]
    needed += [(claim_of(task), task.id) for task in unfinished]
    lost = dict[str, tuple[str, ...]]()
    for name, holder in needed:
        if name not in claims:
            lost[name] = (*lost.get(name, ()), holder)
    return lost


def _observe(
    repo: Repository, state: ProjectState, claims: dict[str, str], moved_from: str
) -> Observation:
    trees = tuple(list_worktrees(repo))
    clone = own_clone_id(repo.common_dir)
    by_task = _by_task(state.chambers.values())
    ours = [
        task
        for task in state.tasks.values()
        if _is_ours(repo, clone, trees, task, by_task.get(task.id, ()))
    ]
    tasks = frozenset(task.id for task in ours)
    chambers = [chamber for chamber in state.chambers.values() if chamber.task_id in tasks]
    late, renamed = _late_files(repo, state, chambers, trees), dict[str, str]()
    for task in ours:
        renamed |= renamed_branches(repo, task, by_task.get(task.id, ()))
    observed = {
        chamber.id: observe_chamber(repo, chamber) for chamber in chambers if chamber.is_standing
    }
    linked = [
        chamber
        for chamber in chambers
        if chamber.is_live and observed[chamber.id].linked and chamber.id not in renamed
    ]
    branches = _branches(repo)
    return Observation(
        clone=clone_id(repo.common_dir),
        state=state,
        tasks=tasks,
        claims=claims,
        trees=trees,
        chambers=observed,
        branches=branches,
        renamed=renamed,
        ways_back=_ways_back(repo, trees, linked),
        settled=_settled(repo, branches, trees),
        ending=_ending(repo, ours),
        late=late,
        late_repositories=find_late_repositories(chambers, (tree.path for tree in trees)),
        busy=_busy(repo, chambers),
        landed=frozenset(task.id for task in ours if _has_landed(repo, task)),
        moved_from=moved_from,
        others=frozenset(str(tree.path) for tree in trees if _is_anothers(repo, tree)),
        astray=tuple(_astray(repo, trees)),
        locks=tuple(map(str, stale_locks(repo))),
    )


def _ending(repo: Repository, tasks: Iterable[Task]) -> frozenset[str]:
    """Return the ids of the tasks that a call is completing now."""
    return frozenset(
        task.id for task in tasks if task.is_completing and is_task_locked(repo.common_dir, task.id)
    )


def _busy(repo: Repository, chambers: Iterable[Chamber]) -> frozenset[str]:
    """Return the ids of the chambers that a call is working on now."""
    return frozenset(
        chamber.id for chamber in chambers if is_chamber_locked(repo.common_dir, chamber.name)
    )


def _late_files(
    repo: Repository, state: ProjectState, chambers: Iterable[Chamber], trees: Iterable[Worktree]
) -> dict[str, int]:
    counts = find_late_files(chambers, (tree.path for tree in trees))
    return {
        chamber_id: count
        for chamber_id, count in counts.items()
        if not is_chamber_locked(repo.common_dir, state.chambers[chamber_id].name)
    }


def _ways_back(
    repo: Repository, trees: Iterable[Worktree], chambers: Iterable[Chamber]
) -> dict[str, str]:
    """Return, by id, how to get back to its own branch for each chamber on another one."""
    stand_on = {str(tree.path): tree.branch for tree in trees if not tree.gone}
    ways = dict[str, str]()
    for chamber in chambers:
        if stand_on.get(chamber.path, chamber.branch) != chamber.branch:
            with suppress(OrchestraError):  # it is changing right now
                way = way_back_at_rest(repo, Path(chamber.path), chamber.branch)
                ways |= {chamber.id: way} if way else {}
    return ways


def _tasks_in_git(repo: Repository) -> set[str]:
    """Return the ids of tasks with a worktree or a branch."""
    branches = {*_branches(repo), *(tree.branch for tree in list_worktrees(repo))}
    named = (branch.split("/") for branch in branches)
    return {parts[1] for parts in named if parts[0] == "orchestra" and len(parts) > 1}


def _by_task(chambers: Iterable[Chamber]) -> Mapping[str, Sequence[Chamber]]:
    chambers_by_task = defaultdict[str, list[Chamber]](list)
    for chamber in chambers:
        chambers_by_task[chamber.task_id].append(chamber)
    return chambers_by_task


def _is_ours(
    repo: Repository,
    clone: str,
    trees: Iterable[Worktree],
    task: Task,
    chambers: Iterable[Chamber],
) -> bool:
    """Tell whether a task is this repository's; by its branches if its directory is gone.

    A task with a chamber in this clone is, wherever it was started.
    """
    if any(is_here(chamber, clone) and chamber.is_standing for chamber in chambers):
        return True
    directory = Path(task.working_directory)
    if directory.exists():
        try:
            return find_project(directory).git_dir == repo.common_dir
        except OrchestraError:
            return False
    own = {chamber.branch for chamber in chambers}
    return any(tree.branch in own for tree in trees)


def _astray(repo: Repository, trees: Iterable[Worktree]) -> Iterator[str]:
    """Yield worktrees that moved with the repository: each names a record in this one."""
    for tree in trees:
        parts = tree.path.parts
        inside = parts.index(_FOLDER) if tree.gone and _FOLDER in parts else 0
        for start in range(1, inside + 1):
            place = repo.top.joinpath(*parts[start:])
            if worktree_record(place) == NOWHERE and _named(repo, place):
                yield str(place)
                break


def _is_anothers(repo: Repository, tree: Worktree) -> bool:
    """Tell whether a worktree names another repository's record, so that this one is a copy."""
    record = NOWHERE if tree.gone else worktree_record(tree.path)
    return record != NOWHERE and not record.is_relative_to(repo.common_dir)


def _named(repo: Repository, place: Path) -> bool:
    """Tell whether a worktree's `.git` file names one of this repository's records."""
    try:
        text = (place / ".git").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    name = Path(text.removeprefix("gitdir:").strip()).name
    return (repo.common_dir / "worktrees" / name / "gitdir").is_file()


def _branches(repo: Repository) -> dict[str, str]:
    listed = repo.git(
        "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads/orchestra/"
    )
    return dict(line.rsplit(" ", 1) for line in listed.splitlines())


def _settled(
    repo: Repository, branches: Mapping[str, str], trees: Iterable[Worktree]
) -> frozenset[str]:
    """Return the branches of no worktree whose commits are in HEAD's history or in saved work."""
    used = {tree.branch for tree in trees}
    unused = {name: commit for name, commit in branches.items() if name not in used}
    if not unused:
        return frozenset()
    saved_heads = saved_head_commits(repo)
    head = repo.run("rev-parse", "--verify", "--quiet", "HEAD").out.strip()
    return frozenset(
        name
        for name, commit in unused.items()
        if commit in saved_heads or (head and is_merged(repo, commit, head))
    )


def _has_landed(repo: Repository, task: Task) -> bool:
    if not task.is_completing or not task.landed_commit:
        return False
    try:
        return is_ancestor(repo, task.landed_commit, tip_of(repo, task))
    except OrchestraError:
        return False
