"""A worker in the background that waits at a dialog of its client is shown as blocked."""

from pathlib import Path

import msgspec
import pytest

from orchestra_core.clock import now_ms
from orchestra_core.models import Presence
from orchestra_core.names import chamber_id
from orchestra_server.usecases.client_sessions.blocked_workers import blocked_report
from orchestra_server.usecases.client_sessions.list_sessions import ClientSession
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.delivery.delivery_loop import deliver_as_leader
from tests.orchestra_server.usecases.client_sessions.test_list_sessions import a_client
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.waiting import until_awaited

BLOCKED = ClientSession(id="de46", cwd="/r/auth", kind="background", state="blocked")
WORKING = ClientSession(id="de46", cwd="/r/auth", kind="background", state="working")
SHOWN = Presence(chamber_id="t/auth", state="blocked", since=5)
AT_WORK = Presence(chamber_id="t/auth", state="working", tool="Bash", since=5)


@pytest.mark.parametrize(
    ("presence", "session", "state"),
    [
        (None, BLOCKED, "blocked"),
        (AT_WORK, BLOCKED, "blocked"),
        (SHOWN, BLOCKED, ""),
        (SHOWN, WORKING, "working"),
        (SHOWN, None, "killed"),
        (AT_WORK, WORKING, ""),
        (AT_WORK, None, ""),
        (None, None, ""),
    ],
)
def test_only_what_the_client_says_otherwise_is_reported(
    presence: Presence | None, session: ClientSession | None, state: str
) -> None:
    report = blocked_report("t/auth", presence, session, needs_somebody=False, now=9)
    assert (report.state if report else "") == state


def test_a_request_that_a_hook_has_told_stays_as_it_is() -> None:
    assert blocked_report("t/auth", AT_WORK, BLOCKED, needs_somebody=True, now=9) is None


async def test_a_blocked_session_is_shown_with_the_command_that_answers_it_until_it_ends(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    answer, job = tmp_path / "answer.json", tmp_path / ".claude" / "jobs" / "de46" / "state.json"
    job.parent.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.setenv("PATH", a_client(tmp_path, f"cat {answer}")["PATH"])

    def tell(state: str) -> None:
        listed = {"id": "de46", "cwd": str(auth.path), "kind": "background", "state": state}
        answer.write_bytes(msgspec.json.encode([listed] if state else []))
        job.write_bytes(msgspec.json.encode(listed))

    async def is_shown(state: str, detail: str) -> bool:
        presence = await context.store.presence(chamber_id(task_id, "auth"))
        return presence is not None and (presence.state, presence.detail) == (state, detail)

    async with deliver_as_leader(context.store, context.project, now_ms):
        tell("blocked")
        await until_awaited(lambda: is_shown("blocked", "answer it with: claude attach de46"))
        tell("")
        await until_awaited(lambda: is_shown("killed", ""))
