"""A worker whose tools run until stopped; notes when one ends and when the model reads why."""

import os
import re
import select
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.agents.scripted_model import CallTool, ModelAnswer, ModelRequest, Say

_PATIENCE_S = 120.0
_LOOK_S = 0.005
_ROUND = re.compile(r"Round (\d+)\.")


@dataclass
class StoppedWorker:
    """The script of such a worker's model. Each message is `Round N.` and begins the next tool."""

    directory: Path
    aborted: list[float] = field(default_factory=list[float])  # milliseconds
    heard: list[float] = field(default_factory=list[float])
    _read_at: dict[int, float] = field(default_factory=dict[int, float])
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, request: ModelRequest) -> ModelAnswer:
        """Note when a message is read, and call a tool that never ends."""
        arrived = time.time()
        numbers = [int(number) for number in _ROUND.findall(request.text())]
        if not numbers:
            return [Say("Ready.")]
        number = max(numbers)
        with self._changed:
            self._read_at.setdefault(number, arrived)
            self._changed.notify_all()
        file = self.directory / str(number)
        command = f"echo $$ > {file}.new; mv {file}.new {file}; exec tail -f /dev/null"
        return [CallTool("Bash", {"command": command, "description": "Work"})]

    def tool_process(self, number: int) -> int:
        """Return a descriptor of the running tool's process, as soon as it runs. Blocking."""
        file, until = self.directory / str(number), time.monotonic() + _PATIENCE_S
        while not file.exists():
            if time.monotonic() > until:
                raise TimeoutError(f"no tool has begun for round {number}")
            time.sleep(_LOOK_S)
        return os.pidfd_open(int(file.read_text()))

    def note_end(self, process: int, began: float) -> None:
        """Wait for the tool's end and note how long it took. Blocking."""
        select.select([process], [], [], _PATIENCE_S)
        self.aborted.append((time.time() - began) * 1_000)
        os.close(process)

    def note_read(self, number: int, began: float) -> float:
        """Wait until the model has read a message; return how long it took. Blocking."""
        with self._changed:
            if not self._changed.wait_for(lambda: number in self._read_at, _PATIENCE_S):
                raise TimeoutError(f"the model has not read the message of round {number}")
        self.heard.append((self._read_at[number] - began) * 1_000)
        return self.heard[-1]
