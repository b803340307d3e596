"""Which shell commands workers run, and which one alone was running when something changed."""

from collections import deque
from dataclasses import dataclass

from orchestra_core.models import Presence

SHELL_TOOL = "Bash"
# Milliseconds. A report is stamped when the shell writes it, and file systems round times.
_SLACK_MS = 50
_KEPT_MS = 60_000
_RECENT_MS = 5_000
_MOST_KEPT = 256


@dataclass(slots=True)
class RunningCommand:
    """A worker's command, from the report of its start to the next report."""

    chamber_id: str
    command: str
    began_ms: int
    ended_ms: int = 0  # 0 while it runs

    def runs_at(self, at_ms: int) -> bool:
        """Tell whether it ran at a given time."""
        is_begun = self.began_ms - _SLACK_MS <= at_ms
        return is_begun and (not self.ended_ms or at_ms <= self.ended_ms + _SLACK_MS)


class RunningCommands:
    """The commands of the last minute, according to workers' reports."""

    def __init__(self) -> None:
        self._commands = deque[RunningCommand](maxlen=_MOST_KEPT)

    def note(self, presence: Presence) -> None:
        """Take note of what a worker does from now on."""
        self.end(presence.chamber_id, presence.since)
        if presence.state == "working" and presence.tool == SHELL_TOOL:
            self._commands.append(
                RunningCommand(presence.chamber_id, presence.detail, presence.since)
            )

    def end(self, chamber_id: str, at_ms: int) -> None:
        """Take note that no command of a chamber runs any more."""
        for command in self._commands:
            if command.chamber_id == chamber_id and not command.ended_ms:
                command.ended_ms = max(1, at_ms)

    def has_recent(self, at_ms: int) -> bool:
        """Tell whether a command runs, or ran a few seconds ago."""
        return any(
            not command.ended_ms or command.ended_ms > at_ms - _RECENT_MS
            for command in self._commands
        )

    def alone_at(self, at_ms: int) -> RunningCommand | None:
        """Return the only command that ran at a given time; None if there were several, or none."""
        while self._commands and 0 < self._commands[0].ended_ms < at_ms - _KEPT_MS:
            self._commands.popleft()
        running = [command for command in self._commands if command.runs_at(at_ms)]
        return running[0] if len(running) == 1 else None
