"""Checks of what Orchestra needs: what each found, and how to fix a failure."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Literal

from msgspec import Struct

from orchestra_core.errors import OrchestraError
from orchestra_core.text import one_line
from orchestra_server.git.process.plain_git import git_version
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.repository.writable import (
    require_writable,
    require_writable_repository,
)

# `fail`: something necessary does not work. `note`: something optional is missing.
CheckVerdict = Literal["ok", "note", "fail"]
_CLAUDE_SECONDS = 15


class Check(Struct, frozen=True, kw_only=True):
    """The outcome of one check; `mend` is "" if there is nothing to do or `found` says it."""

    name: str
    verdict: CheckVerdict
    found: str
    mend: str = ""


def check_git() -> Check:
    """Look for a git that can merge without a working tree (2.38, RelNotes/2.38.0)."""
    try:
        version = git_version()
    except OrchestraError as error:
        return _failed("git", error)
    words = ".".join(map(str, version))
    if version < (2, 38):
        mend = "install git 2.38 or newer, which merges without touching a working tree"
        return Check(name="git", verdict="fail", found=f"{words} is too old", mend=mend)
    return Check(name="git", verdict="ok", found=words)


def check_repository(directory: Path) -> Check:
    """Look for a repository that has a commit and that this user can write."""
    try:
        repository = open_repository(directory)
        head = repository.head()
        require_writable_repository(repository)
        require_writable(repository.top, repository.top / ".claude" / "worktrees")
    except OrchestraError as error:
        return _failed("repository", error)
    where = f"on {head.branch}" if head.branch else f"detached at {head.commit[:10]}"
    return Check(name="repository", verdict="ok", found=f"{repository.top}, {where}")


def check_claude_code() -> Check:
    """Look for the client that most conductors use; Orchestra itself runs without it."""
    path = shutil.which("claude")
    if path is None:
        mend = "npm install -g @anthropic-ai/claude-code, or use another MCP client"
        return Check(name="Claude Code", verdict="note", found="not on PATH", mend=mend)
    try:
        asked = subprocess.run(  # noqa: S603 - found on the person's own PATH
            [path, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_CLAUDE_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "DISABLE_AUTOUPDATER": "1"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        sentence = one_line(f"{path} does not say its version: {error}", 200)
        mend = "run 'claude doctor', or install it again"
        return Check(name="Claude Code", verdict="note", found=sentence, mend=mend)
    return Check(name="Claude Code", verdict="ok", found=one_line(asked.stdout, 100))


def _failed(name: str, error: OrchestraError) -> Check:
    return Check(name=name, verdict="fail", found=str(error))
