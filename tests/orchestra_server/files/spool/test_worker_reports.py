"""What is left in the spool is decided by whom it is of, as a hook would decide."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestra_core.process.process_mark import is_running
from orchestra_server.files.hook.cut_report import KEPT_BYTES
from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.json_files import Fields
from orchestra_server.files.spool.worker_reports import (
    TornReportError,
    describe,
    read_report,
)
from tests.support.hooks.hooked_checkout import (
    HookedCheckout,
    Session,
    hooked_checkout,
    read_reports,
)

READ = {"tool_name": "Read", "tool_input": {"file_path": "/a"}}
AT_NS = 7_000_000


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "a repo with 'quotes' and $HOME")


def report(checkout: HookedCheckout, session: Session, event: str, client: str = "claude") -> bytes:
    head = f"{session.directory}\0{session.directory}\0{client}\0"
    return head.encode() + session.payload(event, READ)


def test_the_shell_alone_leaves_a_report_with_the_moment_of_its_writing(
    checkout: HookedCheckout,
) -> None:
    worker = Session(checkout.chamber())
    for compiled in checkout.common_dir.rglob("__pycache__"):
        shutil.rmtree(compiled)
    (command,) = worker.commands("PreToolUse")
    worker.fire("PreToolUse", READ)
    (file,) = (
        path for path in (checkout.common_dir / "orchestra/spool").iterdir() if path.is_file()
    )
    assert file.name.startswith("auth.")
    assert ".PreToolUse." in file.name
    assert file.read_bytes() == report(checkout, worker, "PreToolUse", f"claude:{os.getpid()}")
    presence = read_report(file.read_bytes(), file.stat().st_mtime_ns)
    assert presence is not None
    assert (presence.state, presence.tool) == ("working", "Read")
    assert presence.since == file.stat().st_mtime_ns // 1_000_000
    assert "python" in command  # which was not started: nothing is compiled
    assert not list(checkout.common_dir.rglob("__pycache__"))


@pytest.mark.parametrize("is_claude", [True, False])
@pytest.mark.parametrize("size", [0, 4_000, 3_000_000])
def test_a_report_of_any_size_is_read(
    checkout: HookedCheckout, size: int, *, is_claude: bool
) -> None:
    worker = Session(checkout.chamber(), is_claude=is_claude)
    worker.fire("PreToolUse", {**READ, "tool_use_id": "x" * size})
    (presence,) = read_reports(checkout)
    assert (presence.state, presence.tool, presence.detail) == ("working", "Read", "/a")


@pytest.mark.parametrize(("is_claude", "kept"), [(True, KEPT_BYTES), (False, 3_000_000)])
def test_of_claude_codes_long_reports_the_beginning_is_kept_and_of_others_all(
    checkout: HookedCheckout, *, is_claude: bool, kept: int
) -> None:
    worker = Session(checkout.chamber(), is_claude=is_claude)
    worker.fire("Stop", {"last_assistant_message": "I am done. " + "x" * 3_000_000})
    (file,) = (
        path for path in (checkout.common_dir / "orchestra/spool").iterdir() if path.is_file()
    )
    assert len(file.read_bytes().split(b"\0", 3)[3]) >= kept
    assert (len(file.read_bytes()) < 2 * KEPT_BYTES) == is_claude
    (presence,) = read_reports(checkout)
    assert presence.message.startswith("I am done. xxx")


def test_a_subagent_is_bound_by_a_long_report(checkout: HookedCheckout) -> None:
    chamber = checkout.chamber()
    agent = checkout.subagent()
    call = {"file_path": f"{chamber}/a", "content": "x" * 3_000_000}
    agent.fire("PreToolUse", {"tool_name": "Write", "tool_input": call}, "presence")
    (presence,) = read_reports(checkout)
    assert (presence.agent_id, presence.tool) == (agent.agent_id, "Write")


def test_a_flood_of_one_event_stays_in_its_slots_and_hides_no_other_event(
    checkout: HookedCheckout,
) -> None:
    worker = Session(checkout.chamber())
    worker.fire("Stop")
    (command,) = worker.commands("PreToolUse")
    flood = "i=0; while [ $i -lt 200 ]; do echo '{}' | /bin/sh -c \"$0\"; i=$((i+1)); done"
    subprocess.run(["/bin/sh", "-c", flood, command], check=True)
    names = [path.name for path in (checkout.common_dir / "orchestra/spool").glob("auth.*")]
    assert sum(".PreToolUse." in name for name in names) <= 64
    assert sum(".Stop." in name for name in names) == 1


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_an_incomplete_report_is_not_read(checkout: HookedCheckout, cut: int) -> None:
    whole = report(checkout, Session(checkout.chamber()), "PreToolUse")
    for half in (whole[:cut], whole[:-1], b""):
        with pytest.raises(TornReportError):
            read_report(half, AT_NS)


def test_reports_of_the_conductor_a_stranger_or_a_closed_chamber_show_no_presence(
    checkout: HookedCheckout, tmp_path: Path
) -> None:
    checkout.chamber()
    for session in (
        Session(checkout.main),
        checkout.subagent("elsewhere"),
        Session(tmp_path / "nowhere"),
        Session(checkout.main / ".claude" / "worktrees" / "gone"),
    ):
        assert read_report(report(checkout, session, "PreToolUse"), AT_NS) is None


def test_a_call_in_a_chamber_binds_a_subagent_and_its_end_is_noted(
    checkout: HookedCheckout,
) -> None:
    auth, agent = checkout.chamber(), checkout.subagent("a-7")
    agent.fire("PreToolUse", {"tool_input": {"path": f"{auth}/a"}}, "presence")
    agent.fire("PostToolUse", READ, "presence")
    agent.fire("SubagentStop", {"last_assistant_message": "Done"}, "presence")
    presences = read_reports(checkout)
    assert {presence.agent_id for presence in presences} == {"a-7"}
    assert (presences[-1].state, presences[-1].message) == ("finished", "Done")
    binding = checkout.main / ".claude/hooks/bindings/a-7.json"
    assert '"ended": true' in binding.read_text()


@pytest.mark.parametrize(
    ("client", "event", "state"),
    [
        ("codex", "PreToolUse", "working"),
        ("gemini", "BeforeTool", "working"),
        ("gemini", "AfterAgent", "idle"),
        ("opencode", "SessionEnd", "finished"),
    ],
)
def test_events_of_other_clients_show_the_same_presence(
    checkout: HookedCheckout, client: str, event: str, state: str
) -> None:
    worker = Session(checkout.chamber())
    presence = read_report(report(checkout, worker, event, client), AT_NS)
    assert presence is not None
    assert (presence.state, presence.since) == (state, 7)


def test_an_event_without_a_state_shows_no_presence(checkout: HookedCheckout) -> None:
    worker = Session(checkout.chamber())
    assert read_report(report(checkout, worker, "Notification"), AT_NS) is None
    assert read_report(report(checkout, worker, "PreCompact"), AT_NS) is None


def reader_of(root: Path, agent: str = "") -> Reader:
    return Reader({"root": str(root), "chamber": "auth"}, {"agent_id": agent})


@pytest.mark.parametrize(
    ("event", "payload", "state"),
    [
        ("SessionStart", {}, "starting"),
        ("UserPromptSubmit", {}, "working"),
        ("Continued", {}, "working"),
        ("PostToolUse", {}, "working"),
        ("Notification", {"notification_type": "permission_prompt"}, "waiting"),
        ("Stop", {}, "idle"),
        ("StopFailure", {}, "failed"),
        ("SessionEnd", {}, "finished"),
    ],
)
def test_each_event_shows_a_state(tmp_path: Path, event: str, payload: Fields, state: str) -> None:
    presence = describe(event, reader_of(tmp_path), payload)
    assert presence is not None
    assert presence["state"] == state


@pytest.mark.parametrize("event", ["Notification", "PreCompact", "FileChanged"])
def test_other_events_show_no_state(tmp_path: Path, event: str) -> None:
    assert describe(event, reader_of(tmp_path), {"message": "done"}) is None


def test_a_tool_call_is_shown_with_a_path_relative_to_the_chamber(tmp_path: Path) -> None:
    payload: Fields = {"tool_name": "Read", "tool_input": {"file_path": f"{tmp_path}/src/a.py"}}
    assert describe("PreToolUse", reader_of(tmp_path), payload) == {
        "state": "working",
        "tool": "Read",
        "detail": "src/a.py",
    }


def test_the_last_message_is_shown_on_one_line(tmp_path: Path) -> None:
    presence = describe("Stop", reader_of(tmp_path), {"last_assistant_message": "all\ndone"})
    assert presence == {"state": "idle", "message": "all done"}


def test_a_workers_subagent_does_not_end_the_workers_turn(tmp_path: Path) -> None:
    assert describe("Stop", reader_of(tmp_path, "inner"), {}) is None


def payload_of(session: Session, event: str, **fields: object) -> bytes:
    return f"{session.directory}\0{session.directory}\0claude\0".encode() + session.payload(
        event, fields
    )


def test_a_report_names_the_clients_process_while_it_runs_and_the_conversation(
    checkout: HookedCheckout,
) -> None:
    worker = Session(checkout.chamber())
    own = worker.payload("PreToolUse", {**READ, "transcript_path": "/home/p/s-1.jsonl"})
    head = f"{worker.directory}\0{worker.directory}\0claude:{os.getpid()}\0".encode()
    presence = read_report(head + own, AT_NS)
    assert presence is not None
    assert is_running(presence.process)
    assert presence.transcript == "/home/p/s-1.jsonl"
    older = read_report(report(checkout, worker, "PreToolUse"), AT_NS)
    assert older is not None
    assert (older.process, older.transcript) == ("", "")


def test_a_subagents_conversation_is_a_file_of_its_own(checkout: HookedCheckout) -> None:
    auth, agent = checkout.chamber(), checkout.subagent("a-7")
    fields = {"tool_input": {"path": f"{auth}/a"}, "transcript_path": "/home/p/s-1.jsonl"}
    presence = read_report(payload_of(agent, "PreToolUse", **fields), AT_NS)
    assert presence is not None
    assert presence.transcript == "/home/p/s-1/subagents/agent-a-7.jsonl"


def test_a_killed_subagent_is_known_by_the_notice_to_its_conductor(
    checkout: HookedCheckout,
) -> None:
    auth, agent = checkout.chamber(), checkout.subagent("a-7")
    agent.fire("PreToolUse", {"tool_input": {"path": f"{auth}/a"}}, "presence")
    read_reports(checkout)
    conductor = Session(checkout.main)

    def notice(task_id: str, status: str) -> bytes:
        told = f"<task-notification>\n<task-id>{task_id}</task-id>\n<status>{status}</status>\n"
        return payload_of(conductor, "UserPromptSubmit", prompt=told)

    assert read_report(notice("a-8", "killed"), AT_NS) is None
    assert read_report(notice("a-7", "completed"), AT_NS) is None
    presence = read_report(notice("a-7", "killed"), AT_NS)
    assert presence is not None
    assert (presence.state, presence.agent_id) == ("killed", "a-7")
    assert presence.chamber_id.endswith("/auth")
    binding = checkout.main / ".claude/hooks/bindings/a-7.json"
    assert '"ended": true' in binding.read_text()


QUESTION = {
    "tool_name": "AskUserQuestion",
    "tool_input": {"questions": [{"question": "Which colour?"}, {"question": "Why?"}]},
}


@pytest.mark.parametrize(
    ("event", "fields", "asks", "detail"),
    [
        ("PermissionRequest", READ, "permission", "/a"),
        ("PermissionRequest", QUESTION, "question", "Which colour?"),
        (
            "Notification",
            {"notification_type": "permission_prompt", "message": "May I?"},
            "permission",
            "May I?",
        ),
        (
            "Notification",
            {"notification_type": "elicitation_dialog", "message": "A form"},
            "question",
            "A form",
        ),
        ("Notification", {"message": "Claude needs your permission"}, "permission", None),
    ],
)
def test_a_worker_waits_for_a_permission_or_an_answer(
    checkout: HookedCheckout,
    event: str,
    fields: Mapping[str, object],
    asks: str,
    detail: str | None,
) -> None:
    presence = read_report(payload_of(Session(checkout.chamber()), event, **fields), AT_NS)
    assert presence is not None
    assert (presence.state, presence.asks) == ("waiting", asks)
    assert detail in (None, presence.detail)


def test_a_notice_that_asks_for_nothing_shows_nothing(checkout: HookedCheckout) -> None:
    worker = Session(checkout.chamber())
    fields = {"notification_type": "idle_prompt", "message": "No permission is waited for"}
    assert read_report(payload_of(worker, "Notification", **fields), AT_NS) is None
