"""Answers a client's first questions while the SDK is imported, which takes a second.

Clients ask what the server is and offers as soon as they start. If the answers take too long,
Claude Code's first request to the model lacks the tools. Messages without an early answer are kept
for the SDK. This module imports next to nothing.
"""

import json
import os
import select
import signal
import sys
import threading
from types import FrameType
from typing import NamedTuple, NoReturn

from orchestra_server.tools.transport.first_questions import FirstQuestions, RequestId

ANSWERS_FILE = os.path.join(os.path.dirname(__file__), "first_answers.json")
_STDIN, _STDOUT = 0, 1
_READ_AT_ONCE = 65_536
# Seconds that the import may hold the interpreter while a question waits; that happens a few times
# per question.
_SWITCH_SECONDS = 0.0005


class Handover(NamedTuple):
    """What the SDK continues with: lines it has to read, and ids it need not answer."""

    lines: bytes = b""
    answered: frozenset[RequestId] = frozenset()


class EarlyAnswers:
    """Answers on stdin and stdout between `start` and `finish`."""

    def __init__(self) -> None:
        self._questions = FirstQuestions({})
        self._partial = b""
        self._unanswered = b""
        self._end_reader, self._end_writer = -1, -1
        self._switch_seconds = sys.getswitchinterval()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to answer, in a thread; without the file of answers nothing is answered."""
        try:
            with open(ANSWERS_FILE, "rb") as file:
                self._questions = FirstQuestions(json.load(file))
        except (OSError, ValueError):
            return
        self._end_reader, self._end_writer = os.pipe()
        sys.setswitchinterval(_SWITCH_SECONDS)
        for number in (signal.SIGINT, signal.SIGTERM):  # until the server sets its own handlers
            signal.signal(number, _end_at_once)
        self._thread = threading.Thread(target=self._answer, name="early-answers", daemon=True)
        self._thread.start()

    def finish(self) -> Handover:
        """Stop, and return the part of stdin that is left for the SDK."""
        if self._thread is not None:
            os.write(self._end_writer, b".")
            self._thread.join()
            os.close(self._end_reader)
            os.close(self._end_writer)
            sys.setswitchinterval(self._switch_seconds)
            self._thread = None
        return Handover(self._unanswered + self._partial, self._questions.greeted)

    def _answer(self) -> None:
        while True:
            ready, _, _ = select.select([_STDIN, self._end_reader], [], [])
            if self._end_reader in ready:
                return
            received = os.read(_STDIN, _READ_AT_ONCE)
            if not received:
                return  # the SDK finds the end of file by itself
            *lines, self._partial = (self._partial + received).split(b"\n")
            for line in lines:
                answer, is_complete = self._questions.answer(line)
                self._unanswered += b"" if is_complete else line + b"\n"
                while answer:
                    answer = answer[os.write(_STDOUT, answer) :]


def _end_at_once(_number: int, _frame: FrameType | None) -> NoReturn:
    """End the process at once: nothing is open yet, and an import cannot be interrupted."""
    os._exit(0)
