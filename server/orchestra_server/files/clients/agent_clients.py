"""The other agents whose clients can show mail: the file that each reads, and what it can do.

Each was tried in a chamber with a scripted model: Codex 0.169.0, Gemini CLI 0.61.0, opencode
1.18.33, in November 2026. A session of such an agent is started in a chamber, like one of Claude
Code. Subagents in the main checkout are not followed, because no other client says which subagent
made a call.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import BadInput
from orchestra_server.files.clients import opencode
from orchestra_server.files.hook_setup.shell_guard import (
    Command,
    closed_first,
    closed_in_main,
    guarded,
    reported,
)
from orchestra_server.files.installation.client_settings import Hooks, with_hooks
from orchestra_server.files.json_edit import Json

# Their workers' writes are not guarded: their hooks only serve mail, suspension and presence.
_CAN = "its sessions in chambers read mail before the next tool, when a prompt comes and at the end"


@dataclass(frozen=True, slots=True)
class AgentClient:
    """One agent: the file its client reads, and how Orchestra's hooks are merged into that.

    With `in_main`, the client reads the main checkout's file in every worktree, and ignores a
    worktree's own.
    """

    name: str
    place: Path
    merged: Callable[[str, str, Command], str]  # text, its name for errors, command
    can: str
    cannot: str
    in_main: bool = False


def _codex(command: Command) -> Hooks:
    """Return hooks in Codex's form, with timeouts in seconds."""
    tools = ("PreToolUse", "PostToolUse")
    others = ("SessionStart", "UserPromptSubmit", "Stop")
    return _hooks(command, "codex", tools, others, timeout=10, matcher="")


def _gemini(command: Command) -> Hooks:
    """Return hooks in Gemini CLI's form, with timeouts in milliseconds."""
    tools = ("BeforeTool", "AfterTool")
    others = ("SessionStart", "BeforeAgent", "AfterAgent", "Notification", "SessionEnd")
    return _hooks(command, "gemini", tools, others, timeout=10_000, matcher=".*")


def _hooks(
    command: Command,
    agent: str,
    tools: tuple[str, ...],
    others: tuple[str, ...],
    *,
    timeout: int,
    matcher: str,
) -> Hooks:
    """Return one handler per event; it starts Python only if there is mail."""

    def group(event: str) -> Json:
        report = reported(command, event, agent)
        closed = closed_first(command, event) or closed_in_main(command, event)
        line = closed + guarded(command, command.mail, agent, report)
        matching: dict[str, Json] = {"matcher": matcher} if event in tools and matcher else {}
        return {**matching, "hooks": [{"type": "command", "command": line, "timeout": timeout}]}

    return {event: [group(event)] for event in (*tools, *others)}


def _merging(hooks: Callable[[Command], Hooks]) -> Callable[[str, str, Command], str]:
    return lambda text, name, command: with_hooks(text or "{}\n", name, hooks(command))


AGENTS = {
    agent.name: agent
    for agent in (
        AgentClient(
            "codex",
            Path(".codex", "hooks.json"),
            _merging(_codex),
            _CAN,
            "Codex passes over hooks that you have not trusted, in silence: open /hooks in it once "
            "(`codex exec` has --dangerously-bypass-hook-trust); an idle session is not woken, and "
            "writes outside the chamber are not kept back",
            in_main=True,
        ),
        AgentClient(
            "gemini",
            Path(".gemini", "settings.json"),
            _merging(_gemini),
            _CAN,
            "Gemini CLI reads a folder's hooks only where you have trusted it or one above it, and "
            "--skip-trust is not enough (GEMINI_CLI_TRUST_WORKSPACE=true is); an idle session is "
            "not woken, and writes outside the chamber are not kept back",
        ),
        AgentClient(
            "opencode",
            Path(".opencode", "plugins", "orchestra.js"),
            opencode.plugin,
            "its sessions in chambers read mail before the next tool, when a prompt comes and when "
            "they fall idle",
            "the end of `opencode run` cannot be held up, so mail that comes after its last tool "
            "stays unread; an idle session is not woken, and writes outside the chamber are not "
            "kept back",
        ),
    )
}


def find_agent_client(name: str) -> AgentClient:
    """Return the agent of this name; raises BadInput for an unknown one."""
    if name not in AGENTS:
        names = ", ".join(("claude", *AGENTS))
        raise BadInput(f"agent {name[:40]!r} is not known; there are {names}")
    return AGENTS[name]
