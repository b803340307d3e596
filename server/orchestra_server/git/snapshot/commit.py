"""A chamber's open work becomes a commit the way its person would make it."""

import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.identity import require_identity
from orchestra_server.git.process.run import GitFailed, Ran, as_person, git_in, only_here, run_git
from orchestra_server.git.repository.worktree_status import (
    Standing,
    git_directory,
    require_no_repository,
    standing_of,
)

_SHOWN = 5  # file names in one line


def commit_open_work(
    worktree: Path,
    message: str,
    trailers: Sequence[str] = (),
    standing: Standing | None = None,
) -> str | None:
    """Commit all that is open, untracked files too; return the commit, None if there is nothing.

    `trailers` are whole lines such as `Orchestra-Task: add-login-1f2e`; `standing` is what was just
    found there. The person's identity, signing and hooks apply. Raises Refused with the hook's own
    words when one refuses, the index being then as it was.
    """
    found = standing or standing_of(worktree)
    require_no_conflict(worktree, found)
    require_no_repository(worktree, found.untracked)
    if found.clean and not _is_merging(worktree):
        return None
    with _index_put_back(worktree):
        git_in(worktree, "add", "--all", "--sparse")
        if not _anything(worktree):
            return None
        require_identity(worktree)
        named = [part for trailer in trailers for part in ("--trailer", trailer)]
        ran = run_git(
            worktree, "-c", "i18n.commitEncoding=UTF-8",
            "commit", "--quiet", "--cleanup=whitespace", *named, "--file=-",
            feed=message, env={**only_here(worktree), **as_person()},
        )  # fmt: skip
        if ran.status:
            raise Refused(f"{worktree} could not be committed: {_why(ran)}")
    return git_in(worktree, "rev-parse", "HEAD").strip()


def require_no_conflict(worktree: Path, standing: Standing) -> None:
    """Raise Refused, with the files, while a merge in the working tree is unresolved."""
    if standing.unmerged:
        raise Refused(
            f"{worktree} has unresolved conflicts in {shown(sorted(standing.unmerged))}; "
            "resolve them there and 'git add' them, then try again"
        )


def shown(files: Sequence[str]) -> str:
    """Return the first few names and how many more there are."""
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return ", ".join(files[:_SHOWN]) + more


def _anything(worktree: Path) -> bool:
    staged = run_git(worktree, "diff", "--cached", "--quiet", env=only_here(worktree)).status
    return bool(staged) or _is_merging(worktree)


def _is_merging(worktree: Path) -> bool:
    """Tell whether a merge waits for its commit: it may bring nothing and is work all the same."""
    return (git_directory(worktree) / "MERGE_HEAD").exists()


def _why(ran: Ran) -> str:
    """Return what the hook, the signing program or git said: a hook may print on either output."""
    return Ran(ran.status, "", ran.err if ran.err.strip() else ran.out).words


@contextmanager
def _index_put_back(worktree: Path) -> Generator[None]:
    """Put the index back as it was when committing is refused: nothing half done."""
    index = git_directory(worktree) / "index"
    with tempfile.TemporaryDirectory(prefix="orchestra-index-") as scratch:
        kept = Path(scratch) / "index"
        if index.exists():
            shutil.copy2(index, kept)
        try:
            yield
        except (Refused, GitFailed):
            if kept.exists():
                shutil.copy2(kept, index.with_name("index.orchestra"))
                index.with_name("index.orchestra").replace(index)
            raise
