"""Keeps an operation in progress in a worktree: a merge, cherry-pick, revert, rebase or bisect.

Git keeps its state in files beside the worktree's index, which are removed with the worktree. The
list is from git's own `wt_status_get_state`, `sequencer.c` and gitrepository-layout(5).
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestra_server.git.process.run import ceiling_env, git_output, run_git

# Each one means that an operation is in progress; a directory means the files in it.
_SIGNS = (
    *("MERGE_HEAD", "MERGE_MSG", "SQUASH_MSG", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_START"),
    *("sequencer", "rebase-merge", "rebase-apply", "refs/bisect", "refs/worktree"),
)
# These mean nothing by themselves, since git leaves some behind, but belong to an operation.
_BESIDE = (
    *("MERGE_MODE", "MERGE_RR", "MERGE_AUTOSTASH", "REBASE_HEAD", "BISECT_LOG", "BISECT_NAMES"),
    *("BISECT_TERMS", "BISECT_EXPECTED_REV", "BISECT_ANCESTORS_OK", "BISECT_RUN", "refs/rewritten"),
)
_NAMES = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "MERGE_HEAD": "merge",
    "BISECT_START": "bisect",
}
_PASSING = ".orchestra-"  # begins the name of a file that a restore has not put in place yet
_OBJECT = re.compile(r"\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b")


def read_operation(directory: Path, admin: Path) -> tuple[str, ...]:
    """Write the files' blobs; return "mode object<TAB>path" lines, none without an operation.

    `admin` is git's directory for the worktree, `directory` any in which git can run.
    """
    signs = sorted(_files(admin, _SIGNS))
    if not signs:
        return ()
    files = [*signs, *sorted(_files(admin, _BESIDE))]
    places = [str(admin / file) for file in files]
    blobs = git_output(directory, "hash-object", "-w", "--no-filters", "--", *places).split()
    return tuple(f"100644 {blob}\t{file}" for blob, file in zip(blobs, files, strict=True))


def operation_name(admin: Path) -> str:
    """Return the git command in progress, which `--abort` ends; "" for none."""
    if (admin / "rebase-apply" / "applying").exists():
        return "am"
    return next((name for sign, name in _NAMES.items() if (admin / sign).exists()), "")


def commits_named_by(directory: Path, operation: Sequence[str]) -> list[str]:
    """Return the commits that an operation's files name; perhaps nothing else keeps them."""
    texts = (git_output(directory, "cat-file", "blob", entry.split()[1]) for entry in operation)
    return existing_commits(
        directory, [object_id for text in texts for object_id in _OBJECT.findall(text)]
    )


def existing_commits(directory: Path, objects: Sequence[str]) -> list[str]:
    """Return those of the objects that are existing commits."""
    if not objects:
        return []
    stdin = "".join(f"{object_id}\n" for object_id in dict.fromkeys(objects))
    here = ceiling_env(directory)
    told = run_git(directory, "cat-file", "--batch-check", stdin=stdin, env=here).out
    return [line.split()[0] for line in told.splitlines() if line.split()[1] == "commit"]


def restore_operation_files(repository: Path, admin: Path, files: Mapping[str, str]) -> None:
    """Write the files of an operation, given as path: blob, where git looks for them."""
    for path, blob in files.items():
        place = admin / path
        place.parent.mkdir(parents=True, exist_ok=True)
        passing = place.with_name(f"{_PASSING}{place.name}")
        passing.write_bytes(os.fsencode(git_output(repository, "cat-file", "blob", blob)))
        passing.replace(place)


def remove_operation_files(admin: Path, operation: Sequence[str]) -> None:
    """Remove files that are kept elsewhere."""
    for entry in operation:
        (admin / entry.split("\t", 1)[1]).unlink(missing_ok=True)


def _files(admin: Path, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        place = admin / name
        files = place.rglob("*") if place.is_dir() else [place]
        yield from (
            str(file.relative_to(admin))
            for file in files
            if file.is_file() and not file.name.startswith(_PASSING)
        )
