"""A worker that never ends: a scripted model thinks, lets a tool run, and thinks again.

Its turns contain what it reads and when. It is held between two measurements, its model silent,
so that several workers can take turns on one machine.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.agents.scripted_model import CallTool, ModelAnswer, ModelRequest, Say

THINKING_S = 0.1
TOOL_S = 0.1
_PATIENCE_S = 30.0


@dataclass
class Turn:
    """One request to the model and its answer, in seconds since 1970."""

    arrived: float
    read: str
    answered: float = 0.0


@dataclass
class SteadyWorker:
    """The script of such a worker's model."""

    turns: list[Turn] = field(default_factory=list[Turn])
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _running: bool = True
    _over: bool = False

    def __call__(self, request: ModelRequest) -> ModelAnswer:
        """Answer one request once the worker may continue."""
        turn = Turn(time.time(), _newest(request))
        with self._changed:
            self.turns.append(turn)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._running or self._over)
        time.sleep(THINKING_S)
        turn.answered = time.time()
        if self._over:
            return [Say("My part is done.")]
        return [CallTool("Bash", {"command": f"sleep {TOOL_S}", "description": "Work"})]

    def go_on(self) -> None:
        """Let the worker continue, and return at its next turn."""
        with self._changed:
            before = len(self.turns)
            self._running = True
            self._changed.notify_all()
            self._wait(lambda: len(self.turns) > before)

    def hear(self, text: str) -> float:
        """Return when a request first contained the text, and stop the worker there."""
        with self._changed:
            self._wait(lambda: any(text in turn.read for turn in self.turns))
            self._running = False
            return next(turn.arrived for turn in self.turns if text in turn.read)

    def end(self) -> None:
        """Let the worker end."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def thought_at(self, moment: float) -> bool:
        """Return whether its model was thinking at a moment; else a tool was due or running."""
        begun = [turn for turn in self.turns if turn.arrived <= moment]
        return bool(begun) and not 0 < begun[-1].answered <= moment

    def _wait(self, condition: Callable[[], bool]) -> None:
        if not self._changed.wait_for(condition, _PATIENCE_S):
            raise TimeoutError(f"the worker stood still for {_PATIENCE_S:g} s")


def _newest(request: ModelRequest) -> str:
    """Return what the model reads for the first time: all that follows its own last answer."""
    roles = [message.role for message in request.messages]
    last = len(roles) - 1 - roles[::-1].index("assistant") if "assistant" in roles else -1
    said = [block.words() for message in request.messages[last + 1 :] for block in message.blocks()]
    return "\n".join(said)
