"""Saves and clears what a dead process left where a new chamber is to be created."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from orchestra_core.models import Chamber
from orchestra_core.names import is_chamber_lock, saved_ref
from orchestra_server.git.repository.branch_tips import branch_tips
from orchestra_server.git.repository.is_merged import is_ancestor
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.remove_saved_worktree import delete_branch, remove_worktree
from orchestra_server.git.saves.save import save_staged
from orchestra_server.git.worktrees.add_and_list import list_worktrees


def free_names(repo: Repository, chambers: Sequence[Chamber]) -> list[str]:
    """Clear git's records, empty directories and merged branches of former chambers.

    Return one line per save of their work. Whatever is not Orchestra's or holds unsaved work stays;
    adding the worktrees then fails and names it. The caller holds the chambers' locks. Blocking.
    """
    trees = {tree.path: tree for tree in list_worktrees(repo)}
    tips = branch_tips(repo, [chamber.branch for chamber in chambers])
    notes = list[str]()
    for chamber in chambers:
        path = Path(chamber.path)
        with suppress(OSError):  # missing, or not empty
            path.rmdir()
        tree = trees.get(path)
        if tree and is_chamber_lock(tree.locked_reason) and not os.path.lexists(path):
            notes += _take_off_the_list(repo, chamber)
        tip = tips.get(chamber.branch, "")
        if tip and is_ancestor(repo, tip, chamber.base_commit):
            delete_branch(repo, chamber.branch, tip)
    return notes


def _take_off_the_list(repo: Repository, chamber: Chamber) -> list[str]:
    path = Path(chamber.path)
    ref = saved_ref(chamber.task_id, chamber.name, chamber.created_at)
    message = f"What git had of a chamber at {path}, whose directory was gone"
    saved = save_staged(repo, path, ref, message, chamber.base_commit, own_branch=chamber.branch)
    remove_worktree(repo, path)
    if saved is None:
        return []
    return [f"{chamber.name}: work of a former chamber at its path is saved under {saved.ref}"]
