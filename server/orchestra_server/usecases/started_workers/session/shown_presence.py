"""The presence that a started agent's report shows, like hooks report it for others."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_core.text import one_line
from orchestra_core.workers.presence import PresenceState
from orchestra_server.agents.reports import (
    Report,
    Said,
    ToolBegan,
    ToolEnded,
    TurnBegan,
    TurnEnded,
)
from orchestra_server.files.spool.worker_reports import call_detail

if TYPE_CHECKING:
    from orchestra_server.files.hook.json_files import Fields

_LONGEST_MESSAGE = 1_000
_LONGEST_TOOL = 80
_END_STATES: dict[str, PresenceState] = {"done": "idle", "aborted": "aborted", "failed": "failed"}


def presence_of(
    report: Report, chamber_id: str, root: str, *, process: str, at: int
) -> Presence | None:
    """Return what the worker does from this report on; None if the report does not show it."""
    shown = Presence(chamber_id=chamber_id, state="working", since=at, process=process)
    match report:
        case ToolBegan(tool=tool, arguments=arguments, title=title, subagent=subagent):
            return replace(
                shown,
                tool=one_line(tool, _LONGEST_TOOL),
                detail=detail_of(root, arguments) or one_line(title, 200),
                agent_id=one_line(subagent, 200),
            )
        case ToolEnded(subagent=subagent):
            return replace(shown, agent_id=one_line(subagent, 200))
        case TurnBegan() | Said(subagent=""):
            return shown
        case TurnEnded(reason=reason, words=words):
            message = one_line(words, _LONGEST_MESSAGE)
            return replace(shown, state=_END_STATES[reason], message=message)
        case _:
            return None


def detail_of(root: str, arguments: Mapping[str, object]) -> str:
    """Return, in one line, what a tool is used on: its command, or its path below `root`."""
    return call_detail(root, cast("Fields", dict(arguments)))
