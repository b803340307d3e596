from pathlib import Path

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.files.installation.install_record import (
    InstallRecord,
    digest,
    is_as_installed,
    move_records,
    read_record,
    updated,
    write_record,
)

PLACE = "orchestra/installed.json"


def a_record(file: Path, before: bytes | None = None, after: bytes = b"ours") -> InstallRecord:
    return updated(None, {file: (before, after)}, (str(file.parent),))


def test_a_record_is_read_back_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    record = a_record(tmp_path / "a.json", before=b"secret")
    write_record(tmp_path, tmp_path / "one", record)
    assert read_record(tmp_path, tmp_path / "one") == record
    assert read_record(tmp_path, tmp_path / "two") is None
    assert (tmp_path / PLACE).stat().st_mode & 0o077 == 0


def test_removing_the_last_record_deletes_the_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_record(tmp_path, tmp_path / name, a_record(tmp_path / name))
    write_record(tmp_path, tmp_path / "one", None)
    assert read_record(tmp_path, tmp_path / "two") is not None
    write_record(tmp_path, tmp_path / "two", None)
    assert not (tmp_path / PLACE).parent.exists()


def test_the_error_for_an_unreadable_record_names_it(tmp_path: Path) -> None:
    (tmp_path / PLACE).parent.mkdir()
    (tmp_path / PLACE).write_text("{")
    with pytest.raises(BadInput, match=r"installed\.json cannot be read"):
        read_record(tmp_path, tmp_path)


def test_a_second_install_keeps_the_content_from_before_the_first(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    first = updated(None, {file: (b"theirs", b"ours")}, ("a",))
    (again,) = updated(first, {file: (b"ours", b"newer")}, ("a", "b")).files
    assert (again.before, again.after) == (b"theirs", digest(b"newer"))
    assert updated(first, {}, ("a", "b")).directories == ("a", "b")


def test_a_file_that_was_changed_meanwhile_is_not_restored(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    first = updated(None, {file: (b"theirs", b"ours")}, ())
    (changed,) = updated(first, {file: (b"edited", b"edited, ours")}, ()).files
    assert (changed.before, changed.after) == (b"theirs", "")
    assert changed.written == digest(b"edited, ours")


def test_a_file_counts_as_unchanged_while_every_byte_is_equal(tmp_path: Path) -> None:
    file = tmp_path / "hook.py"
    assert not is_as_installed(tmp_path, file)
    file.write_bytes(b"ours")
    write_record(tmp_path, tmp_path, a_record(file))
    assert is_as_installed(tmp_path, file)
    file.write_bytes(b"ours ")
    assert not is_as_installed(tmp_path, file)
    file.unlink()
    assert not is_as_installed(tmp_path, file)


def test_relocating_records_twice_returns_the_same_records(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    write_record(tmp_path, old / "tree", a_record(old / "tree" / "a.json"))
    write_record(tmp_path, tmp_path / "elsewhere", a_record(tmp_path / "elsewhere" / "a.json"))
    for _ in range(2):
        assert move_records(tmp_path, old, new) == [new / "tree"]
    moved = read_record(tmp_path, new / "tree")
    assert moved is not None
    assert [file.path for file in moved.files] == [str(new / "tree" / "a.json")]
    assert moved.directories == (str(new / "tree"),)
    assert read_record(tmp_path, old / "tree") is None
    assert read_record(tmp_path, tmp_path / "elsewhere") is not None
