"""Repairs worktrees that were moved, unlinked, unlisted or unlocked; no file is touched."""

from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save import find_admin_directory

_TEMPORARY = ".orchestra-relink"


def relink_worktree(repo: Repository, path: Path) -> bool:
    """Make git's record and the worktree at `path` refer to each other; False without a record.

    `git worktree repair` would take over the original's worktrees in a copy of a repository.
    """
    admin = find_admin_directory(repo, path) or _admin_directory_named_by(repo, path)
    if admin is None:
        return False
    with repo.locked():
        _link(admin, path)
    return True


def relink_moved_worktrees(repo: Repository, old_top: Path) -> None:
    """Relink each worktree below `old_top` that moved with the repository."""
    with repo.locked():
        for pointer in repo.common_dir.glob("worktrees/*/gitdir"):
            text = pointer.read_text(encoding="utf-8", errors="surrogateescape")
            was = Path(text.removesuffix("\n")).parent
            if was.is_relative_to(old_top):
                place = repo.top / was.relative_to(old_top)
                if (place / ".git").is_file():
                    _link(pointer.parent, place)


def lock_worktree(repo: Repository, path: Path, reason: str) -> None:
    """Lock a worktree again, so that no cleanup of another tool removes it."""
    with repo.locked():
        repo.git("worktree", "lock", "--reason", reason, str(path))


def register_worktree_again(repo: Repository, path: Path, branch: str, reason: str) -> None:
    """Register a directory that git has forgotten as a worktree on `branch` again.

    Its files stay as they are; differences from the branch show as unstaged changes. Raises
    Refused when the directory belongs to another repository by now.
    """
    if (path / ".git").is_dir():
        raise Refused(f"{path} is a repository of its own by now; move it aside")
    passing = path.with_name(f"{_TEMPORARY}-{path.name}")
    with repo.locked():
        # Added beside it and then moved over: git adds no worktree where files exist.
        repo.git(
            "worktree", "add", "--quiet", "--no-checkout", "--force", "--lock",
            "--reason", reason, "--", str(passing), branch,
        )  # fmt: skip
        admin = find_admin_directory(repo, passing)
        if admin is not None:
            _link(admin, path)
        (passing / ".git").unlink()
        passing.rmdir()
    git_output(path, "reset", "--quiet")


def _admin_directory_named_by(repo: Repository, path: Path) -> Path | None:
    """Return the record that a worktree's `.git` file names, in the repository's present place."""
    try:
        text = (path / ".git").read_text(encoding="utf-8")
    except OSError:
        return None
    named = Path(text.removeprefix("gitdir:").strip())
    admin = repo.common_dir / "worktrees" / named.name
    moved = not named.exists() or named.resolve() == admin
    return admin if moved and (admin / "gitdir").is_file() else None


def _link(admin: Path, path: Path) -> None:
    """Write the two files that refer to each other (gitrepository-layout(5))."""
    for place, text in (
        (admin / "gitdir", f"{path}/.git\n"),
        (path / ".git", f"gitdir: {admin}\n"),
    ):
        passing = place.with_name(f"{place.name}{_TEMPORARY}")
        passing.write_text(text, encoding="utf-8")
        passing.replace(place)
