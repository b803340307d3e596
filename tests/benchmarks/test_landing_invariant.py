"""The landing row fails where a landing broke its invariant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.projects.landing_invariant import (
    BrokenLandingError,
    ExpectedLanding,
    require_landed,
)
from tests.support.git.repositories import TestRepository, small_repository

Break = Callable[[TestRepository], object]
BROKEN: dict[str, tuple[Break, str]] = {
    "a branch elsewhere": (lambda main: main.git("reset", "--quiet", "--hard", "HEAD~"), "main is"),
    "a detached HEAD": (lambda main: main.git("checkout", "--quiet", "--detach"), "not on main"),
    "a stale checkout": (lambda main: (main.path / "auth.py").unlink(), "the checkout differs"),
    "a file left behind": (lambda main: main.write("left.txt"), "the checkout differs"),
    "a foreign commit": (lambda main: main.commit("foreign", {"x": "x"}), "1 are foreign"),
    "a commit of ours": (
        lambda main: main.commit("ours", {".claude/WORKER_CONTEXT.json": "{}"}),
        "1 are foreign",
    ),
    "an empty merge": (
        lambda main: main.git(
            "reset", "--quiet", "--hard",
            main.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-p", "HEAD~", "-m", "x"),
        ),
        "merged by 3 commits",
    ),
    "a merge that adds a file": (
        lambda main: (
            main.write("more.txt"),
            main.git("add", "more.txt"),
            main.git("commit", "--quiet", "--amend", "--no-edit"),
        ),
        "other files have changed",
    ),
    "a chamber that was left out": (
        lambda main: main.git("reset", "--quiet", "--hard", "HEAD~"),
        "1 commits are missing",
    ),
    "a squashed chamber": (
        lambda main: main.git(
            "reset", "--quiet", "--hard",
            main.git("commit-tree", "HEAD^{tree}", "-p", "HEAD~2", "-m", "squashed"),
        ),
        "2 commits are missing, 1 are foreign",
    ),
}  # fmt: skip


def landed(path: Path) -> tuple[TestRepository, ExpectedLanding]:
    main = small_repository(path / "shop")
    before, files = main.head, dict[str, dict[str, str]]()
    for name in ("api", "auth"):
        main.git("checkout", "--quiet", "-b", name, before)
        added = {f"{name}.py": f"{name}\n"}
        files[main.commit(name, added)] = added
        main.git("checkout", "--quiet", "main")
    for name in ("api", "auth"):
        main.git("merge", "--quiet", "--no-ff", "--no-edit", name)
    return main, ExpectedLanding(before, files)


def test_a_landing_of_the_chambers_own_commits_is_whole(tmp_path: Path) -> None:
    main, expected = landed(tmp_path)
    require_landed(main, expected, main.head)


@pytest.mark.parametrize(("change", "named"), BROKEN.values(), ids=BROKEN)
def test_a_broken_landing_is_named(tmp_path: Path, change: Break, named: str) -> None:
    main, expected = landed(tmp_path)
    answered = main.head
    change(main)
    with pytest.raises(BrokenLandingError, match=named):
        require_landed(main, expected, answered if named == "main is" else main.head)


def test_a_changed_content_is_named(tmp_path: Path) -> None:
    main, expected = landed(tmp_path)
    other = {commit: dict.fromkeys(added, "other\n") for commit, added in expected.files.items()}
    with pytest.raises(BrokenLandingError, match="another content"):
        require_landed(main, ExpectedLanding(expected.before, other), main.head)
