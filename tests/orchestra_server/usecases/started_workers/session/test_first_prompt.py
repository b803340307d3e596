"""A worker is told its briefing, and what whoever started it adds."""

import pytest
from msgspec.structs import replace

from orchestra_core.errors import Unknown
from orchestra_core.state import ProjectState
from orchestra_server.usecases.started_workers.session.first_prompt import first_prompt
from tests.support.samples.documents import a_chamber, a_started_worker, a_task


def test_the_words_of_the_start_come_last_under_the_name_of_who_said_them() -> None:
    state = ProjectState()
    for document in (a_task(), replace(a_chamber(), state="live")):
        state.put(document)
    prompt = first_prompt(state, a_started_worker())
    assert "THE TASK\nAdd a login" in prompt
    added = first_prompt(state, replace(a_started_worker(), text="Begin"))
    assert added == f"{prompt}\n\nWHAT OPERATOR ADDS\nBegin"


def test_a_task_that_is_gone_is_one_line() -> None:
    with pytest.raises(Unknown, match="task 'add-login-1a2b' of chamber 'auth' is gone"):
        first_prompt(ProjectState(), a_started_worker())
