"""Prepares the scratch worktree for a tree: checks it out, and runs the setup if that is due."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

from orchestra_core.configuration.gate_plan import Setup
from orchestra_core.errors import Refused
from orchestra_core.text import one_line
from orchestra_server.git.gates.gate_subject import content_of
from orchestra_server.git.gates.scratch_worktree import ScratchWorktree
from orchestra_server.git.process.run_command import run_command

_WORDS = 400  # characters of a failed setup's output
_COPY = ("cp", "-cR") if sys.platform == "darwin" else ("cp", "-a", "--reflink=auto")


@dataclass(frozen=True, slots=True)
class CommitToJudge:
    """A commit, the directories with its objects, and the environment that finds them."""

    commit: str
    objects: tuple[Path, ...]
    env: Mapping[str, str]


def prepare_scratch(
    scratch: ScratchWorktree,
    setup: Setup | None,
    judged: CommitToJudge,
    *,
    low_priority: bool,
    env: Mapping[str, str] | None = None,
) -> None:
    """Make the worktree that of the commit, with the setup run in `env`. Blocking.

    Raises Refused if the setup fails or was cancelled.
    """
    if setup is None:
        scratch.check_out(judged.commit, judged.objects, ())
        return
    key = _key(scratch, setup, judged)
    prepared = _read(scratch.prepared)
    if prepared.get("for") == key:
        scratch.check_out(judged.commit, judged.objects, cast("list[str]", prepared["kept"]))
        if scratch.prepared.exists():
            return  # otherwise a damaged worktree was made again without the setup's files
    scratch.prepared.unlink(missing_ok=True)
    scratch.check_out(judged.commit, judged.objects, ())
    copy_paths(scratch.repo.top, scratch.path, setup.copy)
    if setup.command:
        waits_for = "the setup of the worktree in which gates run"
        ended = run_command(
            setup.command,
            scratch.path,
            waits_for=waits_for,
            seconds=setup.timeout,
            env=env,
            low_priority=low_priority,
            alone=True,
        )
        if not ended.passed:
            raise Refused(
                f"the setup of orchestra.toml fails (status {ended.status}), so that no gate can "
                f"run; repair it; it printed last: {one_line(ended.output[-_WORDS:], _WORDS)}"
            )
    scratch.prepared.write_text(json.dumps({"for": key, "kept": scratch.others()}), "utf-8")


def copy_paths(source: Path, target: Path, paths: Sequence[str]) -> None:
    """Copy the existing paths that `target` lacks, sharing blocks if possible."""
    for path in paths:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts or not parts.parts:
            raise Refused(f"setup.copy {path!r} leads out of the repository; name a path below it")
        old, new = source / path, target / path
        if not old.exists() or new.exists() or ".git" in parts.parts:
            continue
        new.parent.mkdir(parents=True, exist_ok=True)
        copied = subprocess.run(  # noqa: S603 - a list, no shell
            [*_COPY, str(old), str(new)], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if copied.returncode:  # an older cp: without sharing
            shutil.rmtree(new, ignore_errors=True)
            with suppress(OSError):
                new.unlink()
            if old.is_dir():
                shutil.copytree(old, new, symlinks=True)
            else:
                shutil.copy2(old, new)


def _key(scratch: ScratchWorktree, setup: Setup, judged: CommitToJudge) -> str:
    """Return a digest of the setup's text and the files that it depends on."""
    content = ""
    if setup.depends:
        content = content_of(scratch.repo, judged.commit, setup.depends, judged.env)
    text = json.dumps([setup.command, setup.copy, setup.depends, content])
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {}
