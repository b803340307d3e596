"""A branch and its checkout move on in one step, or not at all."""

from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, Refused
from orchestra_server.git.merge.fast_forward import blocked_files, land
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.chambers import Workshop, finished, workshop, workshop_to_land_in
from tests.support.git.repositories import (
    TestRepository,
    bare_with_worktree,
    run_git,
    small_repository,
)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop_to_land_in(tmp_path / "répo")


def test_the_checkout_and_its_branch_move_in_one_step(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n", "dir/added": "x"}, remove="old")
    land(shop.repo, shop.main.path, "main", old, new)
    main = shop.main
    assert (main.head, main.status) == (new, "")
    assert main.git("symbolic-ref", "--short", "HEAD") == "main"
    assert main.read("README") == "new\n"
    assert not (main.path / "old").exists()


def test_uncommitted_work_elsewhere_stays_as_it_is(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n"})
    main = shop.main
    main.write("src/app.py", "mine\n")
    main.write("staged", "s")
    main.git("add", "staged")
    main.write("notes", "n")
    before = main.status
    land(shop.repo, main.path, "main", old, new)
    assert main.status == before
    assert main.read("src/app.py") == "mine\n"
    assert main.git("stash", "list") == ""


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_work_that_git_was_told_not_to_see_is_named_and_nothing_moves(
    shop: Workshop, flag: str
) -> None:
    old, new = finished(shop, {"README": "new\n", "added": "x"})
    main = shop.main
    main.git("update-index", flag, "README")
    main.write("README", "mine")
    assert blocked_files(shop.repo, main.path, "main", old, new) == ("README",)
    with pytest.raises(Refused, match="uncommitted work in README, which the merge changes"):
        land(shop.repo, main.path, "main", old, new)
    assert (main.head, main.status, main.read("README")) == (old, "", "mine")


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_git_was_told_not_to_look_at_lands_where_it_is_as_committed(
    shop: Workshop, flag: str
) -> None:
    old, new = finished(shop, {"README": "new\n"})
    shop.main.git("update-index", flag, "src/app.py", "README")
    land(shop.repo, shop.main.path, "main", old, new)
    assert (shop.main.head, shop.main.read("README")) == (new, "new\n")


@pytest.mark.parametrize("mine", ["README", "added", "dir", "dir/deep", ".env", "old"])
def test_uncommitted_work_in_the_way_is_named_and_nothing_moves(shop: Workshop, mine: str) -> None:
    old, new = finished(shop, {"README": "new\n", "added": "x", "dir/deep/file": "y"}, remove="old")
    if mine == ".env":
        shop.main.git("worktree", "unlock", str(shop.repo.top / ".claude/worktrees/auth"))
        chamber = TestRepository(shop.repo.top / ".claude/worktrees/auth")
        chamber.write(".env", "theirs")
        chamber.git("add", "--force", ".env")
        new = chamber.commit("even this")
    main = shop.main
    main.write(mine, "mine")
    before = (main.head, main.status)
    with pytest.raises(Refused, match=rf"uncommitted work in {mine}, which the merge changes"):
        land(shop.repo, main.path, "main", old, new)
    assert (main.head, main.status) == before
    assert main.read(mine) == "mine"
    assert main.read("README") == ("mine" if mine == "README" else "hello\n")


def test_an_untracked_directory_at_the_path_of_a_new_file_is_named(shop: Workshop) -> None:
    old, new = finished(shop, {"added": "x"})
    shop.main.write("added/notes", "mine")
    with pytest.raises(Refused, match="uncommitted work in added/notes"):
        land(shop.repo, shop.main.path, "main", old, new)
    assert shop.main.read("added/notes") == "mine"


def test_a_change_of_a_file_into_a_directory_lands(shop: Workshop) -> None:
    old, new = finished(shop, {"old/inside": "x"}, remove="old")
    land(shop.repo, shop.main.path, "main", old, new)
    assert shop.main.read("old/inside") == "x"
    assert shop.main.status == ""


def test_staged_work_in_the_way_is_named(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n"})
    main = shop.main
    main.write("README", "mine")
    main.git("add", "README")
    main.write("README", "hello\n")
    before = main.git("ls-files", "-s")
    with pytest.raises(Refused, match="uncommitted work in README"):
        land(shop.repo, main.path, "main", old, new)
    assert main.git("ls-files", "-s") == before


def test_many_files_in_the_way_are_counted(shop: Workshop) -> None:
    old, new = finished(shop, {f"f{n}": "x" for n in range(8)})
    for n in range(8):
        shop.main.write(f"f{n}", "mine")
    with pytest.raises(Refused, match=r"f0, f1, f2, f3, f4 and 3 more, which"):
        land(shop.repo, shop.main.path, "main", old, new)


def test_a_branch_that_has_moved_meanwhile_is_refused(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n"})
    moved = shop.main.commit("meanwhile", {"other": "x"})
    with pytest.raises(Refused, match=rf"branch main moved to {moved[:12]} .*merge again"):
        land(shop.repo, shop.main.path, "main", old, new)
    assert shop.main.head == moved


def test_a_commit_that_changes_no_file_lands_beside_uncommitted_work(shop: Workshop) -> None:
    old, new = finished(shop, {})
    shop.main.write("README", "mine\n")
    assert blocked_files(shop.repo, shop.main.path, "main", old, new) == ()
    land(shop.repo, shop.main.path, "main", old, new)
    assert (shop.main.head, shop.main.status) == (new, " M README")


def test_a_commit_that_does_not_build_on_the_old_one_is_refused(shop: Workshop) -> None:
    _, new = finished(shop, {"README": "new\n"})
    moved = shop.main.commit("meanwhile", {"other": "x"})
    with pytest.raises(Refused, match=f"^{new[:12]} does not build on {moved[:12]};"):
        land(shop.repo, shop.main.path, "main", moved, new)


def test_a_branch_that_is_checked_out_nowhere_is_moved(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n"})
    main = shop.main
    main.git("switch", "--quiet", "-c", "elsewhere")
    main.write("README", "mine\n")
    land(shop.repo, main.path, "main", old, new)
    assert main.git("rev-parse", "main", "elsewhere").split() == [new, old]
    assert main.read("README") == "mine\n"
    with pytest.raises(Refused, match="moved to"):
        land(shop.repo, main.path, "main", old, new)


def test_a_branch_checked_out_in_another_worktree_is_moved_there(
    shop: Workshop, tmp_path: Path
) -> None:
    old, new = finished(shop, {"README": "new\n"})
    main = shop.main
    main.git("switch", "--quiet", "-c", "elsewhere")
    main.git("worktree", "add", "--quiet", str(tmp_path / "second"), "main")
    second = TestRepository(tmp_path / "second")
    land(shop.repo, main.path, "main", old, new)
    assert (second.head, second.status, second.read("README")) == (new, "", "new\n")
    assert (main.head, main.status) == (old, "")


def test_a_branch_that_is_being_rebased_is_not_moved(shop: Workshop) -> None:
    main = shop.main
    main.git("branch", "upstream")
    main.commit("mine", {"README": "mine\n"})
    main.git("switch", "--quiet", "upstream")
    main.commit("theirs", {"README": "theirs\n"})
    main.git("switch", "--quiet", "main")
    old, new = finished(shop, {"new": "x"})
    with pytest.raises(AssertionError):
        main.git("rebase", "--quiet", "upstream")
    with pytest.raises(Refused, match="branch main is being rebased"):
        land(shop.repo, main.path, "main", old, new)
    main.git("rebase", "--abort")
    land(shop.repo, main.path, "main", old, new)
    assert main.head == new


@pytest.mark.parametrize("name", ["aside", "topic"])
def test_the_rebase_of_another_branch_keeps_nothing_from_landing(
    shop: Workshop, tmp_path: Path, name: str
) -> None:
    main = shop.main
    old, new = finished(shop, {"new": "x"})
    main.git("worktree", "add", "--quiet", "-b", name, str(tmp_path / name))
    other = TestRepository(tmp_path / name)
    other.commit("other", {"README": "other\n"})
    main.git("branch", "upstream", new)
    with pytest.raises(AssertionError):
        other.git("rebase", "--quiet", "--exec", "false", "upstream")
    land(shop.repo, main.path, "main", old, new)
    assert main.head == new


def test_a_detached_head_is_moved(shop: Workshop) -> None:
    main = shop.main
    main.git("checkout", "--quiet", "--detach")
    old, new = finished(shop, {"README": "new\n"})
    land(shop.repo, main.path, "", old, new)
    assert (main.head, main.status) == (new, "")
    assert main.git("rev-parse", "main") == old
    main.git("switch", "--quiet", "main")
    with pytest.raises(Refused, match="is on a branch by now"):
        land(shop.repo, main.path, "", old, new)


def test_in_a_bare_clone_work_lands_in_the_worktree_of_the_branch(tmp_path: Path) -> None:
    bare, worktree = bare_with_worktree(tmp_path)
    shop = workshop(worktree)
    old, new = finished(shop, {"README": "new\n"})
    land(open_repository(bare.path), bare.path, "main", old, new)
    assert (worktree.head, worktree.status) == (new, "")


def test_landing_a_commit_again_changes_nothing(shop: Workshop) -> None:
    head = shop.main.head
    land(shop.repo, shop.main.path, "main", head, head)
    assert shop.main.head == head


def test_a_persons_merge_settings_neither_stash_nor_refuse(shop: Workshop) -> None:
    main = shop.main
    main.git("config", "merge.autostash", "true")
    main.git("config", "merge.ff", "false")
    old, new = finished(shop, {"README": "new\n"})
    main.write("src/app.py", "mine\n")
    land(shop.repo, main.path, "main", old, new)
    assert (main.head, main.git("stash", "list")) == (new, "")


@pytest.mark.parametrize("options", ["--squash", "--no-commit --no-ff", "--signoff --log"])
def test_merge_options_of_the_branch_do_not_keep_it_from_moving(
    shop: Workshop, options: str
) -> None:
    main = shop.main
    main.git("config", "branch.main.mergeOptions", options)
    old, new = finished(shop, {"README": "new\n"})
    land(shop.repo, main.path, "main", old, new)
    assert (main.head, main.status) == (new, "")


def test_a_landing_that_fails_while_writing_restores_the_checkout(
    shop: Workshop,
) -> None:
    old, new = finished(
        shop,
        {".gitattributes": "*.bin filter=broken\n", "README": "new\n", "a": "a", "z.bin": "z"},
        remove="old",
    )
    main = shop.main
    main.git("config", "filter.broken.smudge", "false")
    main.git("config", "filter.broken.clean", "cat")
    main.git("config", "filter.broken.required", "true")
    main.write("notes", "mine")
    told = r"could not take the merge, and is as it was: .*smudge filter broken failed"
    with pytest.raises(Refused, match=told):
        land(shop.repo, main.path, "main", old, new)
    assert (main.head, main.status) == (old, "?? notes")
    assert main.read("README") == "hello\n"


def test_a_landing_that_lacks_the_content_of_an_lfs_file_says_where_to_get_it(
    shop: Workshop,
) -> None:
    old, new = finished(shop, {".gitattributes": "*.bin filter=lfs\n", "z.bin": "z"})
    for option, value in (("smudge", "false"), ("clean", "cat"), ("required", "true")):
        shop.main.git("config", f"filter.lfs.{option}", value)
    with pytest.raises(Refused, match=r"filter lfs failed.*run 'git lfs push --all origin'"):
        land(shop.repo, shop.main.path, "main", old, new)


def test_another_git_process_in_the_checkout_is_named(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n"})
    (shop.main.path / ".git" / "index.lock").touch()
    with pytest.raises(Refused, match=r"index\.lock"):
        land(shop.repo, shop.main.path, "main", old, new)
    (shop.main.path / ".git" / "index.lock").unlink()
    assert (shop.main.head, shop.main.status) == (old, "")


@pytest.mark.parametrize("elsewhere", ["", "git switch --quiet -c next; "])
def test_a_commit_that_a_hook_makes_after_the_merge_does_not_undo_the_landing(
    shop: Workshop, elsewhere: str
) -> None:
    old, new = finished(shop, {"README": "new\n"})
    bump = "echo 2 >version; git add version; git commit --quiet --message bump"
    shop.main.hook("post-merge", f"{elsewhere}{bump}")
    land(shop.repo, shop.main.path, "main", old, new)
    assert shop.main.git("rev-parse", "HEAD~1") == new
    assert shop.main.status == ""
    assert (shop.main.read("README"), shop.main.read("version")) == ("new\n", "2\n")


def test_a_branch_that_a_hook_renames_after_the_merge_is_missed_and_its_work_stays(
    shop: Workshop,
) -> None:
    old, new = finished(shop, {"README": "new\n"})
    shop.main.hook("post-merge", "git branch -m main trunk")
    with pytest.raises(BadInput, match=r"^'refs/heads/main' is not a revision of"):
        land(shop.repo, shop.main.path, "main", old, new)
    assert (shop.main.git("branch", "--show-current"), shop.main.head) == ("trunk", new)
    assert (shop.main.status, shop.main.read("README")) == ("", "new\n")


def test_a_hook_after_the_merge_that_never_ends_does_not_undo_the_landing(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n"})
    shop.main.git("config", "orchestra.programSeconds", "4")
    shop.main.hook("post-merge", "sleep 100")
    land(shop.repo, shop.main.path, "main", old, new)
    assert (shop.main.head, shop.main.status) == (new, "")


def test_files_that_cannot_be_put_back_are_named_with_the_command_that_does_it(
    tmp_path: Path,
) -> None:
    files = {".gitattributes": "*.bin filter=broken\n", "a b.bin": "a\n", "c.bin": "c\n"}
    shop = workshop(small_repository(tmp_path / "repo", files))
    old, new = finished(shop, {"a b.bin": "A\n"})
    shop.main.git("config", "filter.broken.smudge", "false")
    shop.main.git("config", "filter.broken.clean", "cat")
    shop.main.git("config", "filter.broken.required", "true")
    told = (
        r"\), and a b\.bin could not be put back; make room, then run: .* checkout -- 'a b\.bin'$"
    )
    with pytest.raises(Refused, match=told):
        land(shop.repo, shop.main.path, "main", old, new)
    assert shop.main.head == old


def test_a_hook_that_refuses_the_branch_is_told_in_its_own_words(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n"})
    frozen = "[ $1 = prepared ] && grep -q refs/heads/main && { echo main is frozen >&2; exit 1; }"
    shop.main.hook("reference-transaction", f"{frozen}; exit 0")
    with pytest.raises(Refused, match="is as it was: main is frozen"):
        land(shop.repo, shop.main.path, "main", old, new)
    assert (shop.main.head, shop.main.status, shop.main.read("README")) == (old, "", "hello\n")


def test_a_checkout_that_the_environment_hides_from_git_is_not_left_behind(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = finished(shop, {"README": "new\n"})
    with monkeypatch.context() as patch:
        patch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare'='true'")
        with pytest.raises(Refused, match=r"the environment says core\.bare=true"):
            land(shop.repo, shop.main.path, "main", old, new)
    assert (shop.main.head, shop.main.status) == (old, "")


@pytest.mark.parametrize("branch", ["main", ""])
def test_a_checkout_that_a_setting_hides_behind_other_files_is_not_left_behind(
    shop: Workshop, tmp_path: Path, branch: str
) -> None:
    old, new = finished(shop, {"README": "new\n"})
    if not branch:
        shop.main.git("checkout", "--quiet", "--detach")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    config = shop.main.path / ".git" / "config"
    shop.main.git("config", "core.worktree", str(elsewhere))
    cure = f"git config --file '{config}' --unset core.worktree"
    for call in (land, blocked_files):
        with pytest.raises(Refused, match=f"core.worktree is {elsewhere}.*run: {cure}"):
            call(shop.repo, shop.main.path, branch, old, new)
    assert list(elsewhere.iterdir()) == []
    run_git(tmp_path, "config", "--file", str(config), "--unset", "core.worktree")
    assert (shop.main.head, shop.main.status) == (old, "")
    land(shop.repo, shop.main.path, branch, old, new)
    assert (shop.main.head, shop.main.status) == (new, "")


def test_a_checkout_whose_git_directory_is_elsewhere_moves_with_its_branch(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "shop")
    made.git("init", "--quiet", f"--separate-git-dir={tmp_path / 'shop.gitdir'}")
    old = made.head
    new = made.commit("work", {"README": "new\n"})
    made.git("reset", "--quiet", "--hard", old)
    land(open_repository(made.path), made.path, "main", old, new)
    assert (made.head, made.status, made.read("README")) == (new, "", "new\n")
