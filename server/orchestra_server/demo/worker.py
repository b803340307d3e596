"""A worker of the demonstration: a process of its own that edits and commits in its chamber.

Before each step it calls the chamber's real hook as an agent's client does. When it is told
something it does that first: a note is taken up in its own commit, and `stop` ends its work. It
runs git as any agent would, with a plain command.
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

from orchestra_server.demo.hook_client import Heard, HookClient
from orchestra_server.demo.storyline import PARTS, Part, Step
from orchestra_server.demo.worker_reports import Finished, Report, StepDone, encode_report

_IDENTITY = ("-c", "user.name=Demo worker", "-c", "user.email=worker@demo.invalid")
# A blocked stop is tried again this often: Claude Code gives up after eight (FACTS of its hooks).
_STOPS = 8
# As the hook puts it, and as a person may.
_MUST_STOP = re.compile(r"Asked of you: stop your work|\bstop now\b", re.IGNORECASE)
_LEAST_WAIT = 0.1  # seconds

Send = Callable[[Report], None]


@dataclass(slots=True)
class Worker:
    """One worker at work; `pace` is the time of a tool and the thought before it, in seconds."""

    chamber: Path
    name: str
    pace: float
    send: Send
    client: HookClient
    stopped: bool = False

    def work(self, part: Part) -> None:
        """Do every step unless told to stop, then report."""
        self._listen(self.client.call("SessionStart", source="startup"))
        for step in part.steps:
            if self.stopped:
                break
            self._do(step)
        self._finish()

    def _do(self, step: Step) -> None:
        edit = {"file_path": str(self.chamber / step.path)}
        if not (self._allowed("Edit", edit) and not self.stopped):
            return
        write(self.chamber / step.path, step.content)
        self._done("Edit", edit)
        shell = {"command": f"git commit -m '{step.action}'"}
        if self.stopped or not self._allowed("Bash", shell):
            return
        commit(self.chamber, step.action)
        self._done("Bash", shell)
        self.send(StepDone(step.action, step.result, step.patterns))
        if step.found is not None:
            self.send(step.found)

    def _done(self, tool: str, tool_input: Mapping[str, str]) -> None:
        """Say that a tool has run, and read what has come meanwhile."""
        for event in ("PostToolUse", "PostToolBatch"):
            self._listen(self.client.call(event, tool_name=tool, tool_input=tool_input))

    def _allowed(self, tool: str, tool_input: Mapping[str, str]) -> bool:
        """Think, ask the hook, and while it denies read what it has to say and ask once more."""
        time.sleep(self.pace / 2)
        heard = self.client.call("PreToolUse", tool_name=tool, tool_input=tool_input)
        if not heard.denied:
            time.sleep(self.pace / 2)  # as long as a tool would run
            return True
        told = self.client.call("PostToolBatch", tool_name=tool, tool_input=tool_input)
        self._listen(told if told.text else heard)
        while not self.stopped and self._is_denied(tool, tool_input):  # suspended
            time.sleep(max(_LEAST_WAIT, self.pace))
            self._listen(self.client.call("PostToolBatch", tool_name=tool, tool_input=tool_input))
        return not self.stopped

    def _is_denied(self, tool: str, tool_input: Mapping[str, str]) -> bool:
        return self.client.call("PreToolUse", tool_name=tool, tool_input=tool_input).denied

    def _listen(self, heard: Heard) -> None:
        """Do what was said: take it up in a commit of its own, or stop."""
        if not heard.text:
            return
        if _MUST_STOP.search(heard.text):
            self.stopped = True
        notes = self.chamber / "docs" / f"notes-{self.name}.md"
        before = notes.read_text(encoding="utf-8") if notes.is_file() else "# Taken up\n"
        write(notes, f"{before}\n{heard.text.strip()}\n")
        commit(self.chamber, "Take up a message that arrived while working")
        outcome = "stopped as asked" if self.stopped else "read, and the next steps follow it"
        self.send(StepDone("Took up an interrupt", outcome))

    def _finish(self) -> None:
        for _ in range(_STOPS):
            heard = self.client.call("Stop", stop_hook_active=False)
            if not heard.denied:
                break
            self._listen(heard)
        words = "stopped as asked; what was done is committed" if self.stopped else "all parts done"
        self.send(Finished(f"{self.name}: {words}"))
        self.client.close()


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
    """Work as the chamber's name says; reports go to stdout."""
    parser = argparse.ArgumentParser(prog="orchestra-demo-worker")
    parser.add_argument("chamber", type=Path)
    parser.add_argument("name", choices=sorted(PARTS))
    parser.add_argument("--pace", type=float, default=1.0, help="seconds for each tool")
    options = parser.parse_args()

    def send(report: Report) -> None:
        sys.stdout.buffer.write(encode_report(report))
        sys.stdout.buffer.flush()

    client = HookClient(options.chamber, f"demo-{options.name}-{os.getpid()}")
    Worker(options.chamber, options.name, options.pace, send, client).work(PARTS[options.name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
