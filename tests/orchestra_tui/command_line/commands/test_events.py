"""The history, line by line."""

import re

from msgspec.structs import replace

from orchestra_tui.command_line.commands.events import event_line
from tests.support.samples import a_task, task_started


def test_the_line_of_an_event_has_number_date_time_subject_and_text() -> None:
    event = replace(task_started(a_task(description="Add a \x1b[31mlogin")), seq=12)
    line = event_line(event)
    assert re.fullmatch(
        r"    12  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  [\w-]+ +started: Add a login", line
    )
