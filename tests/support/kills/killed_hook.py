"""Kills a hook before each of its system calls, and notes what happens to its mail.

`python -m tests.support.kills.killed_hook` reads a `Job` as JSON on stdin, prints a `DeathReport`.
Where a process may not be traced (macOS, some containers) the hook dies before each Python line.
"""

import os
import signal
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Protocol

import msgspec
from msgspec import Struct

from tests.support.hooks.hooked_checkout import code_of, receipts_of, remove_receipts
from tests.support.kills.ptrace import Death, die_at


class Job(Struct, frozen=True):
    """A hook to kill, and its work.

    With `command`, the line of the settings file is run, and its interpreter killed at each call
    from its first on. Without, a fork of a process that has loaded the hook: it begins by reading
    stdin, and costs a hundredth of a start. `mail` are files of the chamber and what they hold.
    """

    chamber: str
    project: str  # where the client was started, whose hook is run
    event: str  # the payload of the hook that is killed
    later: tuple[str, ...]  # and of those that come after it
    mail: dict[str, str]
    command: str = ""
    step: int = 1


class Round(Struct, frozen=True):
    """What each hook of a round said, the killed one first, and what it left.

    Those are mail files, and receipts as `<interrupt> <state>`, in the order of time.
    """

    said: tuple[str, ...]
    left: tuple[str, ...]
    receipts: tuple[str, ...]


class DeathReport(Struct, frozen=True):
    """A round for each place of death; in the last one the hook reached its end."""

    places: str  # "system calls" or "lines"
    rounds: tuple[Round, ...]


class Trace(Protocol):
    """What Python calls for every line."""

    def __call__(self, frame: FrameType, event: str, argument: object, /) -> "Trace":
        """Return what is called for the next."""
        ...


class HookKiller:
    """Kills one hook in one chamber, again and again, each time at another place."""

    def __init__(self, job: Job, hook: Callable[[str, str], None]) -> None:
        self.job, self.hook = job, hook
        self.chamber = Path(job.chamber)
        self.files = self.chamber.parent.parent / "killed"
        self.files.mkdir(exist_ok=True)

    def round(self, place: int, *, by_lines: bool) -> tuple[Round, bool]:
        """Kill the hook at a place and run others after it; return whether it died there."""
        mail = (self.chamber.glob(name) for name in (".INTERRUPT*", ".orchestra-tmp-*"))
        for path in chain(*mail):
            path.unlink()
        remove_receipts(self.chamber)
        for name, content in self.job.mail.items():
            (self.chamber / name).write_text(content, encoding="utf-8")
        death = self._die(place, by_lines=by_lines)
        said = [self.output(), *map(self._run, self.job.later)]
        mail_files = sorted(path.name for path in self.chamber.glob(".INTERRUPT*"))
        receipts = [
            f"{receipt.interrupt_id} {receipt.state}" for receipt in receipts_of(self.chamber)
        ]
        return Round(tuple(said), tuple(mail_files), tuple(receipts)), death.killed

    def output(self) -> str:
        """Return what the last hook said."""
        return (self.files / "output").read_text(encoding="utf-8")

    def _die(self, place: int, *, by_lines: bool) -> Death:
        self._prepare(self.job.event)
        if by_lines:
            return self._die_at_line(place)
        start = self._start_command if self.job.command else self._start_fork
        return die_at(place, start, after_exec=bool(self.job.command))

    def _die_at_line(self, line: int) -> Death:
        child = os.fork()
        if not child:
            sys.settrace(_dying_at(line))
            self._start_fork()
        _, status = os.waitpid(child, 0)
        return Death(line, os.WIFSIGNALED(status))

    def _run(self, payload: str) -> str:
        self._prepare(payload)
        child = os.fork()
        if not child:
            self._start_fork()
        os.waitpid(child, 0)
        return self.output()

    def _prepare(self, payload: str) -> None:
        (self.files / "payload").write_text(payload, encoding="utf-8")
        (self.files / "output").write_bytes(b"")

    def _start_fork(self) -> None:
        self._redirect()
        self.hook("mail", str(Path(self.job.project, ".claude", "hooks")))

    def _start_command(self) -> None:
        self._redirect()
        os.execv("/bin/sh", ["sh", "-c", self.job.command])  # noqa: S606 - as a client does

    def _redirect(self) -> None:
        os.dup2(os.open(self.files / "payload", os.O_RDONLY), 0)
        os.dup2(os.open(self.files / "output", os.O_WRONLY), 1)


def _dying_at(line: int) -> Trace:
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object, /) -> Trace:
        nonlocal count
        count += event == "line"
        if count == line:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace


def report_deaths(job: Job) -> DeathReport:
    """Kill the hook at every `step`-th place, until one reaches its end."""
    sys.path.append(str(code_of(Path(job.project)).parent))
    killer = HookKiller(job, __import__("interrupt_monitor").run)
    try:
        killer.round(1, by_lines=False)
    except OSError:
        by_lines = True
    else:
        by_lines = False
    rounds: list[Round] = []
    died = True
    while died:
        deaths, died = killer.round(1 + len(rounds) * job.step, by_lines=by_lines)
        rounds.append(deaths)
    return DeathReport("lines" if by_lines else "system calls", tuple(rounds))


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(report_deaths(asked)))
