"""What git answers about merges, read whatever stands in it."""

from pathlib import Path

from orchestra_server.git.merge.merge_tree import merge_trees, parse_merges
from tests.support.git.chambers import workshop
from tests.support.git.repositories import TestRepository


def pointing(repository: TestRepository, branch: str, number: int) -> None:
    """Make a branch in which a submodule `sub` points to a commit of this number."""
    repository.git("switch", "--quiet", "-c", branch, "main")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{number:040d},sub")
    repository.git("commit", "--quiet", "-m", branch)


def test_a_conflicting_submodule_is_named_although_git_prints_advice(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    for number, branch in enumerate(("one", "two"), 1):
        pointing(shop.main, branch, number)
    assert merge_trees(shop.repo, "one", "two").kinds.keys() == {"sub"}
    asked = shop.repo.run(
        "merge-tree", "--write-tree", "--stdin", "-z", stdin="one two\nmain one\n"
    )
    both = list(parse_merges(asked.out))
    assert [set(side.kinds) for side in both] == [{"sub"}, set()]


def test_a_file_where_the_other_side_has_a_directory_conflicts_under_its_own_name(
    tmp_path: Path,
) -> None:
    shop = workshop(tmp_path / "repo")
    for branch, file in (("one", "name"), ("two", "name/below")):
        shop.main.git("switch", "--quiet", "-c", branch, "main")
        shop.main.commit(branch, {file: f"{branch}\n"})
    tips = (shop.main.git("rev-parse", "one"), shop.main.git("rev-parse", "two"))
    assert merge_trees(shop.repo, *tips).kinds == {"name": "file/directory"}
