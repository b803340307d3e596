"""What of a chamber is saved, and when it need not be."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.saves.remove_saved_worktree import remove_worktree
from orchestra_server.git.saves.save import find_admin_directory, save_work
from tests.support.git.chambers import saved_ref, workshop
from tests.support.git.repositories import TestRepository, run_git


def index(chamber: TestRepository) -> str:
    return chamber.git("ls-files", "--stage", "--full-name", "-z")


def test_saving_changes_nothing_in_the_chamber(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    chamber.git("add", "new")
    chamber.write("newer", "y")
    index_file = shop.repo.common_dir / "worktrees" / "auth" / "index"
    before = index_file.read_bytes()
    save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    assert index_file.read_bytes() == before
    assert chamber.git("stash", "list") == ""


def test_a_clean_chamber_without_commits_is_not_saved(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    assert save_work(shop.repo, chamber.path, saved_ref(chamber), "saved") is None
    assert shop.main.git("for-each-ref", "refs/orchestra") == ""


def test_commits_that_are_not_merged_are_saved(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    commit = chamber.commit("work", {"new": "x"})
    saved = save_work(shop.repo, chamber.path, saved_ref(chamber), "saved", "main")
    assert saved is not None
    assert (saved.head, saved.branch) == (commit, "orchestra/t-1/auth")
    assert shop.main.git("show", f"{saved_ref(chamber)}:new") == "x"


@pytest.mark.parametrize("way", ["merge", "squash", "rebase", "squash then changed again"])
def test_work_that_was_merged_in_any_way_is_not_saved(tmp_path: Path, way: str) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.commit("one", {"new": "1\n"})
    chamber.commit("two", {"new": "1\n2\n"})
    main = shop.main
    main.commit("meanwhile", {"other": "x"})
    if way == "merge":
        main.git("merge", "--quiet", "-m", "merge", "orchestra/t-1/auth")
    elif way == "rebase":
        main.git("cherry-pick", "HEAD..orchestra/t-1/auth")
    else:
        main.git("merge", "--quiet", "--squash", "orchestra/t-1/auth")
        main.commit("squashed")
    if way == "squash then changed again":
        main.commit("changed", {"new": "1\n2\nthree\n"})
        main.commit("and back again", {"new": "quite different\n"})
    assert save_work(shop.repo, chamber.path, saved_ref(chamber), "saved", "main") is None


def test_commits_that_revert_each_other_are_saved_too(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.commit("tried", {"idea": "x"})
    chamber.git("rm", "--quiet", "idea")
    chamber.commit("given up")
    saved = save_work(shop.repo, chamber.path, saved_ref(chamber), "saved", "main")
    assert saved is not None
    assert shop.main.git("show", f"{saved.head}^:idea") == "x"


def test_saving_the_same_state_again_gives_the_same_ref_and_commit(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    first = save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    assert first is not None
    assert save_work(shop.repo, chamber.path, saved_ref(chamber), "saved") == first


def test_a_ref_with_other_work_is_never_overwritten(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    first = save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    chamber.write("new", "y")
    with pytest.raises(Refused, match="holds other saved work already"):
        save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    assert first is not None
    assert shop.main.git("rev-parse", saved_ref(chamber)) == first.commit


def test_saving_needs_no_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{who}_NAME")
        monkeypatch.delenv(f"GIT_{who}_EMAIL")
    shop.main.git("config", "user.useConfigOnly", "true")
    saved = save_work(shop.repo, chamber.path, saved_ref(chamber), "what it was")
    assert saved is not None
    assert shop.main.git("log", "-1", "--format=%an %s", saved.commit) == "Orchestra what it was"


def test_a_repository_inside_a_chamber_is_refused_and_named(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    (chamber.path / "nested").mkdir()
    run_git(chamber.path / "nested", "init", "--quiet")
    with pytest.raises(Refused, match=r"auth/nested is a git repository of its own"):
        save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    with pytest.raises(Refused, match=r"auth/nested is a git repository of its own"):
        remove_worktree(shop.repo, chamber.path)


def test_gits_directory_for_a_worktree_is_found_among_others_by_its_path(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    chambers = shop.open("middle", "alpha", "zulu", "beta", "yankee")
    found = [find_admin_directory(shop.repo, chamber.path) for chamber in chambers]
    names = [admin.name for admin in found if admin is not None]
    assert names == ["middle", "alpha", "zulu", "beta", "yankee"]
    assert find_admin_directory(shop.repo, tmp_path) is None
