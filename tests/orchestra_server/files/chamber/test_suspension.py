"""The file that keeps a chamber's tools from running says what Redis says, whole or not at all."""

import json
from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable
from orchestra_server.files.chamber.mailbox import unread
from orchestra_server.files.chamber.suspension import (
    SUSPENDED,
    Suspension,
    read_suspension,
    show_suspension,
)
from tests.support.hooks.hooked_checkout import names_in

PAUSE = Suspension(since=5, interrupt_id="i1", sender="operator", message="Wait — a moment")


def test_the_suspension_file_says_since_when_by_whom_and_why(tmp_path: Path) -> None:
    assert show_suspension(tmp_path, PAUSE)
    assert json.loads((tmp_path / SUSPENDED).read_text()) == {
        "since": 5,
        "interrupt_id": "i1",
        "from": "operator",
        "message": "Wait — a moment",
    }
    assert read_suspension(tmp_path) == PAUSE


def test_writing_the_same_suspension_again_changes_nothing(tmp_path: Path) -> None:
    assert not show_suspension(tmp_path, None)
    show_suspension(tmp_path, PAUSE)
    before = (tmp_path / SUSPENDED).stat()
    assert not show_suspension(tmp_path, PAUSE)
    assert (tmp_path / SUSPENDED).stat() == before
    assert show_suspension(tmp_path, None)
    assert names_in(tmp_path) == []


def test_the_suspension_file_is_not_mail(tmp_path: Path) -> None:
    show_suspension(tmp_path, PAUSE)
    assert unread(tmp_path) == []


def test_a_foreign_file_at_the_suspension_files_path_is_replaced(tmp_path: Path) -> None:
    (tmp_path / SUSPENDED).write_text("{half")
    assert read_suspension(tmp_path) is None
    assert show_suspension(tmp_path, None)
    (tmp_path / SUSPENDED).symlink_to(tmp_path / "nowhere")
    assert show_suspension(tmp_path, PAUSE)
    assert names_in(tmp_path) == [SUSPENDED]


def test_the_error_for_a_missing_chamber_names_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"gone.*cannot be changed"):
        show_suspension(tmp_path / "gone", PAUSE)
    assert not show_suspension(tmp_path / "gone", None)
