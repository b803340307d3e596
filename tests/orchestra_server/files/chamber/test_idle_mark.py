"""A chamber whose turn was aborted is marked idle, so that mail wakes its session."""

import os
from pathlib import Path

from orchestra_server.files.chamber.idle_mark import mark_idle


def test_the_mark_has_content_and_mail_that_is_there_changes_again(tmp_path: Path) -> None:
    hooks = tmp_path / ".claude" / "hooks"
    hooks.mkdir(parents=True)
    mail = tmp_path / ".INTERRUPT"
    mail.write_text("{}")
    os.utime(mail, (1, 1))
    mark_idle(tmp_path)
    assert (hooks / "interrupt_monitor.idle").read_text()
    assert mail.stat().st_mtime > 1


def test_a_chamber_that_is_gone_is_left_alone(tmp_path: Path) -> None:
    mark_idle(tmp_path / "gone")
    assert not list(tmp_path.iterdir())
