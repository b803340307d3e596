import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.spool import (
    bind_waiting,
    continued,
    leave_receipt,
    leave_report,
    note_end,
)

if TYPE_CHECKING:
    from orchestra_server.files.hook.json_files import Fields


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "git" / "spool"


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    place = tmp_path / ".INTERRUPT.1.2"
    place.write_text("letters")
    os.utime(place, (1, 1))
    return place


def reader_of(root: Path, spool: Path | str = "", agent: str = "", memory: str = "") -> Reader:
    chamber: Fields = {"root": str(root), "chamber": "auth", "spool": str(spool)}
    return Reader(chamber, {"agent_id": agent}, memory)


def test_a_receipt_is_the_mail_itself_with_the_present_as_its_time(
    tmp_path: Path, spool: Path, mail: Path
) -> None:
    leave_receipt(reader_of(tmp_path, spool), str(mail), "delivered")
    [receipt] = spool.iterdir()
    assert (receipt.read_text(), mail.exists()) == ("letters", False)
    assert receipt.name.startswith("auth.")
    assert receipt.suffix == ".delivered"
    assert receipt.stat().st_mtime > 1


def test_a_receipt_is_copied_to_another_file_system(
    tmp_path: Path, spool: Path, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename

    def other_file_system(source: str, target: str) -> None:
        if Path(source).parent != Path(target).parent:
            raise OSError(18, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(os, "rename", other_file_system)
    leave_receipt(reader_of(tmp_path, spool), str(mail), "acted")
    [receipt] = spool.iterdir()
    assert (receipt.read_text(), mail.exists()) == ("letters", False)


def test_without_a_spool_a_receipt_stays_in_the_chamber(
    tmp_path: Path, spool: Path, mail: Path
) -> None:
    spool.parent.write_text("in the way")
    leave_receipt(reader_of(tmp_path, spool), str(mail), "delivered")
    [receipt] = (tmp_path / ".claude" / "hooks" / "receipts").iterdir()
    assert (receipt.read_text(), mail.exists()) == ("letters", False)


def test_mail_whose_receipt_can_be_left_nowhere_is_not_shown_again(
    tmp_path: Path, spool: Path, mail: Path
) -> None:
    for place in (spool.parent, tmp_path / ".claude"):
        place.write_text("in the way")
    leave_receipt(reader_of(tmp_path, spool), str(mail), "delivered")
    assert not mail.exists()


def test_a_receipt_that_another_hook_has_left_is_not_an_error(tmp_path: Path, spool: Path) -> None:
    leave_receipt(reader_of(tmp_path, spool), str(tmp_path / "gone"), "delivered")
    assert not spool.exists()


def test_a_report_has_a_head_and_the_payload_as_it_came(
    spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", "/session")
    own: Fields = {"root": "/r", "spool": str(spool), "slot": "auth.1"}
    leave_report(own, "claude", "Stop", b"{}")
    [report] = spool.iterdir()
    assert report.name == f"auth.1.Stop.{os.getpid() % 64}"
    assert report.read_bytes() == b"/r\0/session\0claude\0{}"


def test_settings_of_an_older_version_get_no_report(tmp_path: Path) -> None:
    leave_report({"root": str(tmp_path)}, "claude", "Stop", b"{}")
    assert list(tmp_path.iterdir()) == []


def test_a_turn_that_mail_continues_is_reported_with_the_ids_of_its_caller() -> None:
    payload: Fields = {"hook_event_name": "Stop", "session_id": "s", "agent_id": "a", "x": 1}
    assert json.loads(continued(payload)) == {
        "hook_event_name": "Continued",
        "session_id": "s",
        "agent_id": "a",
    }


def test_the_end_of_a_subagent_is_remembered_until_it_continues(tmp_path: Path) -> None:
    binding = tmp_path / "bindings" / "a.json"
    reader = reader_of(tmp_path, "", "a", str(binding))
    note_end("SubagentStop", reader)
    assert json.loads(binding.read_text())["ended"] is True
    note_end("Continued", reader)
    assert json.loads(binding.read_text())["ended"] is False


def test_unread_reports_bind_subagents_in_their_order(tmp_path: Path, spool: Path) -> None:
    main = tmp_path / "repo"
    for name in ("auth", "api"):
        root = main / ".claude" / "worktrees" / name
        (root / ".claude" / "hooks").mkdir(parents=True)
        (root / ".git").touch()
        settings = {"mode": "chamber", "root": str(root), "chamber": name}
        (root / ".claude/hooks/interrupt_monitor.json").write_text(json.dumps(settings))
    spool.mkdir(parents=True)
    reports = {
        "main.1.PreToolUse.9": {"tool_input": {"path": f"{main}/.claude/worktrees/auth/a"}},
        "main.1.PreToolUse.1": {"tool_input": {"path": f"{main}/.claude/worktrees/api/a"}},
        "main.1.SubagentStop.5": {"hook_event_name": "SubagentStop"},
    }
    for at, (name, fields) in enumerate(reports.items()):
        payload = json.dumps({"agent_id": "a-1", "cwd": str(main), **fields})
        (spool / name).write_text(f"{main}\0{main}\0claude\0{payload}")
        os.utime(spool / name, (at, at))
    (spool / "main.1.PreToolUse.2").write_text(f'{main}\0{main}\0claude\0{{"agent_id"')
    bind_waiting({"mode": "main", "root": str(main), "spool": str(spool), "slot": "main.1"})
    binding = json.loads((main / ".claude" / "hooks" / "bindings" / "a-1.json").read_text())
    assert Path(binding["chamber"]).name == "auth"
    assert binding["ended"] is True
