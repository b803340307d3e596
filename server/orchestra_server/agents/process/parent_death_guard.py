"""Ends an agent whose starter has died: a shell that waits only for that.

Claude Code, for example, finishes its turn after its input ends, and nobody would see what it does.
"""

import os
import subprocess
from contextlib import suppress

from orchestra_core.process.started_mark import STARTED

# It reads the agent's process id, then waits. A line releases it; the end of its input means that
# the starter died. What an agent starts in other sessions is found by its environment (Linux).
_WATCH = r"""
read -r agent
[ "$agent" = released ] && exit 0
read -r released && exit 0
if [ "$agent" ]; then
    looks=0
    kill -s TERM -- "-$agent" 2>/dev/null
    while kill -s 0 -- "-$agent" 2>/dev/null && [ "$looks" -lt 20 ]; do
        looks=$((looks + 1))
        sleep 0.1
    done
    kill -s KILL -- "-$agent" 2>/dev/null
fi
for environ in $(grep -lsaF -- "$0=$1" /proc/[0-9]*/environ); do
    number=${environ#/proc/}
    number=${number%/environ}
    [ "$number" = "$$" ] || kill -KILL "$number" 2>/dev/null
done
"""


class ParentDeathGuard:
    """The shell that watches one agent; it costs no processor time while it waits."""

    def __init__(self, shell: "subprocess.Popen[bytes]") -> None:
        self._shell = shell

    @classmethod
    def start(cls, mark: str) -> "ParentDeathGuard":
        """Start a guard before its agent, so that no agent is ever without a guard."""
        return cls(
            subprocess.Popen(  # noqa: S603 - a constant script and a mark of our own
                ["/bin/sh", "-c", _WATCH, STARTED, mark],
                cwd="/",
                env={"PATH": "/usr/bin:/bin"},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,
            )
        )

    def watch(self, pid: int) -> None:
        """Tell the guard which process group is the agent's."""
        self._tell(f"{pid}\n".encode())

    def release(self) -> None:
        """Release the guard: the agent has ended."""
        self._tell(b"released\n")
        if self._shell.stdin:
            with suppress(OSError):
                self._shell.stdin.close()
        self._shell.wait()

    def _tell(self, line: bytes) -> None:
        if self._shell.stdin and not self._shell.stdin.closed:
            with suppress(OSError):
                os.write(self._shell.stdin.fileno(), line)
