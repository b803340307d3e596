"""Repairs worktrees that were moved, unlinked, unlisted or unlocked; no file is touched."""

from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save import find_admin_directory

_TEMPORARY = ".orchestra-relink"


def relink_worktree(repo: Repository, path: Path) -> bool:
    """Make git's record and the worktree at `path` point at each other; False without a record.

    Not by `git worktree repair`: in a copy of a repository that takes the original's worktrees.
    """
    admin = find_admin_directory(repo, path) or _admin_directory_named_by(repo, path)
    if admin is None:
        return False
    with repo.locked():
        _link(admin, path)
    return True


def relink_moved_worktrees(repo: Repository, old_top: Path) -> None:
    """Link each worktree that stood below `old_top` and moved from there with the repository."""
    with repo.locked():
        for pointer in repo.common_dir.glob("worktrees/*/gitdir"):
            text = pointer.read_text(encoding="utf-8", errors="surrogateescape")
            was = Path(text.removesuffix("\n")).parent
            if was.is_relative_to(old_top):
                place = repo.top / was.relative_to(old_top)
                if (place / ".git").is_file():
                    _link(pointer.parent, place)


def lock_worktree(repo: Repository, path: Path, reason: str) -> None:
    """Lock a worktree again, so that no other tool's clean-up takes it."""
    with repo.locked():
        repo.git("worktree", "lock", "--reason", reason, str(path))


def register_worktree_again(repo: Repository, path: Path, branch: str, reason: str) -> None:
    """Make a directory that git has forgotten a worktree on `branch` again.

    Its files stay as they are, and what differs from the branch shows as changed. What was staged
    is staged no more. Raises Refused when the directory belongs to another repository by now.
    """
    if (path / ".git").is_dir():
        raise Refused(f"{path} is a repository of its own by now; move it aside")
    passing = path.with_name(f"{_TEMPORARY}-{path.name}")
    with repo.locked():
        # Made beside it and then moved over: git adds no worktree where there are files.
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
    """Return the record that a worktree's `.git` names, looked for where the repository is now."""
    try:
        text = (path / ".git").read_text(encoding="utf-8")
    except OSError:
        return None
    named = Path(text.removeprefix("gitdir:").strip())
    admin = repo.common_dir / "worktrees" / named.name
    moved = not named.exists() or named.resolve() == admin
    return admin if moved and (admin / "gitdir").is_file() else None


def _link(admin: Path, path: Path) -> None:
    """Write the two files by which they know each other (gitrepository-layout(5))."""
    for place, text in (
        (admin / "gitdir", f"{path}/.git\n"),
        (path / ".git", f"gitdir: {admin}\n"),
    ):
        passing = place.with_name(f"{place.name}{_TEMPORARY}")
        passing.write_text(text, encoding="utf-8")
        passing.replace(place)
