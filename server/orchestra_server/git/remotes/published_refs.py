"""Puts Orchestra's own refs on a remote, fetches them from there, and deletes them there.

None of the person's hooks runs, nobody is asked for a password, and no tags, submodules or refspecs
of the person are pushed. A ref has one writer, the clone that has the chamber, so it may be forced.
"""

from collections.abc import Iterable, Mapping

from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import run_programs
from orchestra_server.git.process.plain_git import GitResult
from orchestra_server.git.process.run import ceiling_env
from orchestra_server.git.repository.repository import Repository

CHAMBERS = "refs/orchestra/chambers"
LANDED = "refs/orchestra/landed"
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "gc.auto=0",
    "maintenance.auto=false",
    "push.followTags=false",
    "push.gpgSign=false",
    "push.recurseSubmodules=no",
)
# Whatever would ask a person fails instead, because nobody would see the question.
ASKS_NOBODY = {"GIT_ASKPASS": "true", "SSH_ASKPASS_REQUIRE": "never", "GCM_INTERACTIVE": "never"}


def chamber_ref(task_id: str, chamber: str) -> str:
    """Return the ref under which a chamber's work is published."""
    return f"{CHAMBERS}/{task_id}/{chamber}"


def landed_ref(task_id: str) -> str:
    """Return the ref for the published commit that holds the work of several clones."""
    return f"{LANDED}/{task_id}"


def publish(
    repo: Repository,
    remote: str,
    commits: Mapping[str, str],
    env: Mapping[str, str] | None = None,
) -> None:
    """Put commits under refs on a remote; raises Refused with git's words. Blocking."""
    refspecs = [f"+{commit}:{ref}" for ref, commit in commits.items()]
    _require(_push(repo, remote, refspecs, env), f"the remote {remote} did not take the work")


def withdraw(repo: Repository, remote: str, refs: Iterable[str]) -> None:
    """Delete refs on a remote; a missing one is no failure. Raises Refused. Blocking."""
    wanted = [*refs]
    present = _read(repo, remote, wanted)
    if present:
        refspecs = [f":{ref}" for ref in present]
        _require(_push(repo, remote, refspecs, None), f"the remote {remote} did not delete refs")


def fetch(repo: Repository, remote: str, refs: Iterable[str]) -> dict[str, str]:
    """Fetch refs from a remote under the same names, and return the commit of each. Blocking.

    Missing ones are left out. Raises Refused with git's words.
    """
    present = _read(repo, remote, [*refs])
    if not present:
        return {}
    result = _run(
        repo, "fetch", "--quiet", "--force", "--no-tags", "--no-prune", "--no-write-fetch-head",
        "--no-recurse-submodules", "--no-auto-maintenance", remote,
        *(f"{ref}:{ref}" for ref in present), waits_for=f"git fetch from the remote {remote}",
    )  # fmt: skip
    _require(result, f"the remote {remote} did not give the work")
    return {ref: repo.resolve(ref) for ref in present}


def _read(repo: Repository, remote: str, refs: Iterable[str]) -> list[str]:
    """Return which of the refs the remote has."""
    wanted = [*refs]
    result = _run(
        repo, "ls-remote", "--quiet", remote, *wanted,
        waits_for=f"git ls-remote of the remote {remote}",
    )  # fmt: skip
    _require(result, f"the remote {remote} cannot be read")
    present = {line.partition("\t")[2] for line in result.out.splitlines()}
    return [ref for ref in wanted if ref in present]


def _push(
    repo: Repository, remote: str, refspecs: Iterable[str], env: Mapping[str, str] | None
) -> GitResult:
    return _run(
        repo, "push", "--quiet", "--no-verify", "--no-signed", remote, *refspecs,
        waits_for=f"git push to the remote {remote}", env=env,
    )  # fmt: skip


def _run(
    repo: Repository, *args: str, waits_for: str, env: Mapping[str, str] | None = None
) -> GitResult:
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    return run_programs(
        repo.top, *settings, *args, waits_for=waits_for,
        env={**ceiling_env(repo.top), **ASKS_NOBODY, **(env or {})},
    )  # fmt: skip


def _require(result: GitResult, what: str) -> None:
    if result.status:
        raise Refused(f"{what}: {result.failure}")
