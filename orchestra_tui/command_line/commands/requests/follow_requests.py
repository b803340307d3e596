"""`orchestra answer --follow`: prints requests as they come, for somebody without a room.

While it runs, workers' hooks wait for an answer, as they do for a room.
"""

import sys
from collections.abc import Iterable
from contextlib import aclosing

from orchestra_core.clock import now_ms
from orchestra_core.daemon.answerers import answering
from orchestra_core.daemon.keep_daemon import kept_daemon
from orchestra_core.events import Event, EventData, encode_event
from orchestra_core.state import ProjectState
from orchestra_core.store.follow import Arrived, Disconnected, Reconnected, Snapshot
from orchestra_core.text import as_lines
from orchestra_core.wording.requests import answer_in_short
from orchestra_server.operator_commands.requests.list_requests import open_requests, short_lines
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_json, warn


async def follow_requests(place: CommandContext, *, as_json: bool) -> None:
    """Print until cancelled."""
    async with open_project(place) as context:
        project = context.project
        with answering(project.git_dir):
            async with (
                kept_daemon(project, place.settings),
                aclosing(context.store.follow()) as updates,
            ):
                printed = set[str]()
                async for update in updates:
                    match update:
                        case Snapshot(state=state):
                            _show_open(state, printed, as_json=as_json)
                        case Arrived(events=events):
                            _show_events(events, printed, as_json=as_json)
                        case Disconnected(reason=reason):
                            warn(f"not connected: {reason}")
                        case Reconnected():
                            warn("connected again")
                        case _:
                            pass


def _show_open(state: ProjectState, printed: set[str], *, as_json: bool) -> None:
    new = [request for request in open_requests(state) if request.id not in printed]
    printed |= {request.id for request in new}
    if as_json:
        events = (
            Event(at=request.asked_at, kind="request.asked", data=EventData(request=request))
            for request in new
        )
        print_json(*map(encode_event, events))
    else:
        _write(line for request in new for line in short_lines(request, now_ms()))


def _show_events(events: Iterable[Event], printed: set[str], *, as_json: bool) -> None:
    for event in events:
        request = event.data.request
        if request is None or (event.kind == "request.asked" and request.id in printed):
            continue
        printed.add(request.id)
        if as_json:
            print_json(encode_event(event))
        elif request.is_open:
            _write(short_lines(request, now_ms()))
        elif request.state == "answered":
            _write([f"✓ {request.id}  {request.answered_by}: {answer_in_short(request)}"])
        else:
            _write([f"○ {request.id}  withdrawn: {request.note}"])


def _write(lines: Iterable[str]) -> None:
    sys.stdout.write(as_lines(lines))
    sys.stdout.flush()
