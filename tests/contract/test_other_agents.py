"""Mail for Codex, Gemini CLI and opencode, by payloads recorded from the clients themselves."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from orchestra_server.files.chamber.chamber_files import provision_chamber
from orchestra_server.files.chamber.mailbox import unread
from orchestra_server.files.chamber.suspension import Suspension, show_suspension
from orchestra_server.files.clients.agent_clients import AGENTS
from orchestra_server.files.installation.install import initialise
from tests.support.hooks.hooked_checkout import (
    HookedCheckout,
    HookSettingsFile,
    hooked_checkout,
    names_in,
    receipts_of,
    send,
)

SAMPLES = Path(__file__).parents[1] / "support" / "agents" / "agent_payloads"
ClientAnswer = dict[str, object]


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    checkout = hooked_checkout(tmp_path / "a repo")
    initialise(checkout.main, Path(sys.executable), agents=tuple(AGENTS))
    return checkout


def fire(checkout: HookedCheckout, directory: Path, agent: str, event: str) -> ClientAnswer:
    """Fire an event as a session of the agent's client in `directory`, with a recorded payload."""
    client = AGENTS[agent]
    place = (checkout.main if client.in_main else directory) / client.place
    settings = msgspec.json.decode(place.read_bytes(), type=HookSettingsFile)
    ((handler,),) = (group.hooks for group in settings.hooks[event])
    samples = json.loads((SAMPLES / f"{agent}.json").read_text())
    payload = json.dumps(samples[event]).replace("{chamber}", str(directory))
    ended = subprocess.run(
        ["/bin/sh", "-c", handler.command],
        input=payload.encode(),
        cwd=directory,
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
def test_each_event_shows_mail_once_in_the_clients_own_format(
    checkout: HookedCheckout, agent: str, events: tuple[str, ...]
) -> None:
    chamber = checkout.chamber()
    for number, event in enumerate(events):
        assert fire(checkout, chamber, agent, event) == {}
        send(chamber, f"Message {number}", start=number)
        answer = fire(checkout, chamber, agent, event)
        assert f"Message {number}" in json.dumps(answer)
        assert set(answer) <= form(agent, event)
        assert unread(chamber) == []
    assert {receipt.state for receipt in receipts_of(chamber)} == {"delivered", "acted"}


def form(agent: str, event: str) -> set[str]:
    """The members an answer may have."""
    if agent == "gemini" and event in ("BeforeTool", "AfterAgent"):
        return {"decision", "reason"}
    return {"decision", "reason"} if event == "Stop" else {"hookSpecificOutput"}


def test_the_hooks_answers_match_what_each_client_reads(checkout: HookedCheckout) -> None:
    chamber = checkout.chamber()
    send(chamber, "Hello")
    denied = fire(checkout, chamber, "gemini", "BeforeTool")
    assert denied["decision"] == "deny"
    send(chamber, "Again", start=2)
    assert fire(checkout, chamber, "codex", "PreToolUse")["hookSpecificOutput"] == {
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": str(denied["reason"]).replace("Hello", "Again"),
    }


@pytest.mark.parametrize(("agent", "event"), [("codex", "PreToolUse"), ("gemini", "BeforeTool")])
def test_no_tool_of_any_client_runs_in_a_suspended_chamber(
    checkout: HookedCheckout, agent: str, event: str
) -> None:
    chamber = checkout.chamber()
    show_suspension(chamber, Suspension(since=1, interrupt_id="i1", sender="ada"))
    for _ in range(2):
        assert "suspended the work" in json.dumps(fire(checkout, chamber, agent, event))


def test_codex_runs_the_main_checkouts_hook_from_every_directory(checkout: HookedCheckout) -> None:
    auth, api = checkout.chamber("auth"), checkout.chamber("api")
    send(auth, "Hello")
    for elsewhere in (checkout.main, api):
        assert fire(checkout, elsewhere, "codex", "PreToolUse") == {}
    (auth / "src").mkdir()
    assert "Hello" in json.dumps(fire(checkout, auth / "src", "codex", "PreToolUse"))


def test_every_chamber_has_an_empty_codex_folder(
    checkout: HookedCheckout,
) -> None:
    assert names_in(checkout.chamber() / ".codex") == []


def test_the_users_own_settings_and_a_tracked_file_stay_unchanged(checkout: HookedCheckout) -> None:
    chamber = checkout.chamber()
    place = chamber / AGENTS["gemini"].place
    place.write_text('{"theme": "dark"}')
    provision_chamber(checkout.provision_plan())
    assert json.loads(place.read_text())["theme"] == "dark"
    assert "hooks" in json.loads(place.read_text())
    place.write_text("{}")
    tracked = frozenset((AGENTS["gemini"].place.as_posix(),))
    (line,) = provision_chamber(replace(checkout.provision_plan(), tracked=tracked))
    assert "gemini gets no mail" in line
    assert place.read_text() == "{}"


def test_a_chamber_has_files_only_for_the_chosen_agents(tmp_path: Path) -> None:
    checkout = hooked_checkout(tmp_path / "plain")
    for place in (checkout.main, checkout.chamber()):
        assert not any((place / agent.place.parent).exists() for agent in AGENTS.values())


PLAY = """
import { Orchestra } from "./orchestra.mjs"
const said = []
const client = { session: { prompt: async (asked) => { said.push(asked.body.parts[0].text) } } }
const hooks = await Orchestra({ client, directory: process.argv[2] })
const acts = {
  async prompt() {
    const parts = [{ type: "text", text: "Do your part" }]
    await hooks["chat.message"]({ sessionID: "o-1" }, { message: {}, parts })
    said.push(parts[0].text)
  },
  async tool() {
    const output = { args: { command: "ls" } }
    await hooks["tool.execute.before"]({ tool: "bash", sessionID: "o-1" }, output)
    said.push("ran")
  },
  async idle() {
    await hooks.event({ event: { type: "session.idle", properties: { sessionID: "o-1" } } })
  },
}
await acts[process.argv[3]]().catch((error) => said.push(error.message))
console.log(JSON.stringify(said))
"""


@pytest.fixture
def play(checkout: HookedCheckout, tmp_path: Path) -> Callable[..., list[str]]:
    """Let opencode's plugin hear of one thing; what it says to the session comes back."""
    chamber = checkout.chamber()
    shutil.copy(chamber / AGENTS["opencode"].place, tmp_path / "orchestra.mjs")
    (tmp_path / "play.mjs").write_text(PLAY)

    def play(act: str, *arguments: str) -> list[str]:
        command = ["node", str(tmp_path / "play.mjs"), str(chamber), act, *arguments]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    return play


needs_node = pytest.mark.skipif(not shutil.which("node"), reason="opencode's plugin is JavaScript")


@needs_node
def test_opencodes_plugin_shows_mail_once_at_a_prompt_at_a_tool_and_when_idle(
    checkout: HookedCheckout, play: Callable[..., list[str]]
) -> None:
    quiet = {"prompt": ["Do your part"], "tool": ["ran"], "idle": []}
    for number, (act, nothing) in enumerate(quiet.items()):
        send(checkout.chamber(), f"Message {number}", start=number)
        (told,) = play(act)
        assert f"Message {number}" in told
        assert play(act) == nothing


@needs_node
def test_mail_stays_unread_where_opencode_exits_after_its_turn(
    checkout: HookedCheckout, play: Callable[..., list[str]]
) -> None:
    chamber = checkout.chamber()
    send(chamber, "Hello")
    assert play("idle", "run") == []
    assert unread(chamber) == ["i1"]
