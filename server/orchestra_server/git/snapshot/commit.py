"""Commits a chamber's uncommitted work as the user would commit it."""

import os
import re
import shlex
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import run_programs
from orchestra_server.git.process.identity import require_identity
from orchestra_server.git.process.plain_git import GitResult
from orchestra_server.git.process.run import GitFailed, ceiling_env, git_output, locale_env, run_git
from orchestra_server.git.repository.worktree_status import (
    WorktreeStatus,
    git_directory,
    read_status,
    require_no_repository,
)
from orchestra_server.git.snapshot.stage_all import stage_all

_MISSING = " missing"  # ends git's answer for a name that there is not
_SHOWN = 5  # file names in one line
# How shells, Node.js, Python and Ruby say that something is not installed.
_UNSIGNED = "failed to sign the data"  # git's message, whichever program failed
_LACKS = re.compile(
    r"not found|no such file|cannot find|no module named|cannot load such file", re.IGNORECASE
)


def commit_uncommitted_work(
    worktree: Path,
    message: str,
    trailers: Sequence[str] = (),
    *,
    plain_message: str = "",
    standing: WorktreeStatus | None = None,
) -> str | None:
    """Commit uncommitted work, untracked files too; return the commit, None without any.

    Orchestra's own files are left out, whatever the repository's ignore rules say.
    `trailers` are whole lines such as `Orchestra-Task: add-login-1f2e`; `standing` is its status,
    if just read. The user's identity, signing and hooks apply; where a commit-msg hook refuses
    `message`, `plain_message` is tried. Raises Refused with the hook's own words when one refuses;
    the index is then as before.
    """
    status = standing or read_status(worktree)
    require_no_conflict(worktree, status)
    require_no_repository(worktree, status.untracked)
    if status.clean and not _is_merging(worktree):
        return None
    with _index_restored_on_failure(worktree):
        stage_all(partial(git_output, worktree), status.own_files)
        if not _has_anything_to_commit(worktree):
            return None
        require_identity(worktree)
        ran = _commit(worktree, message, trailers)
        if ran.status and plain_message and _has_message_rule(worktree):
            ran = _commit(worktree, plain_message, trailers)
        if ran.status:
            raise Refused(f"{worktree} could not be committed: {_failure_words(ran)}{_cure(ran)}")
    return _require_changes(worktree)


def _require_changes(worktree: Path) -> str:
    """Return the new commit; raises Refused where a hook left the work in the stash and not in it.

    The empty commit is then taken back.
    """
    asked = ("HEAD", "HEAD^1", "HEAD^2", "HEAD^{tree}", "HEAD^1^{tree}", "refs/stash^1")
    stdin = "".join(f"{revision}\n" for revision in (*asked, "refs/stash"))
    told = git_output(worktree, "cat-file", "--batch-check=%(objectname)", stdin=stdin)
    commit, before, second, tree, tree_before, stashed_at, stash = told.splitlines()
    is_empty = tree == tree_before and second.endswith(_MISSING)
    if is_empty and stashed_at == before:
        git_output(
            worktree, "update-ref", "-m", "orchestra: an empty commit", "HEAD", before, commit
        )
        git = f"git -C {shlex.quote(str(worktree))}"
        raise Refused(
            f"{worktree} could not be committed: a hook of the repository put its work into git's "
            f"stash and left it there; fix the hook, bring the work back ({git} stash apply "
            f"{stash[:12]}), and call again"
        )
    return commit


def _commit(worktree: Path, message: str, trailers: Sequence[str]) -> GitResult:
    named = [part for trailer in trailers for part in ("--trailer", trailer)]
    return run_programs(
        worktree, "-c", "i18n.commitEncoding=UTF-8",
        "commit", "--quiet", "--cleanup=whitespace", *named, "--file=-",
        waits_for=f"git commit in chamber {worktree.name!r} (its hooks or its signing)",
        stdin=message, env={**ceiling_env(worktree), **locale_env()},
    )  # fmt: skip


def _has_message_rule(worktree: Path) -> bool:
    """Tell whether the repository has a commit-msg hook."""
    asked = run_git(worktree, "rev-parse", "--git-path", "hooks/commit-msg")
    return os.access(worktree / asked.out.strip(), os.X_OK)


def _cure(ran: GitResult) -> str:
    """Return what to do if signing failed, or a hook misses a file that no commit has."""
    if _UNSIGNED in ran.err:
        return (
            "; unlock the key (sign something with it in a terminal), or turn signing off for this "
            "repository: git config commit.gpgSign false"
        )
    if not _LACKS.search(ran.err + ran.out):
        return ""
    return (
        "; if it lacks files that no commit holds (node_modules, say), name them in a "
        ".worktreeinclude at the top of the repository, and put them into this chamber by hand"
    )


def require_no_conflict(worktree: Path, standing: WorktreeStatus) -> None:
    """Raise Refused, with the files, while a merge in the working tree is unresolved."""
    if standing.unmerged:
        raise Refused(
            f"{worktree} has unresolved conflicts in {first_names(sorted(standing.unmerged))}; "
            "resolve them there and 'git add' them, then try again"
        )


def first_names(files: Sequence[str]) -> str:
    """Return the first few names and the number of others."""
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return ", ".join(files[:_SHOWN]) + more


def _has_anything_to_commit(worktree: Path) -> bool:
    compared = ("diff-index", "--cached", "--quiet", "HEAD", "--")
    return bool(run_git(worktree, *compared, env=ceiling_env(worktree)).status) or _is_merging(
        worktree
    )


def _is_merging(worktree: Path) -> bool:
    """Tell whether a merge waits to be committed, which counts as work even without changes."""
    return (git_directory(worktree) / "MERGE_HEAD").exists()


def _failure_words(result: GitResult) -> str:
    """Return what the hook, the signing program or git said: a hook may print on either output."""
    return GitResult(result.status, "", result.err if result.err.strip() else result.out).failure


@contextmanager
def _index_restored_on_failure(worktree: Path) -> Generator[None]:
    """Restore the index when the commit is refused; its copy lies beside it.

    So putting it back is a rename, for which a full disk has room.
    """
    index = git_directory(worktree) / "index"
    index_copy = index.with_name("index.orchestra")
    try:
        if index.exists():
            shutil.copy2(index, index_copy)
        yield
    except (Refused, GitFailed):
        if index_copy.exists():
            index_copy.replace(index)
        raise
    finally:
        index_copy.unlink(missing_ok=True)
