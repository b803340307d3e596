"""A chamber's diff from its base, uncommitted and untracked work included.

Untracked files are marked "to be added" in a copy of the index, so that no blob is written for
each diff and the worker's index does not change.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.text import clean
from orchestra_server.domain.chambers.orchestra_files import all_pathspecs
from orchestra_server.git.process.run import git_output_prefix
from orchestra_server.git.repository.find_orchestra_files import own_files_in
from orchestra_server.git.snapshot.index_copy import IndexCopy, copied_index, split_nul
from orchestra_server.git.snapshot.stage_all import unstage

# Settings of the user that would change what is parsed or shown.
AS_IS = (
    "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative",
    "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiffSize:
    """Files, added and deleted lines; a binary file counts as a file without lines."""

    files: int
    insertions: int
    deletions: int


def diff_size(worktree: Path, base_commit: str) -> DiffSize:
    """Return the size of the diff from the base commit."""
    with index_without_own_files(worktree, base_commit) as index_copy:
        listed = index_copy.git("diff", *AS_IS, "--no-renames", "--numstat", "-z", base_commit)
    rows = [line.split("\t", 2) for line in split_nul(listed)]
    return DiffSize(
        files=len(rows),
        insertions=sum(int(added) for added, _, _ in rows if added != "-"),
        deletions=sum(int(removed) for _, removed, _ in rows if removed != "-"),
    )


def changed_files(worktree: Path, base_commit: str) -> tuple[str, ...]:
    """Return the files that differ from the base commit, sorted; a rename has both names."""
    with index_without_own_files(worktree, base_commit) as index_copy:
        listed = index_copy.git("diff", *AS_IS, "--no-renames", "--name-only", "-z", base_commit)
    return tuple(sorted(split_nul(listed)))


def diff_text(worktree: Path, base_commit: str, limit: int) -> str:
    """Return the diff as safe text, cut at `limit` characters with a line that says so."""
    with index_without_own_files(worktree, base_commit) as index_copy:
        text, cut = git_output_prefix(
            worktree, "-c", "core.quotePath=false", "diff", *AS_IS, base_commit,
            limit=4 * limit, env={"GIT_INDEX_FILE": str(index_copy.index)},
        )  # fmt: skip
    safe = clean(text)
    if not cut and len(safe) <= limit:
        return safe
    whole_lines = safe[:limit].rpartition("\n")[0]
    return f"{whole_lines}\n… cut here; see the rest with: git -C '{worktree}' diff {base_commit}"


@contextmanager
def index_without_own_files(worktree: Path, base_commit: str) -> Generator[IndexCopy]:
    """Yield the index with untracked files in it, and without Orchestra's that the base lacks."""
    with copied_index(worktree) as index_copy:
        staged = split_nul(index_copy.git("ls-files", "-z", "--", *all_pathspecs()))
        own = own_files_in(worktree, staged)
        if own:
            listed = index_copy.git("ls-tree", "-r", "--name-only", "-z", base_commit, "--", *own)
            unstage(index_copy.git, sorted(set(own) - set(split_nul(listed))))
        files = [path for path in index_copy.untracked() if not path.endswith("/")]
        if files:
            index_copy.git(
                "--literal-pathspecs", "add", "--intent-to-add", "--sparse",
                "--pathspec-from-file=-", "--pathspec-file-nul",
                stdin="".join(f"{path}\0" for path in files),
            )  # fmt: skip
        yield index_copy
