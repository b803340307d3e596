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

_MOST = 256_000_000  # bytes; nobody reads more, and it has to fit in memory
_NARROWEST, _USUAL = 40, 80  # columns of --stat
_FILES = ("--raw", "--numstat", "-z")
_MOVED = "RC"  # git's letters for renamed and copied files, which have two names
_Revisions = tuple[tuple[str, ...], Mapping[str, str]]  # arguments, environment with the index


@dataclass(frozen=True, slots=True)
class DiffRange:
    """From the commit `old` to the commit `new`, or for "" to the worktree's current files.

    If both are the same commit, nothing differs.
    """

    directory: Path
    old: str
    new: str = ""
    path: str = ""  # only this file, relative to the repository


def range_text(wanted: DiffRange) -> str:
    """Return the unified diff exactly as git prints it, whatever the user has configured. Blocking.

    Bytes that are not UTF-8 become surrogates, as `os.fsdecode` makes them.
    """
    return _printed(wanted)


def range_stat(wanted: DiffRange, columns: int = 0) -> str:
    """Return git's table of changed files and lines. Blocking."""
    width = max(_NARROWEST, columns or shutil.get_terminal_size((_USUAL, 0)).columns)
    return _printed(wanted, f"--stat={width}")


def range_files(wanted: DiffRange) -> list[DiffFile]:
    """Return the changed files in git's order. Blocking."""
    return _files(_printed(wanted, *_FILES))


@dataclass(frozen=True, slots=True)
class WholeDiff:
    """The files of a diff and its text, which may be cut after a whole line."""

    files: list[DiffFile]
    text: str
    cut: bool


def range_whole(wanted: DiffRange, limit: int) -> WholeDiff:
    """Return the files and the unified diff, with full blob ids. Blocking.

    At most `limit` bytes of the diff are read; `files` names all files.
    """
    with _revisions(wanted) as revisions:
        files, _ = _diff(wanted, revisions, _MOST, *_FILES)
        text, cut = _diff(wanted, revisions, limit, "--full-index")
    return WholeDiff(_files(files), text[: text.rfind("\n") + 1] if cut else text, cut)


def _files(printed: str) -> list[DiffFile]:
    """Return the files from `--raw --numstat -z`: first every file's status, then all sizes."""
    words = iter(split_nul(printed))
    named: list[tuple[str, str, str]] = []  # status, path, former path
    files: list[DiffFile] = []
    for word in words:
        if word.startswith(":"):
            status = word.rpartition(" ")[2][0]
            first = next(words)
            named.append((status, next(words), first) if status in _MOVED else (status, first, ""))
            continue
        inserted, deleted, path = word.split("\t", 2)
        if not path:  # both names follow as separate words
            _ = next(words), next(words)
        status, path, former_path = named[len(files)]
        files.append(
            DiffFile(
                path=path,
                former_path=former_path,
                status=status,
                insertions=0 if inserted == "-" else int(inserted),
                deletions=0 if deleted == "-" else int(deleted),
                binary=inserted == "-",
            )
        )
    return files


def _printed(wanted: DiffRange, *options: str) -> str:
    with _revisions(wanted) as revisions:
        return _diff(wanted, revisions, _MOST, *options)[0]


def _diff(wanted: DiffRange, revisions: _Revisions, limit: int, *options: str) -> tuple[str, bool]:
    names, env = revisions
    paths = (f":(top,literal){wanted.path}",) if wanted.path else ()
    return git_output_prefix(
        wanted.directory, "-c", "core.quotePath=false", "diff", *AS_IS, "--find-renames",
        *options, *names, "--", *paths, limit=limit, env=env,
    )  # fmt: skip


@contextmanager
def _revisions(wanted: DiffRange) -> Generator[_Revisions]:
    if wanted.new:
        yield (wanted.old, wanted.new), {}
        return
    with index_without_own_files(wanted.directory, wanted.old) as index_copy:
        yield (wanted.old,), {"GIT_INDEX_FILE": str(index_copy.index)}
