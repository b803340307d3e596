"""Git LFS in a test's repository, and programs in its place."""

import os
from pathlib import Path

import pytest

from tests.support.git.repositories import TestRepository


def keep_bins_in_lfs(repository: TestRepository) -> None:
    """Commit that git-lfs stores `*.bin`, with its filters only in this repository."""
    repository.git("lfs", "install", "--local")
    repository.commit("lfs", {".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})


def a_git_lfs_that(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `git lfs` run a shell script, even if git-lfs is installed."""
    programs = folder / "programs"
    programs.mkdir()
    program = programs / "git-lfs"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
