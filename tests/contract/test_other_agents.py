"""Mail for Codex, Gemini CLI and opencode, by payloads recorded from their documentation."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from orchestra_server.files.agents.catalogue import AGENTS
from orchestra_server.files.chamber_files import furnish
from orchestra_server.files.installation import initialise
from orchestra_server.files.mailbox import collect_receipts, unread
from orchestra_server.files.suspension import Suspension, show_suspension
from tests.support.hooks import Rooms, Settings, rooms_at, send

SAMPLES = Path(__file__).parents[1] / "support" / "agent_payloads"
Answer = dict[str, object]


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    rooms = rooms_at(tmp_path / "a repo")
    initialise(rooms.main, Path(sys.executable), agents=tuple(AGENTS))
    return rooms


def fire(chamber: Path, agent: str, event: str) -> Answer:
    """Fire an event as the agent's client would, with its recorded payload."""
    settings = msgspec.json.decode((chamber / AGENTS[agent].place).read_bytes(), type=Settings)
    ((handler,),) = (group.hooks for group in settings.hooks[event])
    samples = json.loads((SAMPLES / f"{agent}.json").read_text())
    payload = json.dumps(samples[event]).replace("{chamber}", str(chamber))
    ended = subprocess.run(
        ["/bin/sh", "-c", handler.command],
        input=payload.encode(),
        cwd=chamber,
        capture_output=True,
        check=True,
    )
    assert ended.stderr == b""
    return json.loads(ended.stdout) if ended.stdout else {}


@pytest.mark.parametrize(
    ("agent", "events"),
    [
        ("codex", ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop")),
        ("gemini", ("SessionStart", "BeforeAgent", "BeforeTool", "AfterTool", "AfterAgent")),
    ],
)
def test_every_event_shows_mail_once_in_the_clients_own_form(
    rooms: Rooms, agent: str, events: tuple[str, ...]
) -> None:
    chamber = rooms.chamber()
    for number, event in enumerate(events):
        assert fire(chamber, agent, event) == {}
        send(chamber, f"Message {number}", start=number)
        answer = fire(chamber, agent, event)
        assert f"Message {number}" in json.dumps(answer)
        assert set(answer) <= form(agent, event)
        assert unread(chamber) == []
    assert {one.state for one in collect_receipts(chamber)} == {"delivered", "acted"}


def form(agent: str, event: str) -> set[str]:
    """The members an answer may have."""
    if agent == "gemini" and event in ("BeforeTool", "AfterAgent"):
        return {"decision", "reason"}
    return {"decision", "reason"} if event == "Stop" else {"hookSpecificOutput"}


def test_the_answers_say_what_each_client_reads(rooms: Rooms) -> None:
    chamber = rooms.chamber()
    send(chamber, "Hello")
    denied = fire(chamber, "gemini", "BeforeTool")
    assert denied["decision"] == "deny"
    send(chamber, "Again", start=2)
    assert fire(chamber, "codex", "PreToolUse")["hookSpecificOutput"] == {
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": str(denied["reason"]).replace("Hello", "Again"),
    }


@pytest.mark.parametrize(("agent", "event"), [("codex", "PreToolUse"), ("gemini", "BeforeTool")])
def test_a_suspended_chamber_runs_no_tool_of_theirs(rooms: Rooms, agent: str, event: str) -> None:
    chamber = rooms.chamber()
    show_suspension(chamber, Suspension(since=1, interrupt_id="i1", sender="ada"))
    for _ in range(2):
        assert "suspended the work" in json.dumps(fire(chamber, agent, event))


def test_a_users_own_settings_are_kept_and_a_tracked_file_is_left(rooms: Rooms) -> None:
    chamber = rooms.chamber()
    place = chamber / AGENTS["gemini"].place
    place.write_text('{"theme": "dark"}')
    furnish(rooms.furnishing())
    assert json.loads(place.read_text())["theme"] == "dark"
    assert "hooks" in json.loads(place.read_text())
    place.write_text("{}")
    tracked = frozenset((AGENTS["gemini"].place.as_posix(),))
    (line,) = furnish(replace(rooms.furnishing(), tracked=tracked))
    assert "gemini gets no mail" in line
    assert place.read_text() == "{}"


def test_chambers_know_no_agent_that_was_not_chosen(tmp_path: Path) -> None:
    chamber = rooms_at(tmp_path / "plain").chamber()
    assert not any((chamber / agent.place).exists() for agent in AGENTS.values())


PLAY = """
import { Orchestra } from "./orchestra.mjs"
const said = []
const client = { session: { prompt: async (asked) => { said.push(asked.body.parts[0].text) } } }
const hooks = await Orchestra({ client, directory: process.argv[2] })
try {
  const output = { args: { command: "ls" } }
  await hooks["tool.execute.before"]({ tool: "bash", sessionID: "o-1" }, output)
  said.push("ran")
} catch (error) {
  said.push(error.message)
}
await hooks.event({ event: { type: "session.idle", properties: { sessionID: "o-1" } } })
console.log(JSON.stringify(said))
"""


@pytest.mark.skipif(not shutil.which("node"), reason="opencode's plugin is JavaScript")
def test_opencodes_plugin_stops_a_tool_and_tells_an_idle_session(
    rooms: Rooms, tmp_path: Path
) -> None:
    chamber = rooms.chamber()
    shutil.copy(chamber / AGENTS["opencode"].place, tmp_path / "orchestra.mjs")
    (tmp_path / "play.mjs").write_text(PLAY)

    def play() -> list[str]:
        command = ["node", str(tmp_path / "play.mjs"), str(chamber)]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    assert play() == ["ran"]
    send(chamber, "Hello")
    (stopped,) = play()
    assert "Hello" in stopped
    assert play() == ["ran"]
    send(chamber, "x" * 6_000, "y" * 6_000, start=2)
    stopped, told = play()
    assert ("x" * 6_000 in stopped, "y" * 6_000 in told) == (True, True)
