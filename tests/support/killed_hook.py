"""Kills a delivering hook before every single line it runs, and counts how often its text came.

Run as `python -I -S killed_hook.py HOOKS CHAMBER PAYLOAD MAIL STEP`; prints one JSON list: for each
place of death, the outputs of the killed hook and of those that came after it. A process cannot
die in two places, so each place gets a fork, which costs a hundredth of a start.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Protocol

LATER = 3  # hooks after each death: what they say is counted too


class Trace(Protocol):
    """What Python calls for every line."""

    def __call__(self, frame: FrameType, event: str, argument: object, /) -> "Trace":
        """Return what is called for the next."""
        ...


class Place:
    """What a round of deaths happens on."""

    def __init__(self, chamber: Path, payload: Path, mail: bytes) -> None:
        self.chamber, self.payload, self.mail = chamber, payload, mail
        self.output = payload.with_name("output")

    def prepare(self) -> None:
        """Put the mail back, and away with all that was left."""
        for path in self.chamber.iterdir():
            if path.name.startswith((".INTERRUPT", ".orchestra-tmp")):
                path.unlink()
        (self.chamber / ".INTERRUPT").write_bytes(self.mail)

    def run(self, hook: Callable[[str], None], die_at: int) -> tuple[str, bool]:
        """Run a hook that dies before its `die_at`-th line; return its output, and if it died."""
        child = os.fork()
        if not child:
            os.dup2(os.open(self.payload, os.O_RDONLY), 0)
            os.dup2(os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            if die_at:
                sys.settrace(_dying_at(die_at))
            hook("mail")
            os._exit(1)
        _, status = os.waitpid(child, 0)
        return self.output.read_text(encoding="utf-8"), os.WIFSIGNALED(status)


def _dying_at(line: int) -> Trace:
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object, /) -> Trace:
        nonlocal count
        count += event == "line"
        if count == line:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace


def main() -> None:
    """Let a hook die at every STEP-th line, until one comes to its end."""
    hooks, chamber, payload, mail, step = sys.argv[1:]
    sys.path.append(hooks)
    hook: Callable[[str], None] = __import__("interrupt_monitor").run
    place = Place(Path(chamber), Path(payload), Path(mail).read_bytes())
    rounds: list[list[str]] = []
    line, died = 1, True
    while died:
        place.prepare()
        said, died = place.run(hook, line)
        rounds.append([said, *(place.run(hook, 0)[0] for _ in range(LATER))])
        line += int(step)
    sys.stdout.write(json.dumps(rounds))


if __name__ == "__main__":
    main()
