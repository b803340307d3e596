"""Turns a fresh worktree into a chamber: gathers facts from git and the store, and writes files."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from orchestra_core.models import Chamber, Task
from orchestra_server.domain.chambers.chamber_lifecycle import HookProbe
from orchestra_server.files.chamber.chamber_files import WRITTEN, ProvisionPlan, provision_chamber
from orchestra_server.files.hook_setup.hook_probe import probe_hook
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.include_files import included_files, tracked_among
from orchestra_server.usecases.common.hide_orchestra_files import hide_orchestra_files
from orchestra_server.usecases.common.transaction import Context

_AT_ONCE = 4


def provision_chambers(
    context: Context,
    repo: Repository,
    task: Task,
    chambers: Sequence[Chamber],
    *,
    siblings: Sequence[Chamber] = (),
    skeleton: Sequence[str] = (),
) -> list[str]:
    """Provision the worktrees of `chambers`; return notes, one line each.

    A skeleton path that exists in the task's checkout is copied from there; any other is created
    empty. A final slash makes it a directory. Blocking.
    """
    here = replace(context.project, root=repo.top)
    present = [path for path in skeleton if _is_file(repo.top, path)]
    included = (*included_files(repo), *present)
    notes: list[str] = []
    is_here = task.clone in {"", context.clone} or Path(task.working_directory).is_relative_to(
        repo.top
    )
    for folder in {repo.top, Path(task.working_directory)} if is_here else {repo.top}:
        hide_orchestra_files(repo.common_dir, folder)
    tracked = {
        commit: tracked_among(repo, commit, WRITTEN)
        for commit in {chamber.base_commit for chamber in chambers}
    }
    for chamber in chambers:
        hide_orchestra_files(repo.common_dir, Path(chamber.path))
        notes += provision_chamber(
            ProvisionPlan(
                project=here,
                task=task,
                chamber=chamber,
                siblings=(*siblings, *(sibling for sibling in chambers if sibling is not chamber)),
                skeleton=tuple(skeleton),
                included=included,
                tracked=tracked[chamber.base_commit],
            )
        )
        notes += hide_orchestra_files(repo.common_dir, Path(chamber.path))  # untracked files too
    return list(dict.fromkeys(notes))


def probe_hooks(repo: Repository, chambers: Sequence[Chamber]) -> dict[str, HookProbe]:
    """Run each provisioned chamber's hook as a probe; return the results by chamber id.

    Several probes run at once. Blocking.
    """

    def probe(chamber: Chamber) -> HookProbe:
        return probe_hook(Path(chamber.path), chamber.id, repo.top, repo.common_dir)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(probe, chambers)
        return {chamber.id: answer for chamber, answer in zip(chambers, answers, strict=True)}


def _is_file(top: Path, path: str) -> bool:
    """Tell whether a skeleton path is a file in the checkout; provisioning rejects bad paths."""
    return "\0" not in path and ".." not in Path(path).parts and (top / path).is_file()
