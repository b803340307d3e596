"""Calls a chamber's hooks as Claude Code does: the settings' command, with JSON on stdin.

It models only what a worker can notice: a denial, a block and added context. Handlers marked
`async` are started and not waited for.
"""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

HookEvent = Literal[
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "PostToolBatch",
    "Stop",
    "StopFailure",
]
# A hook that takes longer has failed; a failed hook never blocks a worker.
_TIMEOUT_S = 10.0


class HandlerSettings(Struct, frozen=True):
    """One handler, as in settings.json."""

    type: str = "command"
    command: str = ""
    args: tuple[str, ...] | None = None
    background: bool = msgspec.field(default=False, name="async")


class MatcherSettings(Struct, frozen=True):
    """A group of handlers; the demo's workers match every tool."""

    hooks: tuple[HandlerSettings, ...] = ()


class ClientSettings(Struct, frozen=True):
    """The part of settings.local.json that holds hooks."""

    hooks: dict[str, tuple[MatcherSettings, ...]] = {}


class ChangedInput(Struct, frozen=True):
    """The part of a tool's input that the answer to a question fills in."""

    answers: dict[str, object] = {}


class RequestDecision(Struct, frozen=True, rename="camel"):
    """How a request was answered."""

    behavior: str = ""
    message: str = ""
    updated_input: ChangedInput = ChangedInput()


class SpecificOutput(Struct, frozen=True, rename="camel"):
    """The part of a hook's output that is specific to its event."""

    permission_decision: str = ""
    permission_decision_reason: str = ""
    additional_context: str = ""
    decision: RequestDecision = RequestDecision()


class HookOutput(Struct, frozen=True, rename="camel"):
    """The JSON a hook prints."""

    decision: str = ""
    reason: str = ""
    hook_specific_output: SpecificOutput = SpecificOutput()


@dataclass(frozen=True, slots=True)
class HookResponse:
    """What a worker's hooks answered: whether it may go on, and the text it gets."""

    denied: bool = False
    text: str = ""
    answers: Mapping[str, str] = field(default_factory=dict[str, str])


class HookClient:
    """One worker's session in one chamber."""

    def __init__(self, chamber: Path, session_id: str) -> None:
        self._chamber = chamber
        self._session_id = session_id
        self._background: list[subprocess.Popen[bytes]] = []

    def call(
        self, event: HookEvent, patience: float = _TIMEOUT_S, **payload: object
    ) -> HookResponse:
        """Send `event` with `payload` and the fields that every event has; return the response.

        A hook that takes longer than `patience` seconds is ended, and its answer is empty.
        """
        stdin = msgspec.json.encode(
            {
                "session_id": self._session_id,
                "cwd": str(self._chamber),
                "hook_event_name": event,
                "transcript_path": "",
                **payload,
            }
        )
        responses = [self._run(handler, stdin, patience) for handler in self._handlers(event)]
        return HookResponse(
            denied=any(response.denied for response in responses),
            text="\n".join(response.text for response in responses if response.text),
            answers={
                question: answer
                for response in responses
                for question, answer in response.answers.items()
            },
        )

    def wait_for_background(self) -> None:
        """Wait for the handlers that run in the background."""
        for process in self._background:
            process.wait(_TIMEOUT_S)
        self._background.clear()

    def _handlers(self, event: HookEvent) -> list[HandlerSettings]:
        path = self._chamber / ".claude" / "settings.local.json"
        if not path.is_file():
            return []
        settings = msgspec.json.decode(path.read_bytes(), type=ClientSettings)
        groups = settings.hooks.get(event, ())
        return [handler for group in groups for handler in group.hooks if handler.command]

    def _run(self, handler: HandlerSettings, stdin: bytes, patience: float) -> HookResponse:
        command = (
            [handler.command, *handler.args]
            if handler.args is not None
            else ["/bin/sh", "-c", handler.command]
        )
        process = subprocess.Popen(  # noqa: S603 - the command stands in the chamber's own settings
            command,
            cwd=self._chamber,
            env=_environment(self._chamber),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL if handler.background else subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if handler.background:
            self._reap()
            _feed(process, stdin)
            self._background.append(process)
            return HookResponse()
        try:
            stdout, _ = process.communicate(stdin, patience)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the shell, and the hook it started
            process.communicate()
            return HookResponse()
        return read_output(stdout)

    def _reap(self) -> None:
        self._background = [process for process in self._background if process.poll() is None]


def read_output(stdout: bytes) -> HookResponse:
    """Return what a hook's output tells the worker; output that is not JSON is ignored."""
    if not stdout.strip():
        return HookResponse()
    try:
        output = msgspec.json.decode(stdout, type=HookOutput)
    except msgspec.DecodeError:
        return HookResponse()
    specific = output.hook_specific_output
    if specific.permission_decision == "deny":
        return HookResponse(denied=True, text=specific.permission_decision_reason)
    if specific.decision.behavior:
        return _answered(specific.decision)
    if output.decision == "block":
        return HookResponse(denied=True, text=output.reason)
    return HookResponse(text=specific.additional_context)


def _answered(request: RequestDecision) -> HookResponse:
    answers = {question: str(said) for question, said in request.updated_input.answers.items()}
    denied = request.behavior == "deny"
    return HookResponse(denied=denied, text=request.message, answers=answers)


def _feed(process: subprocess.Popen[bytes], stdin: bytes) -> None:
    if process.stdin is None:
        return
    try:
        process.stdin.write(stdin)
        process.stdin.close()
    except BrokenPipeError:
        return


def _environment(chamber: Path) -> Mapping[str, str]:
    return {**os.environ, "CLAUDE_PROJECT_DIR": str(chamber)}
