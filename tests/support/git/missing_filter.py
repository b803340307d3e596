"""A repository with a filter that git cannot do without, and that goes missing."""

from pathlib import Path

from orchestra_server.git.saves.recreate_worktree import WorktreeToRecreate, recreate_worktree
from orchestra_server.git.snapshot.ignored_files_to_save import NO_IGNORED_FILES
from tests.support.git.chambers import Workshop, saved_ref, workshop
from tests.support.git.repositories import TestRepository, small_repository

MISSING = "no-such-program"


def filtered_workshop(path: Path) -> Workshop:
    """Make a repository in which git stores each `*.up` in capitals, and cannot do without."""
    main = small_repository(path, {"README": "hello\n"})
    main.git("config", "filter.up.required", "true")
    filter_with(main, "tr a-z A-Z", "tr A-Z a-z")
    main.commit("rules", {".gitattributes": "*.up filter=up\n", "old.up": "old\n"})
    return workshop(main)


def filter_with(main: TestRepository, clean: str, smudge: str) -> None:
    main.git("config", "filter.up.clean", clean)
    main.git("config", "filter.up.smudge", smudge)


def lose_filter(shop: Workshop) -> None:
    filter_with(shop.main, MISSING, MISSING)


def find_filter(shop: Workshop) -> None:
    filter_with(shop.main, "tr a-z A-Z", "tr A-Z a-z")


def worked_in(shop: Workshop) -> TestRepository:
    """Open a chamber with files of the filter: one changed, one staged, one new."""
    [chamber] = shop.open("auth")
    chamber.write("staged.up", "staged\n")
    chamber.git("add", "staged.up")
    chamber.write("old.up", "new\n")
    chamber.write("new.up", "untracked\n")
    chamber.write("two\nlines.up", "odd\n")
    chamber.write("new.py", "code\n")
    return chamber


def recreate(shop: Workshop, chamber: TestRepository) -> None:
    branch = f"orchestra/t-1/{chamber.path.name}"
    recreate_worktree(
        shop.repo,
        WorktreeToRecreate(
            saved_ref(chamber), chamber.path, branch, chamber.path.name, "test", NO_IGNORED_FILES
        ),
    )


def contents(chamber: TestRepository) -> list[str]:
    return [chamber.read(f"{name}.up") for name in ("staged", "old", "new")]
