"""The diff between two commits, or from a commit to what a worktree holds now."""

import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.replies.review import DiffFile
from orchestra_server.git.process.run import git_output_prefix
from orchestra_server.git.snapshot.diff import AS_IS, index_without_own_files
from orchestra_server.git.snapshot.index_copy import split_nul

_MOST = 256_000_000  # bytes; nobody reads more, and it has to fit into memory
_NARROWEST, _USUAL = 40, 80  # columns of --stat
_MOVED = "RC"  # git's letters for renamed and copied files, which have two names


@dataclass(frozen=True, slots=True)
class DiffRange:
    """From the commit `old` to the commit `new`, or to the worktree's present files if "".

    Where both are the same commit nothing differs.
    """

    directory: Path
    old: str
    new: str = ""
    path: str = ""  # only this file, relative to the repository


def range_text(wanted: DiffRange) -> str:
    """Return the unified diff exactly as git prints it, whatever the user has configured. Blocking.

    Bytes that are no UTF-8 are surrogates, as `os.fsdecode` makes them.
    """
    return _printed(wanted)


def range_text_with_blobs(wanted: DiffRange, limit: int) -> tuple[str, bool]:
    """Return the unified diff with the whole ids of blobs, and whether it was cut. Blocking.

    At most `limit` bytes are read; a cut diff ends with a whole line.
    """
    text, cut = _printed_up_to(limit, wanted, "--full-index")
    return (text[: text.rfind("\n") + 1] if cut else text), cut


def range_stat(wanted: DiffRange, columns: int = 0) -> str:
    """Return git's table of changed files and lines. Blocking."""
    width = max(_NARROWEST, columns or shutil.get_terminal_size((_USUAL, 0)).columns)
    return _printed(wanted, f"--stat={width}")


def range_files(wanted: DiffRange) -> list[DiffFile]:
    """Return the changed files in git's order. Blocking."""
    sizes = split_nul(_printed(wanted, "--numstat", "-z"))
    named = iter(split_nul(_printed(wanted, "--name-status", "-z")))
    counts = [line.split("\t", 2)[:2] for line in sizes if line.count("\t") >= 2]  # noqa: PLR2004
    files: list[DiffFile] = []
    for inserted, deleted in counts:
        status = next(named)[0]
        first = next(named)
        path = next(named) if status in _MOVED else first
        files.append(
            DiffFile(
                path=path,
                former_path=first if status in _MOVED else "",
                status=status,
                insertions=0 if inserted == "-" else int(inserted),
                deletions=0 if deleted == "-" else int(deleted),
                binary=inserted == "-",
            )
        )
    return files


def _printed(wanted: DiffRange, *options: str) -> str:
    return _printed_up_to(_MOST, wanted, *options)[0]


def _printed_up_to(limit: int, wanted: DiffRange, *options: str) -> tuple[str, bool]:
    paths = (f":(top,literal){wanted.path}",) if wanted.path else ()
    with _revisions(wanted) as (revisions, env):
        return git_output_prefix(
            wanted.directory, "-c", "core.quotePath=false", "diff", *AS_IS, "--find-renames",
            *options, *revisions, "--", *paths, limit=limit, env=env,
        )  # fmt: skip


@contextmanager
def _revisions(wanted: DiffRange) -> Generator[tuple[tuple[str, ...], Mapping[str, str]]]:
    if wanted.new:
        yield (wanted.old, wanted.new), {}
        return
    with index_without_own_files(wanted.directory, wanted.old) as index_copy:
        yield (wanted.old,), {"GIT_INDEX_FILE": str(index_copy.index)}
