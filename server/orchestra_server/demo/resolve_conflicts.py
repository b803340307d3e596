"""Resolves the demo's conflicts as a worker would: a merge in one of the two chambers."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestra_core.replies.chambers import OpenedChamber
from orchestra_core.replies.completion import FileConflict

_IDENTITY = ("-c", "user.name=Demo worker", "-c", "user.email=worker@demo.invalid")


def resolve_conflicts(
    chambers: Mapping[str, OpenedChamber],
    conflicts: Sequence[FileConflict],
    merged: Mapping[str, str],
) -> dict[str, list[str]]:
    """Merge the first side's branch into the second's chamber; return the files by chamber.

    `merged` has the content of each merged file; conflicts in other files, or with the branch, are
    left.
    """
    resolved: dict[str, list[str]] = {}
    for conflict in conflicts:
        source, target = (chambers.get(side) for side in conflict.between)
        if source is None or target is None or conflict.file not in merged:
            continue
        place = Path(target.path)
        if target.name not in resolved:
            _git(place, "merge", "--no-edit", source.branch)
        (place / conflict.file).write_text(merged[conflict.file], encoding="utf-8")
        resolved.setdefault(target.name, []).append(conflict.file)
    for name in resolved:
        place = Path(chambers[name].path)
        _git(place, "add", "--all")
        _git(place, "commit", "-q", "--no-edit")
    return resolved


def _git(chamber: Path, *arguments: str) -> None:
    subprocess.run(  # noqa: S603 - a worker runs git as an agent does
        ["git", *_IDENTITY, *arguments],  # noqa: S607 - the git on the person's PATH
        cwd=chamber,
        check=False,  # a conflicting merge says so by its exit code
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
