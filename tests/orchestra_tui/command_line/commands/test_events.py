"""The history, line by line."""

import re

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.store.checkpoint import trim_history
from orchestra_core.store.store import Store
from orchestra_tui.command_line.commands import events
from orchestra_tui.command_line.commands.events import event_line, history_after
from tests.support.samples.documents import NOON, a_task, task_started
from tests.support.stores.store_watch import commit


def test_the_line_of_an_event_has_number_date_time_subject_and_text() -> None:
    event = replace(task_started(a_task(description="Add a \x1b[31mlogin")), seq=12)
    line = event_line(event)
    assert re.fullmatch(
        r"    12  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  [\w-]+ +started: Add a login", line
    )


async def ended_tasks(store: Store, count: int) -> None:
    """Write one event for each of some tasks that have ended."""
    for number in range(count):
        ended = task_started(replace(a_task(f"task-{number}"), state="completed"))
        await commit(store, Change(events=(ended,)))


async def test_one_line_says_that_the_earlier_history_was_trimmed(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    await ended_tasks(store, 4)
    assert await trim_history(store, NOON * 2, most=2) == 2

    for after in (0, 1):
        assert [event.seq for event in await history_after(store, after)] == [3, 4]
        said = capsys.readouterr()
        assert said.err == "orchestra: the history begins at event 3: earlier ones were trimmed\n"
        assert said.out == ""
    assert [event.seq for event in await history_after(store, 2)] == [3, 4]
    assert capsys.readouterr().err == ""


async def test_the_hint_at_earlier_events_names_none_that_were_trimmed(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_REMEMBERED", 1)
    await ended_tasks(store, 4)
    await trim_history(store, NOON * 2, most=2)

    assert [event.seq for event in await history_after(store, 0)] == [4]
    assert "earlier events: orchestra events --after 2, up to 3" in capsys.readouterr().err
