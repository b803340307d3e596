"""Submodules of a chamber: filled from what this machine has, and kept when the chamber goes.

A linked worktree has submodule repositories of its own below the common directory's
`worktrees/<id>/modules`, which go when it goes; the main checkout's in `modules` stay.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.chambers.repository import Repository
from orchestra_server.chambers.running import GitFailed, git_in, only_here, run_git

_KEPT = "refs/orchestra/saved"


@dataclass(frozen=True, slots=True)
class _Submodule:
    name: str
    path: str
    commit: str


def fill_submodules(repo: Repository, worktree: Path) -> tuple[str, ...]:
    """Fill each submodule from a copy on this machine; return a line for each that has none.

    Nothing is fetched over a network: that can take minutes, and ask for a password.
    """
    stores = [repo.common_dir / "modules", *repo.common_dir.glob("worktrees/*/modules")]
    return tuple(_fill(worktree, stores, [repo.top]))


def keep_submodules(repo: Repository, worktree: Path) -> None:
    """See that removing the worktree loses nothing of its submodules.

    Commits that only they have go to the main checkout's copy, under refs/orchestra/saved; raises
    Refused for uncommitted work, and for commits where there is no such copy.
    """
    _keep(worktree, repo.common_dir / "modules")


def _fill(worktree: Path, stores: Sequence[Path], twins: Sequence[Path]) -> Iterator[str]:
    for module in _submodules(worktree):
        candidates = [store / module.name for store in stores]
        candidates += [twin / module.path for twin in twins]
        source = next((one for one in candidates if _has(one, module.commit)), None)
        if source is None:
            yield (
                f"submodule {module.path} of {worktree} stays empty, for no copy of its commit is "
                f"on this machine; run: git -C '{worktree}' submodule update --init"
            )
            continue
        _update(worktree, module, source)
        inner = worktree / module.path
        yield from _fill(
            inner,
            [candidate / "modules" for candidate in candidates],
            [twin / module.path for twin in twins],
        )


def _update(worktree: Path, module: _Submodule, source: Path) -> None:
    ran = run_git(
        worktree,
        "-c", "protocol.file.allow=always",  # the source is ours, on this disk
        "-c", f"submodule.{module.name}.url={source}",
        "submodule", "--quiet", "update", "--init", "--", module.path,
        env=only_here(worktree),
    )  # fmt: skip
    if ran.status:
        raise GitFailed(f"submodule {module.path} could not be filled: {ran.words}")
    inner = worktree / module.path
    real = run_git(source, "config", "--get", "remote.origin.url", env=only_here(source))
    if real.status == 0:  # a worker's own fetch and push go where they always went
        git_in(inner, "config", "remote.origin.url", real.out.strip())


def _keep(worktree: Path, stores: Path) -> None:
    for module in _submodules(worktree):
        inner = worktree / module.path
        if not (inner / ".git").exists():
            continue
        if git_in(inner, "status", "--porcelain", "--ignore-submodules=none"):
            raise Refused(
                f"submodule {inner} has uncommitted work, which its chamber's commit cannot hold; "
                "commit it inside the submodule and try again"
            )
        store = stores / module.name
        for commit in _only_in(inner):
            if _has(store, commit):
                continue
            if not store.is_dir():
                raise Refused(
                    f"submodule {inner} has the commit {commit[:12]} and no other copy of it is "
                    f"here; push it: git -C '{inner}' push"
                )
            git_in(
                store, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                str(inner), f"{commit}:{_KEPT}/{commit}",
            )  # fmt: skip
        _keep(inner, store / "modules")


def _only_in(inner: Path) -> list[str]:
    """Return the tips (HEAD, branches) that no remote-tracking branch contains."""
    tips = git_in(inner, "rev-list", "--no-walk", "HEAD", "--branches").split()
    return [tip for tip in tips if git_in(inner, "rev-list", "-1", tip, "--not", "--remotes")]


def _has(repository: Path, commit: str) -> bool:
    if not (repository / ".git").exists() and not (repository / "HEAD").exists():
        return False
    here = only_here(repository)
    return run_git(repository, "cat-file", "-e", f"{commit}^{{commit}}", env=here).status == 0


def _submodules(worktree: Path) -> list[_Submodule]:
    """Return what .gitmodules names and the index holds, a commit each."""
    if not (worktree / ".gitmodules").is_file():
        return []
    listed = git_in(worktree, "ls-files", "--stage", "-z").split("\0")
    links = {
        path: entry.split()[1]
        for entry, _, path in (line.partition("\t") for line in listed)
        if entry.startswith("160000 ")
    }
    named = git_in(
        worktree, "config", "-z", "--file", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$"
    )
    pairs = (line.partition("\n") for line in named.split("\0") if line)
    return [
        _Submodule(key.removeprefix("submodule.").removesuffix(".path"), path, links[path])
        for key, _, path in pairs
        if path in links
    ]
