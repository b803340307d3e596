"""What a chamber needs beside its commit is found by the patterns people know."""

from pathlib import Path

from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.worktrees.include_files import included_files, tracked_among
from tests.support.git.repositories import small_repository


def test_only_ignored_files_that_match_a_pattern_are_copied(tmp_path: Path) -> None:
    repository = small_repository(tmp_path / "shop")
    repository.commit(
        "rules", {".gitignore": ".env*\n/cache/\n", ".worktreeinclude": ".env*\n*.txt\n"}
    )
    for name in (".env", "sub dir/.env.local", "cache/large", "draft.txt", ".env.ä"):
        repository.write(name, "x")
    repository.git("worktree", "add", "--quiet", ".claude/worktrees/other")
    repository.at(repository.path / ".claude/worktrees/other").write(".env", "theirs")
    included = included_files(open_repository(repository.path))
    assert sorted(included) == [".env", ".env.ä", "sub dir/.env.local"]


def test_without_patterns_nothing_is_copied(tmp_path: Path) -> None:
    repository = small_repository(tmp_path / "shop")
    assert included_files(open_repository(repository.path)) == ()


def test_the_tracked_paths_of_a_commit_are_returned(tmp_path: Path) -> None:
    repository = small_repository(tmp_path / "shop")
    repository.commit("own", {".claude/settings.local.json": "{}"})
    repo = open_repository(repository.path)
    paths = [Path(".claude/settings.local.json"), Path(".claude/WORKER_CONTEXT.json")]
    assert tracked_among(repo, repository.head, paths) == {".claude/settings.local.json"}
