"""Makes chambers as the product does, for tests of their later life."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.saves.remove_saved_worktree import delete_branch, remove_worktree
from orchestra_server.git.saves.restore import require_save, restore_work
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.worktrees.add_and_list import WorktreePlan, add_worktrees
from tests.support.git.repositories import TestRepository, small_repository

TASK = "t-1"


@dataclass(frozen=True)
class Workshop:
    """A main checkout with chambers by name."""

    main: TestRepository
    repo: Repository

    def open(self, *names: str, commit: str = "") -> list[TestRepository]:
        plans = [
            WorktreePlan(
                name=name,
                path=self.repo.top / ".claude" / "worktrees" / name,
                branch=f"orchestra/{TASK}/{name}",
                commit=commit or self.main.head,
                reason=f"Orchestra chamber of task {TASK}",
            )
            for name in names
        ]
        notes = add_worktrees(self.repo, plans)
        assert notes == ()
        return [TestRepository(plan.path) for plan in plans]


def close(shop: Workshop, chamber: TestRepository, at: int = 1) -> str:
    """Save a chamber, remove it with its branch, and return the ref of its save."""
    ref, branch = saved_ref(chamber, at), f"orchestra/{TASK}/{chamber.path.name}"
    saved = save_work(shop.repo, chamber.path, ref, "saved", own_branch=branch)
    assert saved is not None
    remove_worktree(shop.repo, chamber.path)
    assert delete_branch(shop.repo, branch, saved.tip)
    return ref


def close_and_restore(shop: Workshop, chamber: TestRepository) -> TestRepository:
    """Close a chamber, and restore it in the same place."""
    ref = close(shop, chamber)
    shop.main.git("reflog", "expire", "--expire=now", "--all")
    shop.main.git("gc", "--quiet", "--prune=now")  # so that unreferenced objects are deleted
    shop.open(chamber.path.name, commit=require_save(shop.repo, ref).tip)
    restore_work(shop.repo, ref, chamber.path)
    return chamber


def saved_ref(chamber: TestRepository, at: int = 1) -> str:
    return f"refs/orchestra/saved/{TASK}/{chamber.path.name}/{at}"


def workshop(main: TestRepository | Path) -> Workshop:
    """Open a workshop on a repository, or on a small new one at a path."""
    made = small_repository(main) if isinstance(main, Path) else main
    repo = open_repository(made.path)
    exclude = repo.common_dir / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("/.claude/\n")
    return Workshop(made, repo)


def finished(shop: Workshop, files: dict[str, str], remove: str = "") -> tuple[str, str]:
    """Return the main branch's commit and a commit on top of it, as a merge would leave them."""
    old = shop.main.head
    [chamber] = shop.open("auth")
    if remove:
        chamber.git("rm", "--quiet", remove)
    return old, chamber.commit("work", files)


def workshop_to_land_in(path: Path) -> Workshop:
    """Return a workshop whose main checkout has files to change, to remove and to ignore."""
    files = {"README": "hello\n", "src/app.py": "one\n", "old": "old\n", ".gitignore": ".env\n"}
    return workshop(small_repository(path, files))
