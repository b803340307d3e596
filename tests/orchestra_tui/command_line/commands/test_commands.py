"""The small decisions inside single commands."""

import re

import pytest
from msgspec.structs import replace

from orchestra_core.errors import Unknown
from orchestra_core.state import ProjectState
from orchestra_tui.command_line.checks.checks import Check
from orchestra_tui.command_line.commands.doctor import check_lines
from orchestra_tui.command_line.commands.events import event_line
from orchestra_tui.command_line.commands.interrupt import task_of
from tests.support.samples import a_chamber, a_task, task_started


def test_an_event_s_line_has_number_date_time_subject_and_words() -> None:
    event = replace(task_started(a_task(description="Add a \x1b[31mlogin")), seq=12)
    line = event_line(event)
    assert re.fullmatch(
        r"    12  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  [\w-]+ +started: Add a login", line
    )


def test_a_live_chamber_s_name_tells_its_task() -> None:
    state = ProjectState()
    state.put(replace(a_chamber("auth", "old-task"), state="closed"))
    state.put(replace(a_chamber("auth", "new-task"), state="live"))
    assert task_of(state, "auth") == "new-task"


def test_an_unknown_chamber_is_answered_with_those_that_live() -> None:
    state = ProjectState()
    state.put(replace(a_chamber("web"), state="live"))
    state.put(replace(a_chamber("auth"), state="live"))
    state.put(replace(a_chamber("old"), state="closed"))
    with pytest.raises(Unknown, match=r"no live chamber 'api'; live are: auth, web$"):
        task_of(state, "api")
    with pytest.raises(Unknown, match="live are: none"):
        task_of(ProjectState(), "api")


def test_a_check_that_fails_says_how_to_mend_it_below() -> None:
    check = Check(name="git", verdict="fail", found="2.30 is too old", mend="install git 2.38")
    assert check_lines(check) == [
        "fail  git             2.30 is too old",
        "                      install git 2.38",
    ]
    assert len(check_lines(Check(name="git", verdict="ok", found="2.39.5"))) == 1
