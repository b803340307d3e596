"""The launcher in `.claude/tools`, started as a client does: by any Python, from any directory."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_server.files.installation.install import initialise
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.installed_coverage import coverage_environ

# Starts the server's module as the launcher would, but only to see with what it was started.
SHIM = """#!/bin/sh
if [ "$2" = -c ]; then exit %d; fi
printf '%%s|' "$0" "$@"
pwd
"""


@pytest.fixture
def repo(tmp_path: Path) -> TestRepository:
    return small_repository((tmp_path / "a repo").resolve())


def shim(path: Path, *, has_orchestra: bool = True) -> Path:
    """An interpreter that tells how it was called."""
    path.write_text(SHIM % (not has_orchestra))
    path.chmod(0o755)
    return path


def launch(
    repo: TestRepository, cwd: Path, *arguments: str, python: str = sys.executable, path: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Start the launcher as the entry in .mcp.json does."""
    return subprocess.run(
        [python, str(repo.path / ".claude" / "tools" / "orchestration.py"), *arguments],
        cwd=cwd,
        env={"PATH": path, **coverage_environ()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_recorded_interpreter_starts_the_server_in_the_current_directory(
    repo: TestRepository, tmp_path: Path
) -> None:
    recorded = shim(tmp_path / "it's python")
    initialise(repo.path, recorded)
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    ended = launch(repo, elsewhere, "--http")
    assert ended.stdout == f"{recorded}|-P|-m|orchestra_server|--http|{elsewhere.resolve()}\n"


@pytest.mark.parametrize("gone", [True, False])
def test_an_interpreter_with_orchestra_replaces_a_recorded_one_without_it(
    repo: TestRepository, tmp_path: Path, *, gone: bool
) -> None:
    recorded = shim(tmp_path / "python", has_orchestra=False)
    initialise(repo.path, recorded)
    if gone:
        recorded.unlink()
    program = shim(tmp_path / "orchestra-server")
    ended = launch(repo, tmp_path, "x", python=bare_python(tmp_path), path=str(tmp_path))
    assert ended.stdout == f"{program}|x|{tmp_path.resolve()}\n"


def test_without_orchestra_the_error_says_how_to_install_it(
    repo: TestRepository, tmp_path: Path
) -> None:
    initialise(repo.path, tmp_path / "gone")
    ended = launch(repo, tmp_path, python=bare_python(tmp_path))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert "pipx install" in ended.stderr


def test_the_launchers_own_interpreter_is_tried_before_the_path(
    repo: TestRepository, tmp_path: Path
) -> None:
    initialise(repo.path, tmp_path / "gone")
    (repo.path / "mcp.py").write_text("raise SystemExit('a file of the project was imported')")
    ended = launch(repo, repo.path)
    assert "a file of the project" not in ended.stderr
    assert "pipx" not in ended.stderr


def test_a_file_beside_the_launcher_is_never_imported_as_a_library(
    repo: TestRepository, tmp_path: Path
) -> None:
    initialise(repo.path, shim(tmp_path / "python"))
    for name in ("shutil", "subprocess"):
        beside = repo.path / ".claude" / "tools" / f"{name}.py"
        beside.write_text("raise SystemExit('a file of the project was imported')")
    assert "|-m|orchestra_server|" in launch(repo, repo.path).stdout


def bare_python(directory: Path) -> str:
    """An interpreter without Orchestra: the one below the virtual environment, with no packages."""
    wrapper = directory / "bare"
    base = Path(sys.base_prefix) / "bin" / "python3"
    wrapper.write_text(f'#!/bin/sh\nexec "{base}" -I -S "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)
