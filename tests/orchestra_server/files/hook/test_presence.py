import json
from pathlib import Path

import pytest

from orchestra_server.files.hook import presence
from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.json_files import Fields
from orchestra_server.files.hook.presence import handle_presence, remember_ends, stamp_interrupts


class SentCommands(list[list[str]]):
    """The commands that were sent to Redis; `reaches_redis` is what sending them returns."""

    reaches_redis = True

    def take(self, _redis: Fields, commands: list[list[str]], _timeout: float) -> bool:
        self.extend(commands)
        return self.reaches_redis


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> SentCommands:
    sent = SentCommands()
    monkeypatch.setattr(presence, "run_commands", sent.take)
    return sent


def reader_of(root: Path, agent: str = "", memory: str = "") -> Reader:
    chamber: Fields = {
        "root": str(root), "chamber": "auth", "chamber_id": "t/auth",
        "presence": ["EVAL", "presence"], "interrupt_stamp": ["EVAL", "stamp"],
    }  # fmt: skip
    return Reader(chamber, {"agent_id": agent}, memory)


def reported(sent: SentCommands) -> list[dict[str, object]]:
    return [json.loads(command[3]) for command in sent]


@pytest.mark.parametrize(
    ("event", "payload", "state"),
    [
        ("SessionStart", {}, "starting"),
        ("UserPromptSubmit", {}, "working"),
        ("PostToolUse", {}, "working"),
        ("Notification", {"notification_type": "permission_prompt"}, "waiting"),
        ("Stop", {}, "idle"),
        ("StopFailure", {}, "failed"),
        ("SessionEnd", {}, "finished"),
    ],
)
def test_each_event_reports_a_state(
    sent: SentCommands, tmp_path: Path, event: str, payload: Fields, state: str
) -> None:
    handle_presence(event, reader_of(tmp_path), payload)
    assert [report["state"] for report in reported(sent)] == [state]


@pytest.mark.parametrize("event", ["Notification", "PreCompact", "FileChanged"])
def test_other_events_report_nothing(sent: SentCommands, tmp_path: Path, event: str) -> None:
    handle_presence(event, reader_of(tmp_path), {"message": "done"})
    assert sent == []


def test_a_tool_call_is_reported_with_a_path_relative_to_the_chamber(
    sent: SentCommands, tmp_path: Path
) -> None:
    payload: Fields = {"tool_name": "Read", "tool_input": {"file_path": f"{tmp_path}/src/a.py"}}
    handle_presence("PreToolUse", reader_of(tmp_path), payload)
    [report] = reported(sent)
    assert (report["tool"], report["detail"], report["state"]) == ("Read", "src/a.py", "working")


def test_the_last_message_is_reported_on_one_line(sent: SentCommands, tmp_path: Path) -> None:
    handle_presence("Stop", reader_of(tmp_path), {"last_assistant_message": "all\ndone"})
    assert reported(sent)[0]["message"] == "all done"


def test_a_subagent_of_a_worker_does_not_report_the_end_of_a_turn(
    sent: SentCommands, tmp_path: Path
) -> None:
    handle_presence("Stop", reader_of(tmp_path, "inner"), {})
    assert sent == []


def test_a_probe_is_answered_with_its_nonce(
    sent: SentCommands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handle_presence("Handshake", reader_of(tmp_path), {"nonce": "n1"})
    answer = json.loads(capsys.readouterr().out)
    assert answer == {"handshake": "n1", "chamber_id": "t/auth", "reaches_redis": True}


def test_stamps_that_reach_redis_leave_no_receipt(sent: SentCommands, tmp_path: Path) -> None:
    stamp_interrupts(reader_of(tmp_path), ["i1", "i2"], "delivered")
    assert [command[:4] for command in sent] == [
        ["EVAL", "stamp", "i1", "delivered"],
        ["EVAL", "stamp", "i2", "delivered"],
    ]
    assert list(tmp_path.rglob("*.json")) == []


def test_stamps_that_do_not_reach_redis_leave_receipts(sent: SentCommands, tmp_path: Path) -> None:
    sent.reaches_redis = False
    stamp_interrupts(reader_of(tmp_path), ["i1"], "acted")
    [receipt] = tmp_path.rglob("*.json")
    assert receipt.name == "i1.acted.json"
    assert json.loads(receipt.read_text())["state"] == "acted"


def test_a_new_turn_ends_idleness_and_the_end_of_one_does_not(tmp_path: Path) -> None:
    idle = tmp_path / ".claude" / "hooks" / "interrupt_monitor.idle"
    idle.parent.mkdir(parents=True)
    idle.touch()
    remember_ends("Stop", reader_of(tmp_path))
    assert idle.exists()
    remember_ends("UserPromptSubmit", reader_of(tmp_path))
    assert not idle.exists()


def test_the_end_of_a_subagent_is_remembered_until_it_continues(tmp_path: Path) -> None:
    binding = tmp_path / "bindings" / "a.json"
    reader = reader_of(tmp_path, "a", str(binding))
    remember_ends("SubagentStop", reader)
    assert json.loads(binding.read_text())["ended"] is True
    remember_ends("PreToolUse", reader)
    assert json.loads(binding.read_text())["ended"] is False


def test_with_unread_mail_a_subagent_has_not_ended(tmp_path: Path) -> None:
    (tmp_path / ".INTERRUPT").write_text("wait")
    remember_ends("SubagentStop", reader_of(tmp_path, "a", str(tmp_path / "a.json")))
    assert not (tmp_path / "a.json").exists()
