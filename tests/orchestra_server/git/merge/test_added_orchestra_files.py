from pathlib import Path

import pytest

from orchestra_server.git.merge.added_orchestra_files import added_orchestra_files
from tests.support.git.chambers import Workshop, workshop

OWN = ".claude/WORKER_CONTEXT.json"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


def test_files_of_the_project_are_not_listed(shop: Workshop) -> None:
    old = shop.main.head
    assert added_orchestra_files(shop.repo, old, [shop.main.commit("more", {"b": "b"})]) == ()


def test_one_of_our_files_is_listed_even_if_a_later_commit_removes_it(shop: Workshop) -> None:
    old = shop.main.head
    shop.main.write(OWN, "{}")
    shop.main.git("add", "--force", OWN)
    forced = shop.main.commit("forced")
    shop.main.git("rm", "--quiet", "--cached", OWN)
    removed = shop.main.commit("removed")
    assert added_orchestra_files(shop.repo, old, [forced]) == (OWN,)
    assert added_orchestra_files(shop.repo, old, [removed]) == (OWN,)


def test_a_file_that_the_target_branch_has_already_is_not_listed(shop: Workshop) -> None:
    shop.main.write(OWN, "{}")
    shop.main.git("add", "--force", OWN)
    old = shop.main.commit("tracked")
    shop.main.write(OWN, '{"a": 1}')
    shop.main.git("add", "--force", OWN)
    assert added_orchestra_files(shop.repo, old, [shop.main.commit("changed")]) == ()


def test_signatures_that_a_person_wants_to_see_are_not_taken_for_files(
    shop: Workshop, tmp_path: Path
) -> None:
    shop.main.sign_commits(tmp_path / "gpg")
    shop.main.git("config", "log.showSignature", "true")
    [chamber] = shop.open("auth")
    old = shop.main.head
    assert added_orchestra_files(shop.repo, old, [chamber.commit("work", {"auth.py": "1\n"})]) == ()
    chamber.write(OWN, "{}")
    chamber.git("add", "--force", OWN)
    chamber.git("commit", "--quiet", "-m", "ours")
    assert added_orchestra_files(shop.repo, old, [chamber.head]) == (OWN,)


def test_a_file_of_a_shared_name_counts_when_our_part_is_in_it(shop: Workshop) -> None:
    old = shop.main.head
    theirs = shop.main.commit("theirs", {".mcp.json": "{}\n", ".gemini/settings.json": "{}\n"})
    assert added_orchestra_files(shop.repo, old, [theirs]) == ()
    ours = '{"mcpServers": {"orchestration": {"args": [".claude/tools/orchestration.py"]}}}\n'
    shop.main.git("reset", "--quiet", "--hard", old)
    forced = shop.main.commit("forced", {".mcp.json": ours, ".gemini/settings.json": "{}\n"})
    assert added_orchestra_files(shop.repo, old, [forced]) == (".mcp.json",)
