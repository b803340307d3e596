"""What a gate judges of a commit."""

from pathlib import Path

from orchestra_server.git.gates.gate_subject import content_of, tree_of
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.repositories import small_repository


def test_a_gate_with_paths_judges_their_content_alone(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop")
    first = shop.commit("one", {"server/a.py": "1\n", "web/b.js": "1\n"})
    second = shop.commit("two", {"web/b.js": "2\n"})
    third = shop.commit("three", {"server/a.py": "3\n"})
    repo = open_repository(shop.path)
    server = [content_of(repo, commit, ["server"]) for commit in (first, second, third)]
    assert server[0] == server[1] != server[2]
    assert len({tree_of(repo, commit) for commit in (first, second, third)}) == 3
    assert content_of(repo, first, ["server", "*"]) == server[0]
