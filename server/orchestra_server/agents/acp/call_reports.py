"""The tool calls of a session, from their first sign to their end."""

from collections.abc import Iterator, Mapping
from typing import Literal

from orchestra_server.agents.acp.messages import ToolCall
from orchestra_server.agents.acp.tool_call_names import CallState
from orchestra_server.agents.reports import TEXT_LIMIT, Report, ToolBegan, ToolEnded

_ENDS: Mapping[str | None, Literal["done", "failed"]] = {"completed": "done", "failed": "failed"}
_MOST = 64  # calls that are remembered; one may hold a line of 4 MB


class CallReports:
    """Reports once that a call has begun, with its arguments, and once that it has ended."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._running: dict[str, CallState] = {}

    def state(self, call_id: str) -> CallState:
        """Return what is known of a call; its permission may be asked for before it is reported."""
        if call_id not in self._running and len(self._running) >= _MOST:
            del self._running[next(iter(self._running))]  # the agent will not end it
        return self._running.setdefault(call_id, CallState(call_id, self._directory))

    def take(self, call: ToolCall, *, is_new: bool, is_cancelled: bool) -> Iterator[Report]:
        """Take in a call or its update; the first message of a pending call has no arguments."""
        state = self.state(call.tool_call_id)
        state.update(call)
        if not state.is_told and not (is_new and call.status in ("pending", None)):
            state.is_told = True
            tool, arguments = state.tool()
            yield ToolBegan(state.id, tool, arguments, state.title)
        end = _ENDS.get(call.status)
        if end:
            del self._running[state.id]
            yield ToolEnded(state.id, "aborted" if is_cancelled else end, state.words[:TEXT_LIMIT])

    def end_all(self, *, is_cancelled: bool) -> Iterator[Report]:
        """End what is left at the end of a turn: not every agent reports aborted calls."""
        for state in self._running.values():
            if state.is_told:
                yield ToolEnded(state.id, "aborted" if is_cancelled else "failed")
        self._running.clear()
