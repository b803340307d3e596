"""The demo's worker: a process that edits and commits in its chamber.

Before each step it calls the chamber's real hook as an agent's client does. A message takes
priority: the worker commits it as a note, and `stop` ends its work. It runs plain git commands, as
any agent would.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestra_server.demo.hook_client import HookClient, HookResponse
from orchestra_server.demo.step_reports import Report, StepFinished, WorkerFinished, encode_report
from orchestra_server.demo.stories.stories import content_in_round, story_of
from orchestra_server.demo.stories.story import Assignment, DemoQuestion, Step

_IDENTITY = ("-c", "user.name=Demo worker", "-c", "user.email=worker@demo.invalid")
# How often a blocked stop is tried again; Claude Code gives up after eight.
_STOP_ATTEMPTS = 8
# What the hook writes, and what a person may write.
_MUST_STOP = re.compile(r"Asked of you: stop your work|\bstop now\b", re.IGNORECASE)
_MIN_WAIT_S = 0.1  # seconds
_REVIEW_WAIT_S = 60.0  # seconds to wait for an announced review
_FAILED_PACES = 3.0  # how long a failure is shown, as a multiple of the pace
_ANSWER_PACES = 12.0  # seconds a request waits for the operator
_LEAST_ANSWER_S = 2.0

Send = Callable[[Report], None]


@dataclass(slots=True)
class Worker:
    """One worker; `pace` is the duration of a tool, and of the pause before it, in seconds."""

    chamber: Path
    name: str
    pace: float
    send: Send
    client: HookClient
    round: int = 1
    revision: Step | None = None
    stopped: bool = False
    reviewed: bool = False

    def work(self, assignment: Assignment) -> None:
        """Do all steps, unless a message says to stop, then report."""
        self.revision = assignment.revision
        self._listen(self.client.call("SessionStart", source="startup"))
        for step in assignment.steps:
            if self.stopped:
                break
            self._do(step)
        self._finish()

    def _do(self, step: Step) -> None:
        self._before(step)
        edit = {"file_path": str(self.chamber / step.path)}
        if self.stopped or not self._allowed("Edit", edit):
            return
        write(self.chamber / step.path, content_in_round(step, self.round))
        self._done("Edit", edit)
        shell = {"command": f"git commit -m '{step.action}'"}
        if self.stopped or not self._allowed("Bash", shell):
            return
        commit(self.chamber, step.action)
        self._done("Bash", shell)
        waits = step.waits_for_review
        self.send(StepFinished(step.action, step.result, step.patterns, reviewable=waits))
        if step.discovery is not None:
            self.send(step.discovery)
        if step.waits_for_review:
            self._wait_for_review()

    def _before(self, step: Step) -> None:
        """Fail, or ask for a permission or an answer, as the step says."""
        if step.fails:
            self.client.call("StopFailure", error=step.fails)
            time.sleep(self.pace * _FAILED_PACES)
            self._listen(self.client.call("SessionStart", source="resume"))
            self.send(StepFinished("Went on after a failure", step.fails))
        if step.asks:
            self._ask(step.asks)
        if step.question is not None:
            self._ask_question(step.question)

    def _ask(self, command: str) -> None:
        shell = {"command": command}
        if not self._allowed("Bash", shell):
            return
        response = self._request("Bash", shell)
        self._done("Bash", shell)
        outcome = f"went on without it: {response.text}" if response.denied else "went on"
        self.send(StepFinished(f"Asked to run {command}", outcome.strip()))

    def _ask_question(self, question: DemoQuestion) -> None:
        options = [{"label": option, "description": ""} for option in question.options]
        asked = {
            "questions": [
                {
                    "question": question.text,
                    "header": question.header,
                    "options": options,
                    "multiSelect": False,
                }
            ]
        }
        response = self._request("AskUserQuestion", asked)
        self._done("AskUserQuestion", {})
        chosen = response.answers.get(question.text, question.options[0])
        self.send(StepFinished(f"Asked: {question.text}", f"goes on with: {chosen}"))

    def _request(self, tool: str, tool_input: Mapping[str, object]) -> HookResponse:
        """Ask the operator, and wait a while for the answer."""
        patience = max(_LEAST_ANSWER_S, self.pace * _ANSWER_PACES)
        return self.client.call(
            "PermissionRequest",
            patience,
            tool_name=tool,
            tool_input=tool_input,
            permission_mode="default",
        )

    def _wait_for_review(self) -> None:
        deadline = time.monotonic() + _REVIEW_WAIT_S
        while not (self.reviewed or self.stopped) and time.monotonic() < deadline:
            time.sleep(max(_MIN_WAIT_S, self.pace / 2))
            self._listen(self.client.call("PostToolBatch", tool_name="Read", tool_input={}))

    def _done(self, tool: str, tool_input: Mapping[str, str]) -> None:
        """Tell the hooks that a tool has run, and read what arrived meanwhile."""
        for event in ("PostToolUse", "PostToolBatch"):
            self._listen(self.client.call(event, tool_name=tool, tool_input=tool_input))

    def _allowed(self, tool: str, tool_input: Mapping[str, str]) -> bool:
        """Ask the hook; while it denies, read its message and ask again."""
        time.sleep(self.pace / 2)
        response = self.client.call("PreToolUse", tool_name=tool, tool_input=tool_input)
        if not response.denied:
            time.sleep(self.pace / 2)  # as long as a tool runs
            return True
        batch_response = self.client.call("PostToolBatch", tool_name=tool, tool_input=tool_input)
        self._listen(batch_response if batch_response.text else response)
        while not self.stopped and self._is_denied(tool, tool_input):  # suspended
            time.sleep(max(_MIN_WAIT_S, self.pace))
            self._listen(self.client.call("PostToolBatch", tool_name=tool, tool_input=tool_input))
        return not self.stopped

    def _is_denied(self, tool: str, tool_input: Mapping[str, str]) -> bool:
        return self.client.call("PreToolUse", tool_name=tool, tool_input=tool_input).denied

    def _listen(self, response: HookResponse) -> None:
        """Follow a message: commit it as a note, and stop if it says so."""
        if not response.text:
            return
        if _MUST_STOP.search(response.text):
            self.stopped = True
        notes = self.chamber / "docs" / f"notes-{self.name}.md"
        before = notes.read_text(encoding="utf-8") if notes.is_file() else "# Taken up\n"
        write(notes, f"{before}\n{response.text.strip()}\n")
        commit(self.chamber, "Take up a message that arrived while working")
        if self.revision is not None and self.revision.path in response.text:
            self.reviewed = True
            write(self.chamber / self.revision.path, content_in_round(self.revision, self.round))
            commit(self.chamber, self.revision.action)
        outcome = "stopped as asked" if self.stopped else "read, and the next steps follow it"
        self.send(StepFinished("Took up an interrupt", outcome))

    def _finish(self) -> None:
        # A report of the last tool after the stop would say that the worker is still working.
        self.client.wait_for_background()
        for _ in range(_STOP_ATTEMPTS):
            response = self.client.call("Stop", stop_hook_active=False)
            if not response.denied:
                break
            self._listen(response)
        outcome = (
            "stopped as asked; what was done is committed" if self.stopped else "all parts done"
        )
        self.send(WorkerFinished(f"{self.name}: {outcome}"))
        self.client.wait_for_background()


def write(path: Path, content: str) -> None:
    """Write a file of the chamber, making its directory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def commit(chamber: Path, message: str) -> None:
    """Commit everything in the chamber; having nothing to commit is fine."""
    for arguments in (("add", "-A"), (*_IDENTITY, "commit", "-q", "-m", message)):
        subprocess.run(  # noqa: S603 - a worker runs git as an agent does
            ["git", *arguments],  # noqa: S607 - the git on the person's PATH
            cwd=chamber,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def main() -> int:
    """Work on the assignment of the chamber's name in a round; reports go to stdout."""
    parser = argparse.ArgumentParser(prog="orchestra-demo-worker")
    parser.add_argument("chamber", type=Path)
    parser.add_argument("name")
    parser.add_argument("--round", type=int, default=1)
    parser.add_argument("--pace", type=float, default=1.0, help="seconds for each tool")
    options = parser.parse_args()

    def send(report: Report) -> None:
        sys.stdout.buffer.write(encode_report(report))
        sys.stdout.buffer.flush()

    client = HookClient(options.chamber, f"demo-{options.name}-{os.getpid()}")
    assignment = story_of(options.round).assignments[options.name]
    worker = Worker(options.chamber, options.name, options.pace, send, client, round=options.round)
    worker.work(assignment)
    return 0


if __name__ == "__main__":
    sys.exit(main())
