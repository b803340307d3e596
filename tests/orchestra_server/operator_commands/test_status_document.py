"""The document that `orchestra status --json` prints."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from orchestra_core.project import Project
from orchestra_server.operator_commands.status_document import (
    StatusDocument,
    status_document,
)
from tests.support.samples.documents import NOON, a_busy_project, a_question, a_request

PROJECT = Project("shop-1a2b3c4d", Path("/repo"), Path("/repo/.git"))


def test_the_json_document_has_every_field_in_a_stable_order() -> None:
    document = status_document(PROJECT, a_busy_project())
    encoded = msgspec.json.encode(document)
    assert msgspec.json.decode(encoded, type=StatusDocument) == document
    assert msgspec.json.decode(encoded) == {
        "version": 1,
        "project": "shop-1a2b3c4d",
        "root": "/repo",
        "seq": 7,
        "tasks": [
            {
                "id": "add-login-1a2b",
                "description": "Add a login",
                "state": "open",
                "complexity": "simple",
                "phase": "build",
                "base_branch": "",
                "started_at": NOON,
                "finished_at": 0,
                "summary": "",
                "chambers": [
                    chamber(
                        "auth",
                        "live",
                        worker={
                            "state": "working",
                            "tool": "Edit",
                            "detail": "src/auth.py",
                            "since": NOON,
                            "message": "",
                        },
                        proven_ready=True,
                        worker_state={
                            "group": "working",
                            "cause": "",
                            "reason": "Edit src/auth.py",
                            "since": NOON,
                        },
                        unread=[
                            {
                                "id": "i1",
                                "message": "Stop and look",
                                "requires": "review",
                                "state": "sent",
                                "sent_at": NOON,
                            }
                        ],
                    ),
                    chamber("old", "closed"),
                    chamber(
                        "web",
                        "failed",
                        note="disk full",
                        created_at=NOON + 1,
                        worker_state={
                            "group": "dropped",
                            "cause": "failed",
                            "reason": "disk full",
                            "since": 0,
                        },
                    ),
                ],
                "used": None,
            }
        ],
        "counts": {"working": 1},
        "held": 0,
        "used_on": {},
        "archived": 0,
        "unreadable": [],
        "orphans": [],
    }


def chamber(name: str, state: str, **differences: object) -> dict[str, object]:
    return {
        "name": name,
        "state": state,
        "path": f"/repo/.claude/worktrees/{name}",
        "branch": f"orchestra/add-login-1a2b/{name}",
        "created_at": NOON,
        "ended_at": 0,
        "note": "",
        "suspended_at": 0,
        "proven_ready": False,
        "worker": {"state": "unknown", "tool": "", "detail": "", "since": 0, "message": ""},
        "unread": [],
        "collisions": [],
        "health": [],
        "worker_state": {"group": "dropped", "cause": "", "reason": "", "since": 0},
        "clone": None,
        "requests": [],
        "agent": None,
        "used": None,
        "setup_fault": "",
        "held_by": [],
        "verdict": "",
        **differences,
    }


def test_a_chamber_lists_what_its_worker_waits_for() -> None:
    state = a_busy_project()
    for request in (a_request(), a_question(), replace(a_request("r-3"), state="answered")):
        state.put(request)
    document = status_document(PROJECT, state)
    first, second = document.tasks[0].chambers[0].requests
    assert (first.id, first.kind, first.tool, first.asked) == (
        "r-1", "permission", "Bash", "npm test",
    )  # fmt: skip
    assert (first.like, first.asked_at, first.options) == ("Bash(npm test:*)", NOON, ())
    assert second.asked == "Which colour?\n1  Blue: as the sky\n2  Red"
    assert second.options == (("Blue", "Red"),)
