"""A client's first questions, and the answers it gets before the SDK is imported.

A version always gives the same answers, so they are in a file; a test compares it with the SDK's
answers. Protocol 2026-07-28 has no session: each question stands alone. Older protocols begin with
`initialize`. This module imports next to nothing.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

PROTOCOL = "2026-07-28"
HANDSHAKES = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
QUESTIONS = ("server/discover", "tools/list", "prompts/list", "resources/list")
HANDSHAKE = "initialize"
VERSION = "io.modelcontextprotocol/protocolVersion"
# The room and `orchestra doctor` ask whether the server works, so only the SDK may answer them.
_OWN_CLIENTS = "orchestra-"
# A field that results have since 2026-07-28.
_ENVELOPE = frozenset(("cacheScope", "resultType", "ttlMs", "_meta"))

_SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
_ACKNOWLEDGED = "notifications/subscriptions/acknowledged"

Message = dict[str, Any]
RequestId = int | str


class EarlyAnswer(NamedTuple):
    """What to write in answer to a client's line, and whether that answers it completely."""

    written: bytes = b""
    is_complete: bool = False


class FirstQuestions:
    """Answers the lines of one client with the results in `answers`."""

    def __init__(self, answers: Mapping[str, Message]) -> None:
        self._answers = answers
        self._has_session: bool | None = None  # for the SDK; None means not decided yet
        self.greeted = frozenset[RequestId]()  # ids of answered `initialize` calls

    def answer(self, line: bytes) -> EarlyAnswer:
        """Return the answer to a line; without a complete one the line also goes to the SDK.

        A subscription is acknowledged at once, because Claude Code asks for nothing before that;
        the SDK acknowledges it again. An `initialize` is kept too, because the SDK needs its
        content: on a busy machine Claude Code sends it before it has read the answer to a newer
        question.
        """
        try:
            question = json.loads(line)
            method, identity = question["method"], question["id"]
            params = question.get("params", {})
            version = params.get("_meta", {}).get(VERSION)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return EarlyAnswer()
        is_question = isinstance(method, str) and isinstance(identity, RequestId)
        if is_question and version is None:
            return self._answer_in_session(method, identity, params)
        if not is_question or version != PROTOCOL or self._has_session or method == HANDSHAKE:
            return EarlyAnswer()
        if method in self._answers and len(params) == 1:
            answer = _line({"id": identity, "result": self._answers[method]})
            return EarlyAnswer(answer, is_complete=True)
        self._has_session = False
        if method == "subscriptions/listen":
            subscribed: Message = {"_meta": {_SUBSCRIPTION: identity}}
            subscribed["notifications"] = params.get("notifications", {})
            return EarlyAnswer(_line({"method": _ACKNOWLEDGED, "params": subscribed}))
        return EarlyAnswer()

    def _answer_in_session(self, method: str, identity: RequestId, params: Message) -> EarlyAnswer:
        if method == HANDSHAKE and self._has_session is None and _is_greeting(params):
            self._has_session = True
            self.greeted |= {identity}
            welcome = self._answers[HANDSHAKE] | {"protocolVersion": params["protocolVersion"]}
            return EarlyAnswer(_line({"id": identity, "result": welcome}))
        if self._has_session and method in QUESTIONS[1:] and not params.keys() - {"_meta"}:
            result = self._answers[method]
            plain = {name: value for name, value in result.items() if name not in _ENVELOPE}
            return EarlyAnswer(_line({"id": identity, "result": plain}), is_complete=True)
        return EarlyAnswer()


def _is_greeting(params: Message) -> bool:
    """Tell whether `initialize` comes from a foreign client and the SDK would accept it."""
    try:
        client: Message = params["clientInfo"]
        name, version, capabilities = client["name"], client["version"], params["capabilities"]
    except (KeyError, TypeError):
        return False
    return (
        params.get("protocolVersion") in HANDSHAKES
        and isinstance(capabilities, dict)
        and isinstance(version, str)
        and isinstance(name, str)
        and not name.startswith(_OWN_CLIENTS)
    )


def _line(message: Message) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode() + b"\n"
