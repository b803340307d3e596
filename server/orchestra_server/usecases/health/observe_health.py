"""Observes live chambers, git's list of worktrees and its stash; changes nothing."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Task
from orchestra_core.names import branch_of
from orchestra_server.domain.chambers.chamber_health import ChamberFacts
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.stashes import Stash, list_stashes, stashes_made_on
from orchestra_server.git.repository.writable import write_fault
from orchestra_server.git.worktrees.add_and_list import Worktree, list_worktrees
from orchestra_server.git.worktrees.own_branch import way_back_at_rest
from orchestra_server.usecases.chambers.renamed_branches import renamed_branches
from orchestra_server.usecases.concurrency.chamber_lock import is_chamber_locked
from orchestra_server.usecases.health.observe_chamber import observe_chamber

_log = logging.getLogger(__name__)


def observe_health(
    repo: Repository, tasks: Mapping[str, Task], chambers: Iterable[Chamber]
) -> dict[str, ChamberFacts]:
    """Return the facts of live chambers by id. Blocking.

    Leaves out chambers that a call is working on, and those that git cannot read.
    """
    idle = [chamber for chamber in chambers if not is_chamber_locked(repo.common_dir, chamber.name)]
    if not idle:
        return {}
    facts = dict[str, ChamberFacts]()
    try:
        trees = {str(tree.path): tree for tree in list_worktrees(repo)}
        stashes = list_stashes(repo)
    except OrchestraError as fault:
        _log.warning("the health of chambers could not be checked: %s", fault)
        return facts
    for chamber in idle:
        task, tree = tasks[chamber.task_id], trees.get(chamber.path)
        try:
            facts[chamber.id] = _facts(repo, task, chamber, tree, stashes)
        except (OrchestraError, OSError) as fault:
            _log.warning("the health of chamber %s could not be checked: %s", chamber.id, fault)
    return facts


def _facts(
    repo: Repository,
    task: Task,
    chamber: Chamber,
    tree: Worktree | None,
    stashes: Sequence[Stash],
) -> ChamberFacts:
    observed = observe_chamber(repo, chamber)
    if observed.link or not observed.exists:
        return ChamberFacts(exists=observed.exists, link=observed.link)
    if tree is None or not observed.linked:
        return ChamberFacts(registered=False)
    renamed, back = False, ""
    if tree.branch != chamber.branch:
        renamed = bool(renamed_branches(repo, task, [chamber]))
        back = "" if renamed else way_back_at_rest(repo, Path(chamber.path), chamber.branch)
    unwritable = write_fault(Path(chamber.path))
    branches = {chamber.branch, branch_of(chamber.task_id, chamber.name)}
    own = stashes_made_on(repo, stashes, branches, chamber.base_commit, tree.commit)
    return ChamberFacts(
        unwritable=str(unwritable) if unwritable else "",
        hooked=observed.hooked,
        outdated=observed.outdated,
        branch=tree.branch,
        renamed=renamed,
        way_back=back,
        stashes=tuple(stash.commit for stash in own),
    )
