"""The tool calls of a session, remembered in bounded memory."""

from orchestra_server.agents.acp.call_reports import CallReports
from orchestra_server.agents.acp.messages import ToolCall
from orchestra_server.agents.reports import ToolBegan, ToolEnded


def test_calls_that_never_end_are_forgotten_but_for_the_last() -> None:
    calls = CallReports("/repo")
    for number in range(1_000):
        call = ToolCall(tool_call_id=f"t{number}", kind="execute", status="in_progress")
        (began,) = calls.take(call, is_new=True, is_cancelled=False)
        assert isinstance(began, ToolBegan)
    ended = [*calls.end_all(is_cancelled=False)]
    assert ended == [ToolEnded(f"t{number}", "failed") for number in range(936, 1_000)]
