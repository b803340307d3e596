"""Snapshots are merged where they are, and the same work gives the same commit."""

from pathlib import Path

from orchestra_server.git.gates.merge_snapshots import merge_snapshots
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.repositories import small_repository


def test_all_or_nothing_is_merged_and_always_as_the_same_commit(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop", {"a.txt": "1\n"})
    base, sides = shop.head, list[str]()
    for files in ({"b.txt": "b\n"}, {"c.txt": "c\n"}, {"b.txt": "other\n"}):
        shop.git("checkout", "--quiet", "--detach", base)
        sides.append(shop.commit("work", files))
    repo = open_repository(shop.path)
    merged = merge_snapshots(repo, base, sides[:2], {}, {})
    listed = shop.git("ls-tree", "--name-only", merged).split()
    assert {"a.txt", "b.txt", "c.txt"} <= set(listed)
    assert merge_snapshots(repo, base, sides[:2], {}, {}) == merged
    merges = dict[tuple[str, ...], str]()
    assert merge_snapshots(repo, base, sides, {}, merges) == ""
    assert merges == {(base, *sides): ""}
    assert merge_snapshots(repo, base, sides, {}, merges) == ""
    assert merge_snapshots(repo, base, [], {}, {}) == base
