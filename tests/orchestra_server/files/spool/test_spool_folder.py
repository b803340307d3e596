"""Files of the spool are claimed before they are read, in the order in which they were written."""

import os
from pathlib import Path

import pytest

from orchestra_server.files.spool.spool_folder import (
    CLAIMED,
    REFUSED,
    claim_files,
    has_files,
    locked_spool,
    make_spool,
    refuse_file,
    remove_spool,
    waiting_receipts,
)

SECOND = 1_000_000_000


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return make_spool(tmp_path)


def put(spool: Path, name: str, at: int, content: str = "x") -> Path:
    (spool / name).write_text(content)
    os.utime(spool / name, ns=(at * SECOND, at * SECOND))
    return spool / name


def claimed(common_dir: Path, limit: int = 100) -> list[str]:
    return [file.name for file in claim_files(common_dir, limit)]


def test_a_spool_is_its_owners_alone_and_reading_makes_none(tmp_path: Path) -> None:
    assert not has_files(tmp_path)
    assert make_spool(tmp_path).stat().st_mode & 0o777 == 0o700
    assert not has_files(tmp_path)
    remove_spool(tmp_path)
    remove_spool(tmp_path)
    assert not has_files(tmp_path)
    (tmp_path / "orchestra" / "spool").write_text("in the way")
    assert not has_files(tmp_path)


def test_a_quarter_of_the_files_is_claimed_if_that_is_more(tmp_path: Path, spool: Path) -> None:
    for number in range(40):
        put(spool, f"auth.{number}.Stop.1", number)
    assert claimed(tmp_path, 2) == [f"auth.{number}.Stop.1" for number in range(10)]


def test_files_come_in_the_order_of_their_writing(tmp_path: Path, spool: Path) -> None:
    put(spool, "auth.1.Stop.1", 3)
    put(spool, "auth.1.PreToolUse.63", 1)
    put(spool, "auth.7.8.delivered", 2)
    assert has_files(tmp_path)
    assert claimed(tmp_path) == ["auth.1.PreToolUse.63", "auth.7.8.delivered", "auth.1.Stop.1"]


def test_of_files_written_at_one_moment_receipts_come_first_and_the_later_event_of_a_turn_last(
    tmp_path: Path, spool: Path
) -> None:
    order = [
        "a.2.9.delivered",
        "a.1.9.acted",
        "a.1.PostToolUse.2",
        "a.1.Stop.1",
        "a.1.SessionEnd.0",
    ]
    for name in reversed(order):
        put(spool, name, 1)
    assert claimed(tmp_path) == order


def test_what_a_dead_reader_has_claimed_is_claimed_again(tmp_path: Path, spool: Path) -> None:
    put(spool, "auth.1.Stop.1", 1)
    (first,) = claim_files(tmp_path, 100)
    assert (first.is_new, first.path.parent.name) == (True, CLAIMED)
    put(spool, "auth.1.Stop.1", 2, "again")
    again, second = claim_files(tmp_path, 100)
    assert (again.path, again.is_new) == (first.path, False)
    assert (second.read(), second.is_new) == (b"again", True)


def test_a_round_claims_the_oldest_only(tmp_path: Path, spool: Path) -> None:
    for number in range(5):
        put(spool, f"a.1.Stop.{number}", 5 - number)
    assert claimed(tmp_path, 2) == ["a.1.Stop.4", "a.1.Stop.3"]
    assert len(list(spool.glob("a.*"))) == 3


def test_a_link_is_not_read_and_can_be_refused(tmp_path: Path, spool: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (spool / "auth.1.2.delivered").symlink_to(tmp_path / "secret")
    (file,) = claim_files(tmp_path, 100)
    with pytest.raises(OSError, match="symbolic"):
        file.read()
    assert refuse_file(file).parent.name == REFUSED
    assert claimed(tmp_path) == []


def test_folders_are_skipped_and_half_written_files_of_dead_hooks_are_removed(
    tmp_path: Path, spool: Path
) -> None:
    (spool / "a folder").mkdir()
    put(spool, ".12.34", 1)
    (spool / ".56.78").write_text("being written")
    assert claimed(tmp_path) == []
    assert sorted(path.name for path in spool.glob(".*")) == [".56.78"]


def test_only_one_reader_reads_at_a_time(tmp_path: Path) -> None:
    with locked_spool(tmp_path) as first, locked_spool(tmp_path, patience=0.02) as second:
        assert (first, second) == (True, False)
    with locked_spool(tmp_path) as again:
        assert again


def test_receipts_are_seen_wherever_they_wait(tmp_path: Path, spool: Path) -> None:
    put(spool, "auth.1.2.delivered", 1)
    claim_files(tmp_path, 100)
    put(spool, "auth.3.4.acted", 1)
    put(spool, "auth.1.Stop.1", 1)
    assert {file.receipt_state for file in waiting_receipts(tmp_path)} == {"delivered", "acted"}
