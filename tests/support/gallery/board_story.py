"""A board of two open tasks with a worker in every state, as documentation shows it."""

from msgspec.structs import replace

from orchestra_core.events import EventData
from orchestra_core.models import Chamber, Conflict, Presence, Task, WorkerRequest
from orchestra_core.names import branch_of, chamber_id
from orchestra_core.replies.reply import Reply
from orchestra_core.replies.review import ChamberDiff
from orchestra_core.wording.gates import FAILS_TOGETHER
from tests.support.gallery.scene_states import (
    MINUTE,
    NOW,
    SECOND,
    Told,
    chamber,
    discovery,
    event,
    mail,
    presence,
    state_of,
    task,
)
from tests.support.samples.reviews import changed_file
from tests.support.samples.tool_answers import chamber_size, parallel_status

STREAMING = "stream-json-lines-7b2e"
SESSIONS = "rotate-session-keys-c41d"
STUCK_AFTER = 10 * MINUTE


def _tasks() -> list[Task]:
    return [
        task(
            STREAMING,
            "Stream JSON lines from the CLI, with backpressure. The reader must not hold more than "
            "one record, and a client that goes away ends the generator.",
            started=72 * MINUTE,
        ),
        task(SESSIONS, "Rotate the session keys without logging anybody out", started=18 * MINUTE),
    ]


def _chamber(name: str, task_id: str = STREAMING, *, created: int = 60 * MINUTE) -> Chamber:
    made = chamber(name, task_id=task_id, created=created)
    return replace(made, branch=branch_of(task_id, name))


def _worker(where: str, task_id: str = STREAMING, **report: object) -> Presence:
    since = report.pop("ago", 0)
    assert isinstance(since, int)
    base = presence(where, "", "", since=since)
    return replace(base, chamber_id=chamber_id(task_id, where), **report)


def board() -> Told:
    """Return two workers that need the operator, one stuck, two at work, one held, one ready."""
    chambers = [
        _chamber("cli-json-lines"),
        _chamber("tests-generate"),
        _chamber("stream-helper"),
        replace(_chamber("docs-patterns"), work="uncommitted"),
        replace(_chamber("readme-badge"), work="committed"),
        _chamber("key-rotation", SESSIONS, created=15 * MINUTE),
        _chamber("session-cookie", SESSIONS, created=15 * MINUTE),
        *_ended(),
    ]
    request = WorkerRequest(
        id="r-1",
        task_id=STREAMING,
        chamber="cli-json-lines",
        tool="Bash",
        tool_input='{"command": "pip install ndjson", "description": "Install the parser"}',
        like="Bash(pip install:*)",
        asked_at=NOW - 4 * MINUTE,
    )
    sides = (chamber_id(STREAMING, "docs-patterns"), chamber_id(STREAMING, "stream-helper"))
    conflict = Conflict(
        id="|".join(sides),
        task_ids=(STREAMING,),
        between=sides,
        files=("docs/patterns/streaming.rst",),
        kinds=("content",),
        count=1,
        since=NOW - 6 * MINUTE,
    )
    unread = mail(1, "key-rotation", "Keep the old key for a day.", sent=9 * MINUTE, steps=(30,))
    unread = replace(unread, task_id=SESSIONS)
    discoveries = [
        replace(document, task_id=STREAMING)
        for document in (
            discovery(
                1, "Werkzeug 3.1 closes the generator early", "critical", "stream-helper",
                ago=3 * MINUTE,
            ),
            discovery(
                2, "Sessions are signed with SECRET_KEY", "info", "cli-json-lines",
                ago=9 * MINUTE,
            ),
        )
    ]  # fmt: skip
    documents = (*_tasks(), *chambers, request, conflict, unread, *discoveries)
    feed = [
        event(1, 4 * MINUTE, "request.asked", "cli-json-lines", EventData(request=request)),
        event(2, 6 * MINUTE, "collision.appeared", "docs-patterns", EventData(conflict=conflict)),
    ]
    return Told(state=state_of(*documents, presence=_workers(), seq=2), events=feed)


def _ended() -> list[Chamber]:
    landed = [
        replace(_chamber(name), state="closed", ended_at=NOW - ago * MINUTE, note=note)
        for name, ago, note in (
            ("cli-help", 40, "its work is merged into main"),
            ("cli-exit-codes", 35, "its work is merged into main"),
            ("ndjson-writer", 30, "its work is merged into main"),
        )
    ]
    saved = f"refs/orchestra/saved/{STREAMING}/xml-output/1"
    dropped = replace(
        _chamber("xml-output"), state="closed", ended_at=NOW - 20 * MINUTE, saved_ref=saved,
        note=f"saved under {saved}",
    )  # fmt: skip
    return [*landed, dropped]


def _workers() -> list[Presence]:
    pytest = "pytest tests/test_stream.py"
    return [
        _worker("cli-json-lines", state="waiting", tool="Bash", detail="pip install ndjson",
                asks="permission", ago=4 * MINUTE),
        _worker("tests-generate", state="working", tool="Bash", detail=pytest, ago=12 * MINUTE),
        _worker("stream-helper", state="working", tool="Bash", detail="pytest -q tests",
                ago=5 * SECOND),
        _worker("docs-patterns", state="finished", message="Documented, 3 examples",
                ago=3 * MINUTE),
        _worker("readme-badge", state="finished", message="Badge added", ago=8 * MINUTE),
        _worker("key-rotation", SESSIONS, state="failed",
                message="API Error: 529 overloaded; stopped", ago=10 * MINUTE),
        _worker("session-cookie", SESSIONS, state="working", tool="Edit",
                detail="src/flask/sessions.py", ago=2 * SECOND),
    ]  # fmt: skip


def board_answers() -> dict[str, Reply]:
    """Return the tools' answers for that board: sizes of changes, and the conflicting lines."""
    sizes = [
        chamber_size("cli-json-lines", 1, 2, 0),
        chamber_size("tests-generate", 1, 40, 3),
        chamber_size("stream-helper", 2, 34, 8),
        chamber_size("docs-patterns", 2, 7, 1),
        chamber_size("readme-badge", 1, 1, 0),
    ]
    lines = (
        "docs/patterns/streaming.rst (content): docs-patterns and stream-helper\n"
        "<<<<<<< docs-patterns\n"
        "Call it for every response.\n"
        "=======\n"
        "Call it once, around the generator.\n"
        ">>>>>>> stream-helper\n"
    )
    conflicts = ChamberDiff(
        task_id=STREAMING, chamber="docs-patterns", state="live", part="conflicts", old="", new="",
        files=[changed_file("docs/patterns/streaming.rst", "U")], diff=lines, next_step="Go on.",
    )  # fmt: skip
    return {"get_parallel_status": parallel_status(sizes), "conflicts": conflicts}


def red_together() -> Told:
    """Return two chambers that pass their gate alone and fail it together, and a third one."""
    chambers = [
        replace(_chamber(name), work="committed", verdict="green")
        for name in ("rename-reader", "add-caller", "docs-reader")
    ]
    sides = (chamber_id(STREAMING, "add-caller"), chamber_id(STREAMING, "rename-reader"))
    conflict = Conflict(
        id="|".join(sides),
        task_ids=(STREAMING,),
        between=sides,
        files=("gate tests",),
        kinds=(FAILS_TOGETHER,),
        count=1,
        since=NOW - 2 * MINUTE,
    )
    workers = [
        _worker("rename-reader", state="finished", message="read_lines is iter_lines now",
                ago=5 * MINUTE),
        _worker("add-caller", state="finished", message="The CLI calls read_lines", ago=3 * MINUTE),
        _worker("docs-reader", state="finished", message="Reader documented", ago=7 * MINUTE),
    ]  # fmt: skip
    told = event(1, 2 * MINUTE, "collision.appeared", "add-caller", EventData(conflict=conflict))
    state = state_of(_tasks()[0], *chambers, conflict, presence=workers, seq=1)
    return Told(state=state, events=[told])
