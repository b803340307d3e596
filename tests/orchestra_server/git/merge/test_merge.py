from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.merge.merge import (
    ChamberBranch,
    FailedMerge,
    FullMerge,
    PartialMerge,
    merge_all,
    merge_compatible,
)
from orchestra_server.git.merge.merge_tree import MergeConflict, first_conflict_lines
from orchestra_server.git.process.run import GitFailed
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository

TEN = "".join(f"line {n}\n" for n in range(10))


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    files = {"README": TEN, "other": "other\n", "src/app.py": "one\ntwo\nthree\n"}
    return workshop(small_repository(tmp_path / "répo", files))


def merge(shop: Workshop, *chambers: TestRepository, base: str = "") -> FullMerge | FailedMerge:
    branches = [ChamberBranch(chamber.path.name, chamber.head) for chamber in chambers]
    return merge_all(shop.repo, base or shop.main.head, branches, "Add login")


def seen(shop: Workshop) -> tuple[str, ...]:
    main = shop.main
    return main.head, main.status, main.git("for-each-ref"), main.git("ls-files", "-s")


def test_branches_without_conflicts_become_one_commit_and_nothing_else_changes(
    shop: Workshop,
) -> None:
    auth, api, idle = shop.open("auth", "api", "idle")
    auth.commit("auth", {"README": "first\n" + TEN, "auth/new": "a"})
    api.commit("api", {"README": TEN + "last\n", "api/new": "b"})
    base = shop.main.commit("meanwhile", {"other": "changed\n"})
    before = seen(shop)
    merged = merge(shop, auth, api, idle)
    assert seen(shop) == before
    assert isinstance(merged, FullMerge)
    assert merged.order == ("auth", "api", "idle")
    main = shop.main
    assert main.git("show", f"{merged.commit}:README") + "\n" == f"first\n{TEN}last\n"
    assert main.git("show", f"{merged.commit}:other") == "changed"
    parents = main.git("log", "-1", "--format=%P", merged.commit).split()
    assert parents[1] == api.head
    assert main.git("log", "-1", "--format=%P", parents[0]).split() == [base, auth.head]
    assert main.git("log", "-1", "--format=%an|%s|%b", merged.commit) == (
        "Ada Tester|Merge chamber api|Add login\n"
    )


def test_merging_one_branch_into_its_own_base_gives_the_branchs_tree(shop: Workshop) -> None:
    [auth] = shop.open("auth")
    auth.commit("auth", {"new": "a"})
    merged = merge(shop, auth)
    assert isinstance(merged, FullMerge)
    tree = shop.main.git("rev-parse", f"{merged.commit}^{{tree}}")
    assert tree == auth.git("rev-parse", "HEAD^{tree}")


def test_merging_chambers_without_work_returns_the_base(shop: Workshop) -> None:
    assert merge(shop, *shop.open("auth", "api")) == FullMerge(shop.main.head, ("auth", "api"))


def test_two_chambers_that_change_the_same_line_are_both_named_with_their_lines(
    shop: Workshop,
) -> None:
    auth, api, db = shop.open("auth", "api", "db")
    auth.commit("auth", {"README": TEN.replace("line 5", "auth's five")})
    api.commit("api", {"fine": "x"})
    db.commit("db", {"README": TEN.replace("line 5", "db's five")})
    before = seen(shop)
    assert merge(shop, auth, api, db) == FailedMerge(
        (
            MergeConflict(
                file="README",
                kind="content",
                between=("auth", "db"),
                lines="<<<<<<< auth\nauth's five\n=======\ndb's five\n>>>>>>> db",
            ),
        )
    )
    assert seen(shop) == before


def test_a_conflict_with_new_commits_on_the_base_names_the_base(shop: Workshop) -> None:
    [auth] = shop.open("auth")
    auth.commit("auth", {"README": TEN.replace("line 5", "auth's five")})
    shop.main.commit("meanwhile", {"README": TEN.replace("line 5", "main's five")})
    merged = merge(shop, auth)
    assert isinstance(merged, FailedMerge)
    assert [conflict.between for conflict in merged.conflicts] == [("base", "auth")]


def test_every_conflict_of_a_batch_is_reported_at_once(shop: Workshop) -> None:
    auth, api, db = shop.open("auth", "api", "db")
    auth.commit("auth", {"README": "auth\n", "other": "auth\n"})
    api.commit("api", {"README": "api\n"})
    db.commit("db", {"other": "db\n"})
    merged = merge(shop, auth, api, db)
    assert isinstance(merged, FailedMerge)
    assert [(conflict.file, conflict.between) for conflict in merged.conflicts] == [
        ("README", ("auth", "api")),
        ("other", ("auth", "db")),
    ]


def test_each_conflict_has_the_kind_that_git_reports(shop: Workshop) -> None:
    auth, api = shop.open("auth", "api")
    auth.git("rm", "--quiet", "other")
    auth.git("mv", "README", "README.auth")
    auth.write("bin", b"\x00auth")
    auth.commit("auth", {"new": "auth\n"})
    api.git("mv", "README", "README.api")
    api.write("bin", b"\x00api")
    api.commit("api", {"new": "api\n", "other": "api\n"})
    merged = merge(shop, auth, api)
    assert isinstance(merged, FailedMerge)
    kinds = {conflict.file: conflict.kind for conflict in merged.conflicts}
    assert kinds["new"] == "add/add"
    assert kinds["other"] == "modify/delete"
    assert kinds["bin"] == "binary"
    assert kinds["README"] == "rename/rename"


def test_a_conflict_with_several_merged_chambers_names_the_last_that_changed_the_file(
    shop: Workshop,
) -> None:
    auth, api, db = shop.open("auth", "api", "db")
    # auth renames what api extends; db then conflicts only with the two together.
    auth.commit("auth", {"src/app.py": "one\ntwo\nthree\nfour\n"})
    api.git("mv", "src/app.py", "src/main.py")
    api.commit("api")
    db.commit("db", {"src/main.py": "mine\n"})
    merged = merge(shop, auth, api, db)
    assert isinstance(merged, FailedMerge)
    assert {conflict.between for conflict in merged.conflicts} == {("api", "db")}


def test_chambers_are_merged_in_the_given_order(shop: Workshop) -> None:
    auth, api = shop.open("auth", "api")
    auth.commit("auth", {"a": "a"})
    api.commit("api", {"b": "b"})
    merged = merge(shop, api, auth)
    assert isinstance(merged, FullMerge)
    assert merged.order == ("api", "auth")
    assert shop.main.git("log", "-1", "--format=%s", merged.commit) == "Merge chamber auth"


def test_unrelated_histories_are_refused_in_gits_words(shop: Workshop) -> None:
    [auth] = shop.open("auth")
    auth.git("checkout", "--quiet", "--orphan", "elsewhere")
    auth.commit("unrelated", {"x": "x"})
    with pytest.raises(
        GitFailed, match=r"could not merge .* refusing to merge unrelated histories"
    ):
        merge(shop, auth)


def test_merging_needs_an_identity(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    [auth] = shop.open("auth")
    auth.commit("auth", {"a": "a"})
    monkeypatch.delenv("GIT_COMMITTER_NAME")
    monkeypatch.delenv("GIT_COMMITTER_EMAIL")
    shop.main.git("config", "user.useConfigOnly", "true")
    with pytest.raises(Refused, match=r"git config --global user\.name"):
        merge_all(shop.repo, shop.main.head, [ChamberBranch("auth", auth.head)], "Add login")


def test_merges_are_signed_if_commits_are(shop: Workshop, tmp_path: Path) -> None:
    [auth] = shop.open("auth")
    auth.commit("auth", {"a": "a"})
    shop.main.sign_commits(tmp_path / "gpg")
    merged = merge(shop, auth)
    assert isinstance(merged, FullMerge)
    assert "gpgsig " in shop.main.git("cat-file", "commit", merged.commit)


def test_merging_works_in_a_bare_repository(shop: Workshop, tmp_path: Path) -> None:
    auth, api = shop.open("auth", "api")
    auth.commit("auth", {"a": "a"})
    api.commit("api", {"b": "b"})
    shop.main.git("clone", "--quiet", "--bare", str(shop.main.path), str(tmp_path / "bare.git"))
    bare = workshop(TestRepository(tmp_path / "bare.git"))
    assert isinstance(merge(bare, auth, api), FullMerge)


def test_an_excerpt_of_a_conflict_is_short_plain_text() -> None:
    long = "".join(f"\x1b[31mline {n}\n" for n in range(100))
    text = f"before\n<<<<<<< abc\n{long}=======\nx\n>>>>>>> def\nafter\n"
    lines = first_conflict_lines(text, {"abc": "auth", "def": "api"}).splitlines()
    assert lines[0] == "<<<<<<< auth"
    assert lines[1] == "line 0"
    assert lines[-1] == "… 80 more lines"
    assert len(lines) == 25


def merge_part(shop: Workshop, *chambers: TestRepository) -> PartialMerge:
    branches = [ChamberBranch(chamber.path.name, chamber.head) for chamber in chambers]
    return merge_compatible(shop.repo, shop.main.head, branches, "Add login")


def test_the_largest_set_that_merges_lands_and_the_rest_has_a_reason(shop: Workshop) -> None:
    rude, auth, api = shop.open("rude", "auth", "api")
    rude.commit("rude", {"README": "all mine\n", "other": "mine too\n"})
    auth.commit("auth", {"README": "first\n" + TEN})
    api.commit("api", {"other": "changed\n"})
    before = seen(shop)
    merged = merge_part(shop, rude, auth, api)
    assert seen(shop) == before
    assert merged.order == ("auth", "api")
    assert {(conflict.file, conflict.between) for conflict in merged.conflicts} == {
        ("README", ("auth", "rude")),
        ("other", ("api", "rude")),
    }
    authors = shop.main.git("log", "--format=%an", f"{shop.main.head}..{merged.commit}")
    assert set(authors.splitlines()) == {"Ada Tester"}


def test_a_chamber_that_conflicts_with_the_base_does_not_hold_the_others(shop: Workshop) -> None:
    old, auth = shop.open("old", "auth")
    old.commit("old", {"other": "old\n"})
    auth.commit("auth", {"new": "a"})
    shop.main.commit("meanwhile", {"other": "meanwhile\n"})
    merged = merge_part(shop, old, auth)
    assert merged.order == ("auth",)
    assert [conflict.between for conflict in merged.conflicts] == [("base", "old")]


def test_a_chamber_that_resolved_the_conflict_of_two_others_lands_with_both(shop: Workshop) -> None:
    first_chamber, second_chamber, both = shop.open("one", "other", "both")
    first_chamber.commit("one", {"other": "one\n"})
    second_chamber.commit("other", {"other": "other\n"})
    both.git("merge", "--quiet", first_chamber.head)
    both.git("merge", "--quiet", "-s", "ours", second_chamber.head)
    assert isinstance(merge(shop, first_chamber, second_chamber, both), FullMerge)
    assert merge_part(shop, first_chamber, second_chamber, both).conflicts == ()


def test_a_trial_merge_needs_no_identity_and_is_not_signed(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    [auth] = shop.open("auth")
    auth.commit("auth", {"new": "a"})
    shop.main.sign_commits(tmp_path / "gpg")
    branches = [ChamberBranch("auth", auth.head)]
    for name in PLAIN_GIT:
        if name.endswith(("_NAME", "_EMAIL")):
            monkeypatch.delenv(name)
    shop.main.git("config", "user.useConfigOnly", "true")
    merged = merge_all(shop.repo, shop.main.head, branches, "Add login", trial=True)
    assert isinstance(merged, FullMerge)
    assert "gpgsig" not in shop.main.git("cat-file", "commit", merged.commit)


@pytest.mark.parametrize("names", [("one", "two"), ("one", "two", "three", "four")])
def test_merging_branches_of_different_files_starts_seven_git_processes_however_many_they_are(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    chambers = shop.open(*names)
    for chamber in chambers:
        chamber.commit("work", {f"{chamber.path.name}.txt": "new\n"})
    branches = [ChamberBranch(chamber.path.name, chamber.head) for chamber in chambers]
    base = shop.main.head
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        assert isinstance(merge_all(shop.repo, base, branches, "Add login"), FullMerge)
        assert sorted(count.commands) == [
            *("cat-file", "config", "diff-tree", "rev-list"),
            *("unpack-objects", "var", "var"),
        ]


def test_merging_branches_of_one_file_starts_one_git_process_per_chamber_more(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_chamber, second_chamber = shop.open("one", "two")
    first_chamber.commit("one", {"README": "first\n" + TEN})
    second_chamber.commit("two", {"README": TEN + "last\n"})
    branches = [
        ChamberBranch(chamber.path.name, chamber.head)
        for chamber in (first_chamber, second_chamber)
    ]
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        assert isinstance(merge_all(shop.repo, shop.main.head, branches, "Add login"), FullMerge)
        assert count.commands.count("merge-tree") == 1


def test_signed_merges_of_different_files_have_their_trees(shop: Workshop, tmp_path: Path) -> None:
    chambers = shop.open("one", "two", "three")
    for chamber in chambers:
        chamber.commit("work", {f"{chamber.path.name}.txt": "new\n"})
    shop.main.sign_commits(tmp_path / "gpg")
    merged = merge(shop, *chambers)
    assert isinstance(merged, FullMerge)
    assert "gpgsig" in shop.main.git("cat-file", "commit", merged.commit)
    shop.main.git("fsck", "--strict", "--no-dangling")
