"""A client's report of an event, if it shows that a request no longer needs an answer."""

import msgspec
from msgspec import Struct

from orchestra_core.models import WorkerRequest
from orchestra_server.domain.workers.requests import CLIENT_NOTE, ENDED_NOTE
from orchestra_server.files.hook.spool import HEAD_PARTS
from orchestra_server.files.requests.request_files import encoded_input

_CALL_ENDED = ("PostToolUse", "PostToolUseFailure")
_BATCH_ENDED = "PostToolBatch"
_TURN_ENDED = ("Stop", "StopFailure", "SubagentStop", "UserPromptSubmit", "SessionStart")
_SESSION_ENDED = "SessionEnd"
_NS_PER_MS = 1_000_000


class ClientCall(Struct, frozen=True, rename={"event": "hook_event_name"}):
    """What a client has reported, about which agent, at `at` (ms)."""

    event: str = ""
    session_id: str = ""
    agent_id: str = ""
    tool_name: str = ""
    tool_input: object = None
    at: int = 0

    def ends(self, request: WorkerRequest) -> str:
        """Return why an open request of this session no longer needs an answer, "" if it does."""
        if self.at < request.asked_at:
            return ""
        if self.event == _SESSION_ENDED:
            return ENDED_NOTE
        if self.agent_id != request.agent_id:
            return ""
        if self.event == _BATCH_ENDED or (self.event in _CALL_ENDED and self._is_call_of(request)):
            return CLIENT_NOTE
        return ENDED_NOTE if self.event in _TURN_ENDED else ""

    def _is_call_of(self, request: WorkerRequest) -> bool:
        """Tell whether it is the request's call: other calls of its batch may end meanwhile."""
        if self.tool_name != request.tool:
            return False
        is_question = request.kind == "question"  # its input now has the answers
        return is_question or encoded_input(self.tool_input) == request.tool_input


def read_client_call(raw: bytes, written_ns: int) -> ClientCall | None:
    """Decode a report; None for anything else."""
    try:
        call = msgspec.json.decode(raw.split(b"\0", HEAD_PARTS)[-1], type=ClientCall)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return msgspec.structs.replace(call, at=written_ns // _NS_PER_MS)
