"""Which chamber a name means."""

import pytest
from msgspec.structs import replace

from orchestra_core.errors import Unknown
from orchestra_core.state import ProjectState
from orchestra_server.operator_commands.run_interrupt import task_of
from tests.support.samples.documents import a_chamber


def test_the_task_is_found_by_the_name_of_its_live_chamber() -> None:
    state = ProjectState()
    state.put(replace(a_chamber("auth", "old-task"), state="closed"))
    state.put(replace(a_chamber("auth", "new-task"), state="live"))
    assert task_of(state, "auth") == "new-task"


def test_the_error_for_an_unknown_chamber_lists_the_live_ones() -> None:
    state = ProjectState()
    state.put(replace(a_chamber("web"), state="live"))
    state.put(replace(a_chamber("auth"), state="live"))
    state.put(replace(a_chamber("old"), state="closed"))
    with pytest.raises(Unknown, match=r"no live chamber 'api'; the live ones are: auth, web$"):
        task_of(state, "api")
    with pytest.raises(Unknown, match="the live ones are: none"):
        task_of(ProjectState(), "api")
