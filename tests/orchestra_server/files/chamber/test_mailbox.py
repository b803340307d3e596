"""MailFile waits in order, is never overwritten, and can be read without a hook."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable
from orchestra_server.files.chamber.mailbox import (
    DELIVERED,
    MAIL,
    post,
    unread,
    withdraw,
)
from tests.support.hooks.hooked_checkout import names_in, send
from tests.support.samples.documents import an_interrupt

POSTING = """
import sys
from pathlib import Path
from tests.support.hooks.hooked_checkout import names_in, send
for number in range(10):
    send(Path(sys.argv[1]), f"message {number}", start=int(sys.argv[2]) + number)
"""


@pytest.fixture
def chamber(tmp_path: Path) -> Path:
    return tmp_path


def test_the_mail_file_is_readable_for_an_agent_without_hooks(chamber: Path) -> None:
    post(chamber, [an_interrupt("i1", "Stop and look — please")])
    mail = json.loads((chamber / MAIL).read_text())
    assert mail["version"] == 1
    assert mail["for"] == "auth"
    assert "delete this file" in mail["how_to_acknowledge"]
    assert mail["interrupts"] == [
        {
            "id": "i1",
            "from": "operator",
            "requires": "review",
            "asks": "read this, and adjust what you do next",
            "sent_at": "2026-09-21T14:13:20Z",
            "message": "Stop and look — please",
        }
    ]


def test_new_mail_is_appended_to_unread_mail(chamber: Path) -> None:
    send(chamber, "one", "two")
    send(chamber, "three", start=3)
    assert unread(chamber) == ["i1", "i2", "i3"]


def test_posting_the_same_mail_again_changes_nothing(chamber: Path) -> None:
    sent = send(chamber, "one", "two")
    before = (chamber / MAIL).stat()
    post(chamber, sent)
    post(chamber, [])
    assert (chamber / MAIL).stat().st_ino == before.st_ino
    assert unread(chamber) == ["i1", "i2"]


def test_mail_that_a_hook_has_claimed_or_shown_is_not_posted_again(chamber: Path) -> None:
    sent = send(chamber, "one")
    claim = chamber / f"{MAIL}.123.456"
    (chamber / MAIL).rename(claim)
    post(chamber, sent)
    assert not (chamber / MAIL).exists()
    assert unread(chamber) == ["i1"]
    claim.rename(chamber / DELIVERED)
    (chamber / DELIVERED).write_text('{"reader": "s/", "ids": ["i1"]}')
    post(chamber, sent)
    assert unread(chamber) == []


def test_two_processes_that_post_at_once_lose_no_message(chamber: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", POSTING, str(chamber), str(start)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for start in (100, 200)
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    expected = {f"i{start + number}" for start in (100, 200) for number in range(10)}
    assert set(unread(chamber)) == expected
    assert names_in(chamber) == [MAIL]


def test_unread_mail_can_be_withdrawn(chamber: Path) -> None:
    send(chamber, "one", "two", "three")
    assert withdraw(chamber, "auth", ["i2", "i9"]) == {"i2"}
    assert unread(chamber) == ["i1", "i3"]
    assert json.loads((chamber / MAIL).read_text())["for"] == "auth"
    assert withdraw(chamber, "auth", ["i1", "i3"]) == {"i1", "i3"}
    assert names_in(chamber) == []
    assert withdraw(chamber, "auth", ["i1"]) == set()
    assert withdraw(chamber / "gone", "auth", ["i1"]) == set()


def test_mail_that_a_hook_has_claimed_is_not_withdrawn(chamber: Path) -> None:
    send(chamber, "one")
    (chamber / MAIL).rename(chamber / f"{MAIL}.123.456")
    send(chamber, "two", start=2)
    assert withdraw(chamber, "auth", ["i1", "i2"]) == {"i2"}
    assert unread(chamber) == ["i1"]


def test_withdrawing_while_another_process_posts_loses_no_other_message(chamber: Path) -> None:
    send(chamber, *(f"old {number}" for number in range(10)))
    posting = subprocess.Popen(
        [sys.executable, "-c", POSTING, str(chamber), "100"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    for number in range(1, 11):
        assert withdraw(chamber, "auth", [f"i{number}"]) == {f"i{number}"}
    assert posting.wait(60) == 0
    assert unread(chamber) == [f"i{number}" for number in range(100, 110)]


def test_a_symlink_at_the_mail_files_path_is_replaced_and_a_directory_is_moved_aside(
    chamber: Path,
) -> None:
    other = chamber / "other"
    other.write_text("untouched")
    (chamber / MAIL).symlink_to(other)
    send(chamber, "one")
    assert other.read_text() == "untouched"
    assert unread(chamber) == ["i1"]
    (chamber / MAIL).unlink()
    (chamber / MAIL).mkdir()
    (chamber / MAIL / "x").touch()
    send(chamber, "two", start=2)
    assert unread(chamber) == ["i2"]


def test_text_that_a_person_wrote_into_the_mail_file_is_kept_as_a_message(chamber: Path) -> None:
    (chamber / MAIL).write_text("come home\n")
    send(chamber, "one")
    messages = [
        letter["message"] for letter in json.loads((chamber / MAIL).read_text())["interrupts"]
    ]
    assert messages == ["come home", "one"]


def test_the_error_for_a_missing_chamber_names_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"mailbox of .*gone cannot be written"):
        send(tmp_path / "gone", "one")
    assert unread(tmp_path / "gone") == []
