"""Real git repositories in a test's directory, without the machine's git settings."""

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.stores.valkey_users import wait_until

# Set for the whole test by the `plain_git` fixture, so that the code under test has it too.
PLAIN_GIT: Mapping[str, str] = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada Tester",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Tester",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
GitSettings = frozenset[tuple[str, str]]
# Checking for maintenance takes longer than a commit, and never finds any.
_NO_MAINTENANCE = ("-c", "maintenance.auto=false")


@dataclass(frozen=True)
class TestRepository:
    """A working tree (or a bare repository) with short methods for tests."""

    __test__ = False

    path: Path

    def git(self, *args: str) -> str:
        return run_git(self.path, *args)

    def write(self, name: str, content: str | bytes = "") -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def read(self, name: str) -> str:
        return (self.path / name).read_text()

    def commit(self, message: str = "work", files: Mapping[str, str] | None = None) -> str:
        for name, content in (files or {}).items():
            self.write(name, content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.head

    def hook(self, name: str, script: str) -> None:
        directory = Path(self.git("rev-parse", "--path-format=absolute", "--git-path", "hooks"))
        directory.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(f"#!/bin/sh\n{script}\n")
        (directory / name).chmod(0o755)

    def sign_commits(self, program: Path) -> None:
        """Have git sign every commit with a program that answers as gpg does."""
        program.write_text(
            "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n"
            "echo '-----BEGIN PGP SIGNATURE-----'\necho made-up\n"
            "echo '-----END PGP SIGNATURE-----'\n"
        )
        program.chmod(0o755)
        self.git("config", "gpg.program", str(program))
        self.git("config", "commit.gpgSign", "true")

    @property
    def head(self) -> str:
        return _loose_head(self.path) or self.git("rev-parse", "HEAD")

    @property
    def status(self) -> str:
        return self.git("status", "--porcelain=v1", "--untracked-files=all")

    @property
    def branches(self) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def at(self, path: Path) -> "TestRepository":
        return TestRepository(path)


def _loose_head(path: Path) -> str:
    """Return the commit of HEAD from its files, "" if only git can tell."""
    place = path / ".git"
    try:
        if place.is_file():
            place = path / place.read_text().removeprefix("gitdir: ").removesuffix("\n")
        head, common = (place / "HEAD").read_text().strip(), place / "commondir"
        refs = place / common.read_text().strip() if common.is_file() else place
        is_branch = head.startswith("ref: refs/heads/")
        said = (refs / head.removeprefix("ref: ")).read_text().strip() if is_branch else head
    except OSError:
        return ""
    return said if len(said) in {40, 64} and set(said) <= set("0123456789abcdef") else ""


def until_exists(file: Path) -> str:
    """Return a script that waits until the file exists: for a hook or a filter."""
    return f"while [ ! -e {file} ]; do sleep 0.02; done"


def run_git(directory: Path, *args: str) -> str:
    """Run git for the test; a failure fails the test with git's message."""
    ended = subprocess.run(
        ["git", "-C", str(directory), *_NO_MAINTENANCE, *args],
        env={**os.environ, **PLAIN_GIT},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"git {' '.join(args)}: {ended.stderr}"
    return ended.stdout.removesuffix("\n")


def empty_repository(path: Path) -> TestRepository:
    """Make a repository without a commit, whose branch is `main`."""
    path.mkdir(parents=True)
    run_git(path, "init", "--quiet", "--template=", "--initial-branch=main")
    return TestRepository(path)


def small_repository(path: Path, files: Mapping[str, str] | None = None) -> TestRepository:
    """Make a repository with one commit of a few files."""
    contents = files or {"README": "hello\n", "src/app.py": "one\ntwo\nthree\n"}
    path.mkdir(parents=True)
    for name, mode, content in _committed(frozenset(contents.items()), _git_settings()):
        if content is None:
            (path / name).mkdir()
        else:
            (path / name).write_bytes(content)
            (path / name).chmod(mode)
    run_git(path, "update-index", "-q", "--refresh")
    return TestRepository(path)


@cache
def _committed(
    files: frozenset[tuple[str, str]], _settings: GitSettings
) -> list[tuple[Path, int, bytes | None]]:
    """Return each directory and file of such a repository, which git has made once."""
    with tempfile.TemporaryDirectory() as scratch:
        repository = empty_repository(Path(scratch) / "made")
        repository.commit("first", dict(files))
        return [
            (path.relative_to(repository.path), path.stat().st_mode, _content(path))
            for path in sorted(repository.path.rglob("*"))
        ]


def _git_settings() -> GitSettings:
    """Return the environment's settings of git, with which a repository may be made differently."""
    return frozenset(item for item in os.environ.items() if item[0].startswith("GIT_"))


def _content(path: Path) -> bytes | None:
    return None if path.is_dir() else path.read_bytes()


def large_repository(path: Path, count: int = 200) -> TestRepository:
    """Make a repository whose commit has `count` small files in ten directories."""
    return small_repository(path, {f"d{n % 10}/f{n}": f"{n}\n" for n in range(count)})


def bare_with_worktree(path: Path) -> tuple[TestRepository, TestRepository]:
    """Make a bare clone and one worktree of its `main`, for people without a main checkout."""
    origin = small_repository(path / "origin")
    run_git(path, "clone", "--quiet", "--bare", str(origin.path), str(path / "project.git"))
    bare = TestRepository(path / "project.git")
    bare.git("worktree", "add", "--quiet", str(path / "main"), "main")
    return bare, TestRepository(path / "main")


def delete_repository(path: Path) -> None:
    """Delete a repository in which other processes may still write or delete."""

    def is_deleted() -> bool:
        shutil.rmtree(path, ignore_errors=True)
        return not path.exists()

    wait_until(is_deleted)


def with_submodule(path: Path) -> TestRepository:
    """Make a repository with a submodule `libs/maths`, which has a submodule `inner` of its own.

    The repositories that they were cloned from are one for all tests of a process.
    """
    whole = TestRepository(path / "whole")
    shutil.copytree(_made_with_submodule(_git_settings()), whole.path)
    for directory in ("libs/maths/inner", "libs/maths", "."):
        run_git(whole.path / directory, "update-index", "-q", "--refresh")
    return whole


@cache
def _made_with_submodule(_settings: GitSettings) -> Path:
    """Return such a repository, which git has made once."""
    path = Path(tempfile.mkdtemp(prefix="orchestra-räume-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    inner = small_repository(path / "inner-origin", {"inner.txt": "inner\n"})
    maths = small_repository(path / "maths-origin", {"maths.txt": "1 + 1\n"})
    allowed = ("-c", "protocol.file.allow=always", "-c", "init.templateDir=")
    maths.git(*allowed, "submodule", "--quiet", "add", str(inner.path), "inner")
    maths.commit("inner")
    whole = small_repository(path / "whole")
    whole.git(*allowed, "submodule", "--quiet", "add", str(maths.path), "libs/maths")
    whole.git(*allowed, "submodule", "--quiet", "update", "--init", "--recursive")
    whole.commit("maths")
    return whole.path
