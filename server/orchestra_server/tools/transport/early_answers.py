"""Answers a client's first questions while the SDK is imported, which takes a second.

Claude Code asks what the server is and what it has as soon as it starts, and its first request to
the model lacks the tools if that takes longer. These answers are the same while a version runs, so
they stand in a file; a test compares it with what the SDK answers. Protocol 2026-07-28 has no
session: each question stands for itself. Whatever else arrives is kept for the SDK. This imports
next to nothing.
"""

import json
import os
import select
import threading
from typing import Any

PROTOCOL = "2026-07-28"
ANSWERS_FILE = os.path.join(os.path.dirname(__file__), "first_answers.json")
QUESTIONS = ("server/discover", "tools/list", "prompts/list", "resources/list")
VERSION = "io.modelcontextprotocol/protocolVersion"
_SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
_ACKNOWLEDGED = "notifications/subscriptions/acknowledged"
_STDIN, _STDOUT = 0, 1
_READ_AT_ONCE = 65_536

Message = dict[str, Any]


class EarlyAnswers:
    """Answers on stdin and stdout from `start` to `finish`."""

    def __init__(self) -> None:
        self._answers: Message = {}
        self._partial = b""
        self._unanswered = b""
        self._end_reader, self._end_writer = -1, -1
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to answer, in a thread; without the file nothing is answered."""
        try:
            with open(ANSWERS_FILE, "rb") as file:
                self._answers = json.load(file)
        except (OSError, ValueError):
            return
        self._end_reader, self._end_writer = os.pipe()
        self._thread = threading.Thread(target=self._answer, name="early-answers", daemon=True)
        self._thread.start()

    def finish(self) -> bytes:
        """Stop, and return what was read of stdin and not answered."""
        if self._thread is not None:
            os.write(self._end_writer, b".")
            self._thread.join()
            os.close(self._end_reader)
            os.close(self._end_writer)
            self._thread = None
        return self._unanswered + self._partial

    def _answer(self) -> None:
        while True:
            ready, _, _ = select.select([_STDIN, self._end_reader], [], [])
            if self._end_reader in ready:
                return
            received = os.read(_STDIN, _READ_AT_ONCE)
            if not received:
                return  # the SDK finds the end by itself
            *lines, self._partial = (self._partial + received).split(b"\n")
            for line in lines:
                answer, is_complete = early_answer(line, self._answers)
                self._unanswered += b"" if is_complete else line + b"\n"
                while answer:
                    answer = answer[os.write(_STDOUT, answer) :]


def early_answer(line: bytes, answers: Message) -> tuple[bytes, bool]:
    """Return what to write at a client's line, and whether that answers it completely.

    A subscription is acknowledged at once, because Claude Code asks for nothing before that, and
    still kept for the SDK, which acknowledges it again.
    """
    try:
        question = json.loads(line)
        method, identity, asked = question["method"], question["id"], question["params"]
        is_spoken = asked["_meta"][VERSION] == PROTOCOL
    except (ValueError, TypeError, KeyError):
        return b"", False
    if is_spoken and method in answers and len(asked) == 1:
        return _line({"id": identity, "result": answers[method]}), True
    if is_spoken and method == "subscriptions/listen":
        subscribed: Message = {"_meta": {_SUBSCRIPTION: identity}}
        subscribed["notifications"] = asked.get("notifications", {})
        return _line({"method": _ACKNOWLEDGED, "params": subscribed}), False
    return b"", False


def _line(message: Message) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode() + b"\n"
