from pathlib import Path

import pytest

from orchestra_server.git.process.plain_git import GitResult, git_version, run_plain_git
from tests.support.git.repositories import small_repository


def test_a_failure_is_gits_own_line_without_its_prefix() -> None:
    err = "hint: try again\nfatal: bad revision 'x'\n"
    assert GitResult(128, "", err).failure == "bad revision 'x'"


def test_without_a_fatal_line_the_failure_holds_every_line() -> None:
    assert GitResult(1, "", "one\n\ntwo\n").failure == "one; two"


def test_a_name_that_an_error_lists_below_it_is_in_the_failure() -> None:
    err = "error: Your changes would be lost:\n\tREADME\nPlease commit them.\nAborting\n"
    assert GitResult(1, "", err).failure == "Your changes would be lost: README"


def test_lines_of_the_persons_trace_are_not_in_the_failure() -> None:
    said = "10:20:30.123456 git.c:460  trace: built-in: git commit\nthe hook says no\n"
    assert GitResult(1, "", said).failure == "the hook says no"


def test_a_silent_failure_names_the_status() -> None:
    assert GitResult(3, "", "").failure == "git ended with status 3"


def test_the_failure_for_a_lock_file_says_how_to_delete_it() -> None:
    failure = GitResult(128, "", "fatal: Unable to create '/r/.git/index.lock': File exists.")
    assert failure.failure.endswith("delete it: rm '/r/.git/index.lock'")


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ("unable to write loose object file: No space left on device", "make room on the disk"),
        ("sha1 file '.git/index.lock' write error. Out of diskspace", "make room on the disk"),
        ("cannot create x: Disk quota exceeded", "make room in this user's disk quota"),
        ("couldn't write 'a.lock'", "see that the disk has room and can be written"),
        ("unable to write file f17.txt", "see that the disk has room and can be written"),
        (
            "LF would be replaced by CRLF in shop.py",
            "convert its line ends, or let git do it: git config core.safecrlf warn",
        ),
    ],
)
def test_the_failure_says_what_to_do_if_git_does_not(words: str, cure: str) -> None:
    assert GitResult(128, "", f"fatal: {words}\n").failure == f"{words}; {cure}"


def test_a_filter_that_failed_is_named_with_what_to_do() -> None:
    said = (
        "error: cannot run git-crypt: No such file or directory\n"
        "error: external filter 'git-crypt clean' failed\n"
        "fatal: a.key: clean filter 'crypt' failed\n"
    )
    assert GitResult(128, "", said).failure == (
        "cannot run git-crypt: No such file or directory; a.key: clean filter 'crypt' failed; "
        "install the program of filter 'crypt', or see why it fails: "
        "git config --get-regexp '^filter.crypt.'"
    )


def test_a_filter_that_ended_before_it_was_asked_is_told_by_its_shell() -> None:
    said = (
        "git-lfs filter-process: git-lfs: not found\nfatal: the remote end hung up unexpectedly\n"
    )
    assert GitResult(128, "", said).failure == (
        "git-lfs filter-process: git-lfs: not found; the remote end hung up unexpectedly"
    )


def test_the_words_of_a_refusing_hook_are_kept() -> None:
    err = "main is frozen\nfatal: ref updates aborted by hook\n"
    assert GitResult(128, "", err).failure == "main is frozen; ref updates aborted by hook"


def test_the_version_is_a_tuple_of_three_numbers() -> None:
    git_version.cache_clear()
    assert len(git_version()) == 3
    assert git_version() >= (2, 38)


def test_a_command_asks_no_file_monitor_of_the_person(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop")
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexit 1\n")
    monitor.chmod(0o755)
    shop.git("config", "core.fsmonitor", str(monitor))
    assert run_plain_git(shop.path, "diff-tree", "--stdin", "--cc", stdin="HEAD\n").status == 0
    assert run_plain_git(shop.path, "status").status == 0
    assert not (tmp_path / "asked").exists()
