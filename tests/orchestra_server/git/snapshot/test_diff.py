from pathlib import Path

import pytest

from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.snapshot.diff import DiffSize, changed_files, diff_size, diff_text
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.repositories import TestRepository, run_git, small_repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    files = {"README": "1\n2\n3\n", "src/app.py": "one\n", ".gitignore": "ignored\n"}
    return workshop(small_repository(tmp_path / "répo", files))


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    return shop.open("auth")[0]


def test_commits_uncommitted_changes_and_untracked_files_are_all_counted(
    shop: Workshop, chamber: TestRepository
) -> None:
    base = shop.main.head
    chamber.commit("work", {"committed": "a\nb\n"})
    chamber.write("README", "1\nchanged\n3\n")
    chamber.write("staged", "s\n")
    chamber.git("add", "staged")
    chamber.write("new dir/ü", "u\n")
    chamber.write("binary", b"\x00\x01")
    chamber.write("ignored", "not counted\n")
    (chamber.path / "src" / "app.py").unlink()
    assert diff_size(chamber.path, base) == DiffSize(files=6, insertions=5, deletions=2)
    assert changed_files(chamber.path, base) == (
        "README", "binary", "committed", "new dir/ü", "src/app.py", "staged",
    )  # fmt: skip


def test_a_fresh_chamber_has_no_diff(shop: Workshop, chamber: TestRepository) -> None:
    assert diff_size(chamber.path, shop.main.head) == DiffSize(0, 0, 0)
    assert diff_text(chamber.path, shop.main.head, 1000) == ""
    assert changed_files(chamber.path, shop.main.head) == ()


def test_computing_a_diff_writes_nothing(shop: Workshop, chamber: TestRepository) -> None:
    base = shop.main.head
    chamber.write("new", "x\n")
    index = Path(chamber.git("rev-parse", "--path-format=absolute", "--git-path", "index"))
    before = index.read_bytes()
    diff_size(chamber.path, base)
    diff_text(chamber.path, base, 1000)
    assert index.read_bytes() == before
    blob = chamber.git("hash-object", "new")
    with pytest.raises(AssertionError):
        shop.main.git("cat-file", "-e", blob)


def test_the_text_shows_untracked_files_and_non_ascii_names(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write("ü", "\x1b[31mred\n")
    text = diff_text(chamber.path, shop.main.head, 10_000)
    assert "+++ b/ü" in text
    assert "+red" in text
    assert "\x1b" not in text


def test_a_persons_diff_settings_do_not_change_the_text(
    shop: Workshop, chamber: TestRepository
) -> None:
    for key, value in {
        "diff.noprefix": "true",
        "color.ui": "always",
        "diff.external": "false",
        "diff.relative": "true",
    }.items():
        shop.main.git("config", key, value)
    chamber.write("new", "x\n")
    assert "\n+++ b/new\n" in diff_text(chamber.path, shop.main.head, 10_000)
    assert diff_size(chamber.path, shop.main.head) == DiffSize(1, 1, 0)


def test_a_long_diff_is_cut_at_a_line_and_says_so(shop: Workshop, chamber: TestRepository) -> None:
    chamber.write("new", "".join(f"line {n}\n" for n in range(100_000)))
    *shown, note = diff_text(chamber.path, shop.main.head, 500).splitlines()
    assert len("\n".join(shown)) <= 500
    assert shown[-1].startswith("+line ")
    assert note.startswith("… cut here; see the rest with: git -C '")


def test_an_untracked_repository_inside_the_chamber_does_not_stop_the_count(
    shop: Workshop, chamber: TestRepository
) -> None:
    (chamber.path / "nested").mkdir()
    run_git(chamber.path / "nested", "init", "--quiet")
    chamber.write("new", "x\n")
    assert diff_size(chamber.path, shop.main.head) == DiffSize(1, 1, 0)


def test_an_unknown_base_is_a_one_line_error(chamber: TestRepository) -> None:
    with pytest.raises(GitFailed) as failed:
        diff_size(chamber.path, "1" * 40)
    assert "\n" not in str(failed.value)
    with pytest.raises(GitFailed, match="git diff failed"):
        diff_text(chamber.path, "1" * 40, 100)


def test_a_missing_diff_order_file_does_not_matter(shop: Workshop, chamber: TestRepository) -> None:
    shop.main.git("config", "diff.orderFile", ".order")
    chamber.write("new", "x\n")
    assert diff_size(chamber.path, shop.main.head) == DiffSize(1, 1, 0)
    assert "+x" in diff_text(chamber.path, shop.main.head, 1000)


@pytest.mark.parametrize(
    "setting", ["diff.external", "diff.marked.command", "diff.marked.textconv"]
)
def test_no_program_for_showing_differences_is_ever_run(
    shop: Workshop, tmp_path: Path, setting: str
) -> None:
    shop.main.commit("rules", {".gitattributes": "* diff=marked\n"})
    chamber = shop.open("api")[0]
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran; cat $1\n")
    program.chmod(0o755)
    shop.main.git("config", setting, str(program))
    chamber.write("README", "1\n2\n")
    assert "-3" in diff_text(chamber.path, shop.main.head, 1000)
    assert diff_size(chamber.path, shop.main.head).deletions == 1
    assert not (tmp_path / "ran").exists()
