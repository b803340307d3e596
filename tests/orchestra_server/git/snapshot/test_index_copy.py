from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.repository.worktree_status import git_directory
from orchestra_server.git.snapshot.ignored_files_to_save import ignored_files_except
from orchestra_server.git.snapshot.index_copy import (
    copied_index,
    empty_index,
    read_staged,
    read_state,
    split_nul,
)
from tests.support.git.chambers import workshop
from tests.support.git.repositories import TestRepository


@pytest.fixture
def chamber(tmp_path: Path) -> TestRepository:
    [chamber] = workshop(tmp_path / "shop").open("auth")
    return chamber


def test_a_nul_separated_list_is_split() -> None:
    assert split_nul("a\0b c\0") == ["a", "b c"]
    assert split_nul("") == []


def test_changes_to_a_copied_index_do_not_reach_the_real_one(chamber: TestRepository) -> None:
    chamber.write("new", "new\n")
    with copied_index(chamber.path) as copy:
        copy.git("add", "--all")
        assert copy.git("diff", "--cached", "--name-only") == "new\n"
    assert chamber.status == "?? new"


def test_untracked_files_are_listed_without_our_own(chamber: TestRepository) -> None:
    chamber.write("new", "new\n")
    chamber.write(".claude/WORKER_CONTEXT.json", "{}")
    with copied_index(chamber.path) as copy:
        assert copy.untracked() == ["new"]


def test_ignored_files_are_listed_except_those_that_a_pattern_skips(
    chamber: TestRepository,
) -> None:
    chamber.commit("rules", {".gitignore": "*.log\n*.tmp\n"})
    for name in ("a.log", "b.tmp"):
        chamber.write(name)
    with copied_index(chamber.path) as copy:
        assert copy.ignored([]) == ["a.log", "b.tmp"]
        assert copy.ignored(["*.tmp"]) == ["a.log"]


def test_an_empty_index_has_no_files(chamber: TestRepository) -> None:
    with empty_index(chamber.path) as index:
        assert index.git("ls-files") == ""


def test_a_clean_chamber_has_one_tree(chamber: TestRepository) -> None:
    state = read_state(chamber.path)
    assert state.clean
    assert state.head == chamber.head
    assert state.branch.endswith("/auth")


def test_a_state_tells_staged_from_unstaged_changes(chamber: TestRepository) -> None:
    chamber.write("README", "staged\n")
    chamber.git("add", "README")
    chamber.write("README", "changed\n")
    state = read_state(chamber.path)
    assert not state.clean
    assert chamber.git("show", f"{state.index_tree}:README") == "staged"
    assert chamber.git("show", f"{state.work_tree}:README") == "changed"


def test_ignored_files_are_part_of_the_state_only_if_asked_for(chamber: TestRepository) -> None:
    chamber.commit("rules", {".gitignore": "*.log\n"})
    chamber.write("a.log", "log\n")
    assert read_state(chamber.path).clean
    state = read_state(chamber.path, ignored=ignored_files_except([]))
    assert chamber.git("show", f"{state.work_tree}:a.log") == "log"


def test_unmerged_entries_are_kept_by_stage(chamber: TestRepository) -> None:
    base = chamber.head
    ours = chamber.commit("ours", {"README": "ours\n"})
    chamber.git("switch", "--quiet", "--detach", base)
    chamber.commit("theirs", {"README": "theirs\n"})
    with pytest.raises(AssertionError):
        chamber.git("merge", ours)
    stages = read_state(chamber.path).stages
    assert [stage.split("\t")[0][-1] for stage in stages] == ["1", "2", "3"]


def test_a_repository_inside_the_worktree_is_refused(chamber: TestRepository) -> None:
    chamber.git("init", "--quiet", "inner")
    chamber.write("inner/file")
    with pytest.raises(Refused, match="inner"):
        read_state(chamber.path)


def test_the_staged_work_of_a_deleted_directory_is_read_from_its_index(
    chamber: TestRepository, tmp_path: Path
) -> None:
    chamber.write("new", "new\n")
    chamber.git("add", "new")
    admin, head = git_directory(chamber.path), chamber.head
    state = read_staged(tmp_path / "shop", head, "b", admin)
    assert chamber.git("show", f"{state.work_tree}:new") == "new"
    (admin / "index").unlink()
    assert read_staged(tmp_path / "shop", head, "b", admin).clean
