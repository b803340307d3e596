"""Whether chambers would merge, on real repositories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.models import BASE
from orchestra_server.domain.chambers.conflicts import Pair, Verdict
from orchestra_server.git.merge import pairwise_conflicts as module
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber, ConflictChecker, pairs_of
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository, run_git, small_repository

MAIN = "refs/heads/main"
AB: Pair = ("t/a", "t/b")
FILES = {"README": "hello\n", "src/app.py": "one\ntwo\nthree\n", "old.txt": "x\n" * 30}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(small_repository(tmp_path / "shop", FILES))


@pytest.fixture
def checker(shop: Workshop) -> Iterator[ConflictChecker]:
    checker = ConflictChecker(shop.repo)
    yield checker
    checker.close()


def compared(*chambers: TestRepository, lands_on: str = MAIN) -> list[ComparedChamber]:
    return [
        ComparedChamber(f"t/{chamber.path.name}", chamber.path, lands_on) for chamber in chambers
    ]


def conflicting(verdicts: dict[Pair, Verdict]) -> dict[Pair, dict[str, str]]:
    return {pair: dict(verdict.kinds) for pair, verdict in verdicts.items() if not verdict.merges}


def conflicts_after(
    checker: ConflictChecker, chambers: list[TestRepository], *changed: str
) -> dict[Pair, dict[str, str]]:
    checked = checker.check(compared(*chambers), {f"t/{name}" for name in changed})
    return conflicting(dict(checked.verdicts))


def test_chambers_of_one_branch_are_paired_with_each_other_and_with_the_base() -> None:
    here = Path()
    places = [
        ComparedChamber("t/b", here, MAIN),
        ComparedChamber("t/a", here, MAIN),
        ComparedChamber("u/c", here, "refs/heads/1.x"),
    ]
    assert pairs_of(places) == [AB, ("t/a", BASE), ("t/b", BASE), ("u/c", BASE)]


def test_chambers_without_work_have_no_conflict(shop: Workshop, checker: ConflictChecker) -> None:
    chambers = shop.open("a", "b")
    checked = checker.check(compared(*chambers), set())
    assert set(checked.verdicts) == {AB, ("t/a", BASE), ("t/b", BASE)}
    assert not conflicting(dict(checked.verdicts))


@pytest.mark.parametrize("committed", [False, True])
def test_two_chambers_that_change_the_same_line_conflict_committed_or_not(
    shop: Workshop, checker: ConflictChecker, *, committed: bool
) -> None:
    a, b = shop.open("a", "b")
    a.write("src/app.py", "ONE\ntwo\nthree\n")
    b.write("src/app.py", "1\ntwo\nthree\n")
    if committed:
        a.commit()
    assert conflicts_after(checker, [a, b]) == {AB: {"src/app.py": "content"}}


def test_the_same_untracked_file_on_both_sides_conflicts_and_an_ignored_one_does_not(
    shop: Workshop, checker: ConflictChecker
) -> None:
    shop.main.commit("ignore", {".gitignore": "*.log\n"})
    a, b = shop.open("a", "b")
    for chamber, text in ((a, "mine\n"), (b, "yours\n")):
        chamber.write("new.txt", text)
        chamber.write("build.log", text)
    assert conflicts_after(checker, [a, b]) == {AB: {"new.txt": "add/add"}}


def test_deleting_a_file_that_another_chamber_changes_conflicts(
    shop: Workshop, checker: ConflictChecker
) -> None:
    a, b = shop.open("a", "b")
    (a.path / "README").unlink()
    b.write("README", "hello, world\n")
    assert conflicts_after(checker, [a, b]) == {AB: {"README": "modify/delete"}}


def test_a_change_to_a_renamed_file_merges(shop: Workshop, checker: ConflictChecker) -> None:
    a, b, c = shop.open("a", "b", "c")
    (a.path / "old.txt").rename(a.path / "new.txt")
    b.write("old.txt", "x\n" * 30 + "more\n")
    (c.path / "old.txt").rename(c.path / "other.txt")
    checked = conflicts_after(checker, [a, b, c])
    assert AB not in checked
    assert "rename/rename" in set(checked["t/a", "t/c"].values())


def test_different_changes_to_a_binary_file_conflict(
    shop: Workshop, checker: ConflictChecker
) -> None:
    shop.main.commit("logo", {"logo.png": "\0\1\2"})
    a, b = shop.open("a", "b")
    a.write("logo.png", b"\0a")
    b.write("logo.png", b"\0b")
    assert conflicts_after(checker, [a, b]) == {AB: {"logo.png": "binary"}}


def test_unusual_file_names_are_reported_unchanged(
    shop: Workshop, checker: ConflictChecker
) -> None:
    a, b = shop.open("a", "b")
    name = 'naïve "file"\twith\nlines ☃'
    a.write(name, "a\n")
    b.write(name, "b\n")
    assert conflicts_after(checker, [a, b]) == {AB: {name: "add/add"}}


def test_a_moved_base_conflicts_with_the_chamber_until_the_chamber_merges_it(
    shop: Workshop, checker: ConflictChecker
) -> None:
    (a,) = shop.open("a")
    a.write("README", "from a\n")
    assert conflicts_after(checker, [a]) == {}
    shop.main.commit("meanwhile", {"README": "from main\n"})
    assert conflicts_after(checker, [a]) == {("t/a", BASE): {"README": "content"}}
    a.commit()
    a.git("merge", "--quiet", "--strategy-option=ours", "main")
    assert conflicts_after(checker, [a], "a") == {}


def test_a_conflict_ends_when_one_side_gives_way(shop: Workshop, checker: ConflictChecker) -> None:
    a, b = shop.open("a", "b")
    a.write("README", "a\n")
    b.write("README", "b\n")
    assert AB in conflicts_after(checker, [a, b])
    b.write("README", "hello\n")
    assert conflicts_after(checker, [a, b], "b") == {}


def test_unrelated_histories_do_not_merge_and_other_pairs_are_still_judged(
    shop: Workshop, checker: ConflictChecker
) -> None:
    a, b, c = shop.open("a", "b", "c")
    a.git("switch", "--quiet", "--orphan", "elsewhere")
    a.commit("of its own", {"README": "a\n"})
    b.write("README", "b\n")
    c.write("README", "c\n")
    assert conflicts_after(checker, [a, b, c]) == {
        ("t/a", "t/b"): {},
        ("t/a", "t/c"): {},
        ("t/a", BASE): {},
        ("t/b", "t/c"): {"README": "content"},
    }


def test_an_older_git_is_run_once_per_pair(
    shop: Workshop, checker: ConflictChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "git_version", lambda: (2, 38, 0))
    a, b = shop.open("a", "b")
    a.write("README", "a\n")
    b.write("README", "b\n")
    assert conflicts_after(checker, [a, b]) == {AB: {"README": "content"}}


def test_a_repository_inside_a_chamber_does_not_stop_the_comparison(
    shop: Workshop, checker: ConflictChecker
) -> None:
    a, b = shop.open("a", "b")
    run_git(a.path, "init", "--quiet", "vendored")
    a.write("README", "a\n")
    b.write("README", "b\n")
    assert conflicts_after(checker, [a, b]) == {AB: {"README": "content"}}


def test_a_deleted_chamber_has_no_verdict(shop: Workshop, checker: ConflictChecker) -> None:
    (a,) = shop.open("a")
    gone = ComparedChamber("t/gone", a.path.parent / "gone", MAIN)
    assert set(checker.check([*compared(a), gone], set()).verdicts) == {("t/a", BASE)}


def test_comparing_changes_nothing_in_chambers_or_repository(shop: Workshop) -> None:
    a, b = shop.open("a", "b")
    a.write("README", "a\n")
    b.write("new.txt", "b\n")

    def traces() -> list[object]:
        indexes = [Path(chamber.git("rev-parse", "--git-path", "index")) for chamber in (a, b)]
        objects = set((shop.repo.common_dir / "objects").rglob("*"))
        return [objects, *((path.read_bytes(), path.stat().st_mtime_ns) for path in indexes)]

    before = traces()
    checker = ConflictChecker(shop.repo)
    conflicts_after(checker, [a, b])
    checker.close()
    assert traces() == before
    assert not (shop.repo.common_dir / "orchestra-radar").exists()


def test_only_changed_chambers_are_read_and_one_process_judges_all_their_pairs(
    shop: Workshop, checker: ConflictChecker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chambers = shop.open("a", "b", "c")
    conflicts_after(checker, chambers)
    chambers[0].write("README", "a\n")
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        checked = checker.check(compared(*chambers), {"t/a"})
        assert sorted(count.commands) == [
            "add", "cat-file", "hash-object", "merge-tree", "rev-parse", "write-tree",
        ]  # fmt: skip
        assert checked.unchanged == frozenset()
        count.forget()
        chambers[0].write(".claude/ignored", "")
        checked = checker.check(compared(*chambers), {"t/a"})
        assert "merge-tree" not in count.commands
        assert checked.unchanged == {"t/a"}


def test_clearing_the_scratch_directory_does_not_change_the_verdicts(
    shop: Workshop, checker: ConflictChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CHECKS_PER_SCRATCH", 3)
    a, b = shop.open("a", "b")
    a.write("README", "a\n")
    for number in range(10):
        b.write("README", f"{number}\n")
        assert conflicts_after(checker, [a, b], "b") == {AB: {"README": "content"}}
    objects = shop.repo.common_dir / "orchestra-radar" / "objects"
    assert sum(path.is_file() for path in objects.rglob("*")) < 50


def test_the_index_named_by_an_inherited_git_variable_is_not_written(
    shop: Workshop, checker: ConflictChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = shop.open("a", "b")
    a.write("README", "a\n")
    b.write("README", "b\n")
    index = shop.repo.common_dir / "index"
    before = index.read_bytes()
    monkeypatch.setenv("GIT_INDEX_FILE", str(index))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(shop.repo.common_dir / "elsewhere"))
    assert conflicts_after(checker, [a, b]) == {AB: {"README": "content"}}
    assert index.read_bytes() == before


def test_files_removed_from_the_branch_since_the_chamber_began_are_named(
    shop: Workshop, checker: ConflictChecker
) -> None:
    base = shop.main.commit("bad", {"bad.py": "secret\n", "src/app.py": "one\nbad\nthree\n"})
    [chamber] = shop.open("a")
    places = [ComparedChamber("t/a", chamber.path, MAIN, base)]
    chamber.write("new.py", "mine\n")
    assert conflicting(dict(checker.check(places, set()).verdicts)) == {}
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    expected = {("t/a", BASE): {"bad.py": "rewritten", "src/app.py": "rewritten"}}
    assert conflicting(dict(checker.check(places, set()).verdicts)) == expected
    chamber.commit("mine")
    chamber.git("rebase", "--quiet", "--onto", "main", base)
    assert conflicting(dict(checker.check(places, {"t/a"}).verdicts)) == {}
