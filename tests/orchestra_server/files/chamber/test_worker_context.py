from typing import Any

import msgspec
from msgspec.structs import replace

from orchestra_core.models import Chamber
from orchestra_server.files.chamber.worker_context import worker_context
from tests.support.samples.documents import a_chamber, a_task

AUTH = replace(a_chamber(), brief="Build it.", base_commit="1a2b3c")


def context_of(chamber: Chamber, *siblings: Chamber) -> dict[str, Any]:
    return msgspec.json.decode(worker_context(a_task(), chamber, siblings), type=dict[str, Any])


def test_the_context_holds_mission_brief_directory_and_branch() -> None:
    context = context_of(AUTH)
    assert context["mission"] == {
        "task_id": AUTH.task_id,
        "request": a_task().description,
        "phase": a_task().phase,
    }
    assert (context["chamber"], context["brief"]) == ("auth", "Build it.")
    assert context["scope"] == {"path": AUTH.path, "branch": AUTH.branch, "base_commit": "1a2b3c"}
    assert AUTH.path in context["rules"][0]
    assert AUTH.branch in context["rules"][1]
    assert context["mail"]["file"] == f"{AUTH.path}/.INTERRUPT"


def test_the_siblings_do_not_include_the_chamber_itself() -> None:
    api = a_chamber("api")
    (sibling,) = context_of(AUTH, AUTH, api)["siblings"]
    assert sibling == {"chamber": "api", "path": api.path, "branch": api.branch, "brief": None}


def test_unknown_values_are_null() -> None:
    context = context_of(a_chamber())
    assert context["brief"] is None
    assert context["scope"]["base_commit"] is None
