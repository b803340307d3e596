"""Saves files that were written at a worktree's place after it was removed.

They are saved on top of what the worktree last held, and come back together with it.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.failing_filters import around_failing_filters, without_filters
from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.find_orchestra_files import is_ours
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save import SavedCommit
from orchestra_server.git.saves.save_format import write_save
from orchestra_server.git.saves.save_index_and_operation import SaveExtras, unfiltered_entry
from orchestra_server.git.snapshot.exact_bytes_and_modes import exact_entries
from orchestra_server.git.snapshot.index_copy import PLAIN, WorktreeState

_GIT = ".git"


@dataclass(frozen=True, slots=True)
class LastState:
    """What the worktree last held: HEAD's commit, and the tree that the files are put into."""

    head: str
    tree: str


def late_files(directory: Path) -> list[str]:
    """Return the files below a directory, relative to it, except Orchestra's own."""
    return sorted(path for path in _files(directory) if not is_ours(directory, path))


def save_late_files(
    repo: Repository, directory: Path, ref: str, onto: LastState, message: str
) -> SavedCommit | None:
    """Keep the files of a directory under `ref`, ignored ones too; None where there are none.

    Raises Refused when there is a repository in it, of which git would keep only a pointer, or
    when the ref holds other work.
    """
    files = late_files(directory)
    if not files:
        return None
    _require_no_repository(directory)
    state, extras = around_failing_filters(
        repo.top, lambda failing: _read(repo, directory, onto, files, failing)
    )
    commit = write_save(repo, ref, state, extras, message)
    return SavedCommit(ref, commit, onto.head, "", onto.head)


def _read(
    repo: Repository,
    directory: Path,
    onto: LastState,
    files: Sequence[str],
    unfiltered: tuple[str, ...],
) -> tuple[WorktreeState, SaveExtras]:
    settings = (*PLAIN, *without_filters(unfiltered))
    head_tree = repo.git("rev-parse", f"{onto.head}^{{tree}}").strip()
    with tempfile.TemporaryDirectory(prefix="orchestra-index-") as scratch:
        env = {
            "GIT_DIR": str(repo.common_dir),
            "GIT_WORK_TREE": str(directory),
            "GIT_INDEX_FILE": str(Path(scratch, "index")),
        }
        git_output(directory, *PLAIN, "read-tree", onto.tree, env=env)
        git_output(
            directory, *settings, "--literal-pathspecs", "add", "--force", "--sparse",
            "--pathspec-from-file=-", "--pathspec-file-nul",
            stdin="".join(f"{path}\0" for path in files), env=env,
        )  # fmt: skip
        work_tree = git_output(directory, *settings, "write-tree", env=env).strip()
        state = WorktreeState(onto.head, head_tree, head_tree, work_tree, (), unfiltered=unfiltered)
        entries = exact_entries(repo, directory, state, env=env)
    return state, SaveExtras((*entries, *unfiltered_entry(repo, state)), ())


def _files(directory: Path) -> Iterator[str]:
    """Yield what git can hold: files and links; a link to a directory is not followed."""
    for folder, below, names in os.walk(directory):
        for place in (Path(folder, name) for name in (*names, *below)):
            if place.is_symlink() or place.is_file():
                yield str(place.relative_to(directory))


def _require_no_repository(directory: Path) -> None:
    for folder, below, names in os.walk(directory):
        if _GIT in (*below, *names):
            raise Refused(
                f"{folder} is a git repository of its own, which a save cannot hold; "
                "move it away, then run 'orchestra reconcile'"
            )
