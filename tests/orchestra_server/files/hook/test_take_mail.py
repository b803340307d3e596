import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from orchestra_core.process.file_lock import locked_directory
from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.json_files import Fields
from orchestra_server.files.hook.take_mail import (
    CONTEXT_LIMIT,
    age,
    letters_in,
    lock,
    mail_text,
    take_mail,
    waiting_mail,
)

LETTER: Fields = {"from": "Ada\nX", "sent_at": "noon", "asks": "stop", "message": "a\nb"}


def reader_of(root: Path, agent: str = "", memory: str = "") -> Reader:
    chamber: Fields = {"root": str(root), "chamber": "auth", "main": str(root)}
    return Reader(chamber, {"agent_id": agent}, memory)


def write_mail(root: Path, *messages: str, name: str = ".INTERRUPT") -> Path:
    letters = [{"id": f"i{at}", "message": message} for at, message in enumerate(messages, 1)]
    (root / name).write_text(json.dumps({"interrupts": letters}))
    return root / name


def messages_taken(reader: Reader) -> list[object]:
    letters, claims = take_mail(reader)
    for claim in claims:
        Path(claim).unlink()
    return [letter["message"] for letter in letters]


@pytest.fixture
def dead_pid() -> int:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def test_plain_text_is_one_letter_and_an_empty_file_none(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text(" please stop\n")
    (tmp_path / "empty").touch()
    assert letters_in(str(tmp_path / "plain")) == [{"from": "a file", "message": "please stop"}]
    assert letters_in(str(tmp_path / "empty")) == []
    assert letters_in(str(tmp_path / "missing")) == []


def test_mail_is_taken_once(tmp_path: Path) -> None:
    write_mail(tmp_path, "one", "two")
    assert messages_taken(reader_of(tmp_path)) == ["one", "two"]
    assert messages_taken(reader_of(tmp_path)) == []


def test_mail_over_the_limit_stays_for_the_next_time(tmp_path: Path) -> None:
    long = "x" * (CONTEXT_LIMIT - 500)
    write_mail(tmp_path, long, long, "short")
    assert messages_taken(reader_of(tmp_path)) == [long]
    assert [letter["id"] for letter in letters_in(str(tmp_path / ".INTERRUPT"))] == ["i2", "i3"]


def test_a_single_letter_over_the_limit_is_taken(tmp_path: Path) -> None:
    long = "x" * CONTEXT_LIMIT
    write_mail(tmp_path, long)
    assert messages_taken(reader_of(tmp_path)) == [long]


def test_a_claim_of_a_dead_hook_is_mail_again(tmp_path: Path, dead_pid: int) -> None:
    claim = write_mail(tmp_path, "one", name=f".INTERRUPT.{dead_pid}.1")
    assert waiting_mail(reader_of(tmp_path)) == [str(claim)]
    assert messages_taken(reader_of(tmp_path)) == ["one"]


def test_a_claim_of_a_running_hook_is_left_to_it_for_a_minute(tmp_path: Path) -> None:
    claim = write_mail(tmp_path, "one", name=f".INTERRUPT.{os.getpid()}.1")
    assert waiting_mail(reader_of(tmp_path)) == []
    long_ago = time.time() - 61
    os.utime(claim, (long_ago, long_ago))
    assert waiting_mail(reader_of(tmp_path)) == [str(claim)]


@pytest.mark.parametrize(
    "name", [".INTERRUPT.delivered", ".INTERRUPT.1", ".INTERRUPT.a.b", "a.1.2"]
)
def test_other_files_are_not_claims(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert waiting_mail(reader_of(tmp_path)) == []


def test_files_of_readers_are_removed_after_an_hour(tmp_path: Path) -> None:
    old = tmp_path / ".INTERRUPT.for.a-1"
    old.touch()
    assert age(str(old)) < 3_600
    os.utime(old, (1, 1))
    waiting_mail(reader_of(tmp_path))
    assert not old.exists()
    assert age(str(old)) == 0


def test_a_letter_that_is_both_claimed_and_posted_is_taken_once(
    tmp_path: Path, dead_pid: int
) -> None:
    write_mail(tmp_path, "one", name=f".INTERRUPT.{dead_pid}.1")
    write_mail(tmp_path, "one", "two")
    assert messages_taken(reader_of(tmp_path)) == ["one", "two"]


def test_another_subagent_in_the_chamber_gets_a_copy(tmp_path: Path) -> None:
    bindings = tmp_path / ".claude" / "hooks" / "bindings"
    bindings.mkdir(parents=True)
    for agent, fields in (("a", {}), ("b", {}), ("c", {"ended": True}), ("d", {"chamber": "/"})):
        binding = {"chamber": str(tmp_path), "agent": agent, **fields}
        (bindings / f"{agent}.json").write_text(json.dumps(binding))
    write_mail(tmp_path, "one")
    assert messages_taken(reader_of(tmp_path, "a", "binding")) == ["one"]
    assert [path.name for path in tmp_path.glob(".INTERRUPT*")] == [".INTERRUPT.for.b"]
    assert messages_taken(reader_of(tmp_path, "b", "binding")) == ["one"]


def test_a_locked_mailbox_is_a_timeout(tmp_path: Path) -> None:
    with locked_directory(tmp_path), pytest.raises(TimeoutError):
        lock(str(tmp_path))


def test_the_text_names_sender_time_and_request_on_one_line(tmp_path: Path) -> None:
    head, _, *message = mail_text(reader_of(tmp_path), [LETTER]).splitlines()
    assert head.startswith("Message from Ada X to the worker in chamber auth, sent noon through")
    assert "Asked of you: stop." in head
    assert message == ["> a", "> b"]
    assert "an unnamed sender" in mail_text(reader_of(tmp_path), [{}])
