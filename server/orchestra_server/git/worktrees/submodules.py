"""Fills a chamber's submodules from local copies, and preserves their commits when it closes.

A linked worktree has its own submodule repositories below the common directory's
`worktrees/<id>/modules`, which are removed with it; the main checkout's in `modules` stay.
"""

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import run_programs
from orchestra_server.git.process.run import GitFailed, ceiling_env, git_output, run_git
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import git_directory

_PRESERVED = "refs/orchestra/saved"
_LINK = "160000 "  # the mode of a commit in a listing
# The same mode in the bytes of an index, and an index that is mostly in another file.
_SIGNS_OF_LINKS = (b"\0\0\xe0\0", b"link")
_NONE_MATCHES = 1  # the status of `git config --get-regexp`
# The copy's configuration names a working tree that may be gone.
_UPLOAD = "env GIT_WORK_TREE=/ git-upload-pack"


@dataclass(frozen=True, slots=True)
class FilledSubmodule:
    """A submodule of a chamber; `main_copy` is git's directory for the main checkout's copy."""

    path: Path
    main_copy: Path
    commit: str  # that the superproject names
    path_in_parent: str  # in the superproject


@dataclass(frozen=True, slots=True)
class _SubmoduleEntry:
    name: str
    path: str
    commit: str


def fill_submodules(repo: Repository, worktree: Path) -> tuple[str, ...]:
    """Fill each submodule from a local copy; return a line for each without one.

    Nothing is fetched over the network: that can take minutes, and prompt for a password.
    """
    main_copies = [repo.common_dir / "modules", *repo.common_dir.glob("worktrees/*/modules")]
    return tuple(_fill(worktree, main_copies, [repo.top]))


def preserve_submodule_commits(repo: Repository, worktree: Path) -> None:
    """Copy submodule commits that removing the worktree would lose.

    Commits that exist nowhere else go to the main checkout's copy, under refs/orchestra/saved;
    raises Refused where there is no such copy.
    """
    _preserve(worktree, repo.common_dir / "modules")
    # Git's directory of a submodule outlives `git rm` of the submodule.
    preserve_submodule_commits_of_missing(repo, git_directory(worktree))


def preserve_submodule_commits_of_missing(repo: Repository, admin: Path) -> None:
    """Preserve commits of deleted submodules, whose git directories still exist."""
    for head in sorted((admin / "modules").rglob("HEAD")):
        submodule = head.parent
        if (submodule / "objects").is_dir():
            name = submodule.relative_to(admin / "modules")
            _preserve_one(submodule, repo.common_dir / "modules" / name, env=_bare_env(submodule))


def filled_submodules(worktree: Path, main_copies: Path) -> list[FilledSubmodule]:
    """Return the filled submodules of a worktree; `main_copies` has the main checkout's copies."""
    return [
        FilledSubmodule(
            worktree / module.path, main_copies / module.name, module.commit, module.path
        )
        for module in _submodules(worktree)
        if (worktree / module.path / ".git").exists()
    ]


def links_in(listed: str) -> dict[str, str]:
    """Return the commits in git's listing of an index or a tree, by path."""
    entries = (line.partition("\t") for line in listed.split("\0"))
    return {
        path: entry.removeprefix(_LINK).removeprefix("commit ").split()[0]
        for entry, _, path in entries
        if entry.startswith(_LINK)
    }


def require_no_own_repository(worktree: Path, admin: Path) -> None:
    """Raise Refused for a repository that the index names by its commit but that is no submodule.

    Its commits and files are only in itself, and would be removed with the worktree.
    """
    index = admin / "index"
    content = index.read_bytes() if index.exists() else b""
    if not any(sign in content for sign in _SIGNS_OF_LINKS):
        return
    submodules = {module.path for module in _submodules(worktree)}
    for path in _links(worktree):
        if path not in submodules and (worktree / path / ".git").is_dir():
            raise Refused(
                f"{worktree / path} is a git repository of its own and no submodule: its commits "
                "are nowhere else; move it out of the chamber, and try again"
            )


def take_out(submodule: FilledSubmodule, admin: Path) -> None:
    """Remove a submodule's files, which the caller has checked; git's directory for it stays.

    `admin` is git's directory for the worktree around it. One rename takes it out, so that no
    half of it can be mistaken for somebody's work.
    """
    passing = admin / f"orchestra-taken-out-{secrets.token_hex(4)}"
    with suppress(OSError):  # another file system
        submodule.path.rename(passing)
    for files in (submodule.path, passing):
        shutil.rmtree(files, ignore_errors=True)


def _fill(
    worktree: Path, main_copies: Sequence[Path], sibling_trees: Sequence[Path]
) -> Iterator[str]:
    for module in _submodules(worktree):
        candidates = [main_copy / module.name for main_copy in main_copies]
        candidates += [sibling / module.path for sibling in sibling_trees]
        source = next(
            (candidate for candidate in candidates if _has_commit(candidate, module.commit)), None
        )
        if source is None:
            yield (
                f"submodule {module.path} of {worktree} stays empty, for no copy of its commit is "
                f"on this machine; run: git -C '{worktree}' submodule update --init"
            )
            continue
        _update(worktree, module, source)
        submodule = worktree / module.path
        if not (submodule / ".git").exists():
            yield (
                f"submodule {module.path} of {worktree} stays empty, as submodule.{module.name}."
                f"update says; run: git -C '{worktree}' submodule update --init --checkout"
            )
            continue
        yield from _fill(
            submodule,
            [candidate / "modules" for candidate in candidates],
            [sibling / module.path for sibling in sibling_trees],
        )


def _update(worktree: Path, module: _SubmoduleEntry, source: Path) -> None:
    result = run_programs(
        worktree,
        "-c", "protocol.file.allow=always",  # the source is a local copy
        "-c", f"submodule.{module.name}.url={source}",
        "submodule", "--quiet", "update", "--init", "--", module.path,
        waits_for=f"filling submodule {module.path} in chamber {worktree.name!r}",
        env=ceiling_env(worktree),
    )  # fmt: skip
    if result.status:
        raise GitFailed(f"submodule {module.path} could not be filled: {result.failure}")
    submodule = worktree / module.path
    if not (submodule / ".git").exists():  # its `update` setting is none
        return
    real = run_git(source, "config", "--get", "remote.origin.url", env=ceiling_env(source))
    if real.status == 0:  # the worker's fetch and push keep their remote
        git_output(submodule, "config", "remote.origin.url", real.out.strip())


def _preserve(worktree: Path, main_copies: Path) -> None:
    for submodule in filled_submodules(worktree, main_copies):
        _preserve_one(submodule.path, submodule.main_copy, env={})
        _preserve(submodule.path, submodule.main_copy / "modules")


def _preserve_one(submodule: Path, main_copy: Path, env: Mapping[str, str]) -> None:
    for commit in _unpushed_tips(submodule, env):
        if _has_commit(main_copy, commit):
            continue
        if not main_copy.is_dir():
            raise Refused(
                f"submodule {submodule} has the commit {commit[:12]} and no other copy of it is "
                f"here; push it: git -C '{submodule}' push"
            )
        git_output(
            main_copy, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
            f"--upload-pack={_UPLOAD}", str(submodule), f"{commit}:{_PRESERVED}/{commit}",
        )  # fmt: skip


def _unpushed_tips(submodule: Path, env: Mapping[str, str]) -> list[str]:
    """Return the tips (HEAD, branches) that no remote-tracking branch contains."""
    tips = git_output(submodule, "rev-list", "--no-walk", "HEAD", "--branches", env=env).split()
    return [
        tip
        for tip in tips
        if git_output(submodule, "rev-list", "-1", tip, "--not", "--remotes", env=env)
    ]


def _bare_env(directory: Path) -> dict[str, str]:
    """Return the environment for git in a git directory whose working tree is gone."""
    return {"GIT_DIR": str(directory), "GIT_WORK_TREE": str(directory)}


def _has_commit(repository: Path, commit: str) -> bool:
    if not (repository / ".git").exists() and not (repository / "HEAD").exists():
        return False
    here = ceiling_env(repository)
    return run_git(repository, "cat-file", "-e", f"{commit}^{{commit}}", env=here).status == 0


def _links(worktree: Path) -> dict[str, str]:
    """Return the commits that the index names in place of directories, by path."""
    return links_in(git_output(worktree, "ls-files", "--stage", "-z"))


def _submodules(worktree: Path) -> list[_SubmoduleEntry]:
    """Return the submodules named in .gitmodules that are in the index, with their commits."""
    if not (worktree / ".gitmodules").is_file():
        return []
    links = _links(worktree)
    named = run_git(
        worktree, "config", "-z", "--file", ".gitmodules",
        "--get-regexp", r"^submodule\..*\.path$", env=ceiling_env(worktree),
    )  # fmt: skip
    if named.status not in {0, _NONE_MATCHES}:
        raise GitFailed(f".gitmodules of {worktree} could not be read: {named.failure}")
    pairs = (line.partition("\n") for line in named.out.split("\0") if line)
    return [
        _SubmoduleEntry(key.removeprefix("submodule.").removesuffix(".path"), path, links[path])
        for key, _, path in pairs
        if path in links
    ]
