"""Whatever is wrong, the hook ends well, in silence and soon, with its stdin read to the end."""

import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestra_core.process.file_lock import locked_directory
from orchestra_server.files.chamber.chamber_files import HOOK
from orchestra_server.files.chamber.closed_marks import mark_closed
from orchestra_server.files.chamber.mailbox import MAIL, unread
from tests.support.hooks.hooked_checkout import (
    HookAnswer,
    HookedCheckout,
    Session,
    code_of,
    hooked_checkout,
    read_reports,
    send,
)
from tests.support.unprivileged import UNPRIVILEGED, can_be_unprivileged

SUBJECTS = ("mail", "presence", "guard")
WRITE = {"tool_name": "Write", "tool_input": {"file_path": "{main}/a.py", "content": "x" * 200_000}}


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "repo")


@pytest.fixture
def worker(checkout: HookedCheckout) -> Session:
    chamber = checkout.chamber()
    send(chamber, "Hello")
    return Session(chamber)


def children_seconds() -> float:
    """Return the processor time of all programs that have ended: a busy machine adds little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ends_well(worker: Session, *before: str, prefix: str = "") -> list[bytes]:
    """Run every handler of a call; each must exit 0 with an empty stderr. Returns what they say."""
    said: list[bytes] = []
    for subject in SUBJECTS:
        (command,) = worker.commands("PreToolUse", subject)
        began = children_seconds()
        ended = subprocess.run(
            [*before, "/bin/sh", "-c", f"{prefix}{command}"],
            input=worker.payload("PreToolUse", WRITE),
            capture_output=True,
            check=True,
            timeout=60,
        )
        assert children_seconds() - began < 5
        assert ended.stderr == b""
        said.append(ended.stdout)
    return said


def test_the_hook_ends_well_in_a_chamber_that_was_deleted(
    checkout: HookedCheckout, worker: Session
) -> None:
    agent = checkout.subagent()
    agent.fire("PreToolUse", {"tool_input": {"path": f"{worker.directory}/a"}}, "presence")
    settings = worker.directory / ".claude" / "settings.local.json"
    original = settings.rename(checkout.main / "kept.json")
    shutil.rmtree(worker.directory)
    gone = Session(worker.directory, settings=original)
    read_reports(checkout)
    mail, report, guard = ends_well(gone)
    assert b"chamber auth is closed" in mail
    assert (report, guard) == (mail, b"")  # mail and reports have one handler
    mark_closed(checkout.main, worker.directory)
    mail, report, guard = ends_well(agent)
    assert b"chamber auth is closed" in mail
    assert (report, guard) == (mail, b"")


@pytest.mark.parametrize(
    "content", ["", "[]", "{broken", "\x00", '{"mode": 7}', '{"mode":"chamber"}']
)
def test_the_hook_ends_well_with_invalid_settings(worker: Session, content: str) -> None:
    (worker.directory / HOOK).with_suffix(".json").write_text(content)
    assert ends_well(worker) == [b""] * 3
    assert unread(worker.directory) == ["i1"]


def test_the_hook_ends_well_when_its_settings_are_a_directory(worker: Session) -> None:
    settings = (worker.directory / HOOK).with_suffix(".json")
    settings.unlink()
    settings.mkdir()
    assert ends_well(worker) == [b""] * 3


def test_the_hook_ends_well_and_delivers_mail_when_it_cannot_write_a_file(worker: Session) -> None:
    ends_well(worker, prefix="ulimit -f 0; ")
    (command,) = worker.commands("PostToolBatch")
    ended = subprocess.run(
        ["/bin/sh", "-c", f"ulimit -f 0; {command}"],
        input=worker.payload("PostToolBatch", {}),
        capture_output=True,
        check=True,
    )
    assert b"Hello" in ended.stdout
    assert ended.stderr == b""
    assert worker.fire("PostToolBatch") == HookAnswer()


@can_be_unprivileged
def test_a_read_only_chamber_does_not_keep_a_tool_from_running(worker: Session) -> None:
    worker.directory.chmod(0o555)
    try:
        mail, presence, guard = ends_well(worker, *UNPRIVILEGED)
        assert (mail, presence, guard) == (b"", b"", b"")
        for event in ("PostToolBatch", "Stop"):
            (command,) = worker.commands(event)
            ended = subprocess.run(
                [*UNPRIVILEGED, "/bin/sh", "-c", command],
                input=worker.payload(event, {}),
                capture_output=True,
                check=True,
            )
            assert (ended.stdout, ended.stderr) == (b"", b"")
    finally:
        worker.directory.chmod(0o755)
    assert unread(worker.directory) == ["i1"]
    assert "Hello" in worker.fire("PostToolBatch").context


def test_the_hook_gives_up_soon_on_a_locked_mailbox(worker: Session) -> None:
    with locked_directory(worker.directory):
        assert worker.fire("PostToolBatch") == HookAnswer()
        assert unread(worker.directory) == ["i1"]
    assert "Hello" in worker.fire("PostToolBatch").context


def test_the_hook_ends_well_when_its_code_does_not_run(worker: Session) -> None:
    hook = code_of(worker.directory)
    original = hook.read_bytes()
    for content in (b"1 / 0", b"\xff\xfe", b"import nothing_of_the_kind", b""):
        hook.write_bytes(content)
        assert ends_well(worker) == [b""] * 3
    hook.write_bytes(original)
    assert worker.fire("PreToolUse").denial


def test_the_hook_ends_well_when_its_bytecode_is_broken(worker: Session) -> None:
    worker.fire("PreToolUse")
    for compiled in (code_of(worker.directory).parent / "__pycache__").iterdir():
        compiled.write_bytes(b"not what python wrote")
    ends_well(worker)


def test_the_guard_reads_a_payload_of_ten_megabytes(worker: Session) -> None:
    (worker.directory / MAIL).unlink()
    given = {"file_path": "/elsewhere", "content": "x" * 10_000_000}
    asked = {"tool_name": "Write", "tool_input": given}
    assert worker.fire("PreToolUse", asked, "guard") == HookAnswer()


def test_a_payload_with_300000_paths_is_answered_within_five_seconds(
    checkout: HookedCheckout, worker: Session
) -> None:
    assert unread(worker.directory) == ["i1"]
    given = {"content": "/elsewhere/.claude/worktrees/auth\n" * 300_000}
    asked = {"tool_name": "Write", "tool_input": given}
    began = children_seconds()
    assert checkout.subagent("unbound").fire("PreToolUse", asked) == HookAnswer()
    assert children_seconds() - began < 5


def test_the_hook_ends_well_when_the_client_closes_its_output(worker: Session) -> None:
    with worker.start("PostToolBatch") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(30) == 0
