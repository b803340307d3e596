"""The part of a chamber's state that two trees cannot hold: a third tree, held by one commit.

Its entries:
- `1/`, `2/`, `3/`: the index's unmerged entries, by stage;
- `git/`: the files of an operation in progress;
- `index`: the index itself, where a tree cannot hold all of it;
- `HEAD`: what HEAD named, if that was not the chamber's own branch, whose commit is in `branch`;
- `log`: the worktree's reflog, if it leads to commits that were amended or reset away;
- `exact/`: files whose bytes git's filters would change, and `modes`: the files' own modes;
- `submodules`: which submodules were saved, each in its own repository;
- `unfiltered`: the filters that failed, whose files the work's tree has with their own bytes.

The commit's parents keep the commits that only these entries name.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.exact_bytes_and_modes import EXACT, exact_entries
from orchestra_server.git.snapshot.hidden_changes import hides_changes
from orchestra_server.git.snapshot.in_progress_operation import commits_named_by
from orchestra_server.git.snapshot.index_copy import PLAIN, WorktreeState, empty_index, split_nul
from orchestra_server.git.snapshot.reflog_commits import LOG, abandoned_commits

GIT = "git/"
SUBMODULES = "submodules"
UNFILTERED = "unfiltered"
_STAGES = ("1/", "2/", "3/")
_COMPARED = (*_STAGES, GIT)
_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class SaveExtras:
    """Entries as "mode object<TAB>path", and the commits to be kept with them.

    `tip` is the commit of the chamber's own branch, empty where HEAD is on it.
    """

    entries: tuple[str, ...]
    commits: tuple[str, ...]
    tip: str = ""

    @property
    def names(self) -> set[str]:
        """The paths of the entries."""
        return {entry.split("\t", 1)[1] for entry in self.entries}


def gather_extras(
    repo: Repository,
    state: WorktreeState,
    admin: Path,
    own_branch: str,
    worktree: Path | None,
    *,
    submodules: str = "",
) -> SaveExtras:
    """Return what has to be saved beside the two trees; `worktree` is None if it is gone.

    `own_branch` is the chamber's, without refs/heads/; `submodules` what was saved of these.
    """
    entries = [*compared_entries(state), *unfiltered_entry(repo, state)]
    if worktree is not None:
        entries += exact_entries(repo, worktree, state)
    exact = any(f"\t{EXACT}" in entry for entry in entries)
    if state.stages or exact or hides_changes(admin / "index", len(state.head) // 2):
        entries.append(f"100644 {_index(repo, admin)}\tindex")
    commits = commits_named_by(repo.top, state.operation)
    tip = ""
    if state.branch != own_branch:
        place = f"{_HEADS}{state.branch}" if state.branch else state.head
        entries.append(f"100644 {_blob(repo, place)}\tHEAD")
        tip = repo.run("rev-parse", "--verify", "--quiet", f"{_HEADS}{own_branch}").out.strip()
        if tip:
            entries.append(f"100644 {_blob(repo, tip)}\tbranch")
            commits.append(tip)
    commits += abandoned_commits(repo, admin, state.head)
    if (commits or state.operation) and (admin / LOG).exists():
        entries.append(f"100644 {_file(repo, admin / LOG)}\tlog")
    if submodules:
        entries.append(f"100644 {_blob(repo, submodules)}\t{SUBMODULES}")
    others = dict.fromkeys(commit for commit in commits if commit != state.head)
    return SaveExtras(tuple(entries), tuple(others), tip)


def unfiltered_entry(repo: Repository, state: WorktreeState) -> list[str]:
    """Return the entry that names the filters which failed, none where all worked."""
    names = "".join(f"{name}\0" for name in state.unfiltered)
    return [f"100644 {_blob(repo, names)}\t{UNFILTERED}"] if names else []


def saved_unfiltered(repo: Repository, commit: str) -> list[str]:
    """Return the filters that a save did without."""
    return split_nul(read_entry(repo, read_extras(repo, commit), UNFILTERED))


def write_tree(repo: Repository, entries: Sequence[str]) -> str:
    """Return the tree of the entries."""
    with empty_index(repo.top) as index:
        stdin = "".join(f"{entry}\0" for entry in entries)
        index.git("update-index", "-z", "--index-info", stdin=stdin)
        return index.git("write-tree").strip()


def read_extras(repo: Repository, commit: str) -> dict[str, str]:
    """Return the entries that a saved commit holds, by path "mode object"."""
    result = repo.run("ls-tree", "-r", "-z", f"{commit}^3")
    if result.status:  # it needed none
        return {}
    parts = (line.partition("\t") for line in split_nul(result.out))
    return {path: _without_kind(entry) for entry, _, path in parts}


def compared_entries(state: WorktreeState) -> list[str]:
    """Return the entries by which two states are compared."""
    stages = [_staged(stage) for stage in state.stages]
    return [*stages, *(entry.replace("\t", f"\t{GIT}", 1) for entry in state.operation)]


def has_same_extras(extras: Mapping[str, str], state: WorktreeState) -> bool:
    """Tell whether a state has the same extras as a save."""
    named = {f"{entry}\t{path}" for path, entry in extras.items() if path.startswith(_COMPARED)}
    return named == set(compared_entries(state))


def unmerged_stages(extras: Mapping[str, str]) -> str:
    """Return the unmerged entries as `update-index --index-info` reads them."""
    return "".join(
        f"{entry} {path[0]}\t{path[2:]}\0"
        for path, entry in extras.items()
        if path.startswith(_STAGES)
    )


def operation_files(extras: Mapping[str, str]) -> dict[str, str]:
    """Return the blobs of the files of an operation in progress, by path."""
    return {
        path.removeprefix(GIT): entry.split()[1]
        for path, entry in extras.items()
        if path.startswith(GIT)
    }


def read_entry(repo: Repository, extras: Mapping[str, str], path: str) -> str:
    """Return the content of one entry, "" for none."""
    entry = extras.get(path)
    return repo.git("cat-file", "blob", entry.split()[1]) if entry else ""


def _index(repo: Repository, admin: Path) -> str:
    """Return the blob of the whole index, in one piece where it was split."""
    with tempfile.TemporaryDirectory(prefix="orchestra-index-") as directory:
        copy = shutil.copy2(admin / "index", Path(directory) / "index")
        env = {
            "GIT_DIR": str(admin),
            "GIT_WORK_TREE": str(repo.top),
            "GIT_INDEX_FILE": str(copy),
        }
        repo.git(*PLAIN, "update-index", "--no-split-index", env=env)
        return _file(repo, Path(copy))


def _file(repo: Repository, path: Path) -> str:
    return repo.git("hash-object", "-w", "--no-filters", "--", str(path)).strip()


def _staged(stage: str) -> str:
    """Turn a line of `ls-files --unmerged` into an entry."""
    entry, _, path = stage.partition("\t")
    return f"{entry[:-2]}\t{entry[-1]}/{path}"


def _without_kind(entry: str) -> str:
    mode, _, object_id = entry.split()
    return f"{mode} {object_id}"


def _blob(repo: Repository, text: str) -> str:
    return repo.git("hash-object", "-w", "--stdin", stdin=text).strip()
