"""The content of each scene of the gallery, made of the fixed states."""

from collections.abc import Sequence

from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.models import (
    BASE,
    Agent,
    Chamber,
    Conflict,
    Discovery,
    Interrupt,
    Presence,
    Task,
)
from orchestra_server.domain.chambers.chamber_health import TOO_LARGE, ChamberFacts, health_of
from orchestra_tui.presentation.review.comments import comment_on, message_of
from tests.support.gallery.scene_states import (
    MINUTE,
    NOW,
    SECOND,
    TASK,
    Told,
    chamber,
    discovery,
    event,
    mail,
    presence,
    state_of,
    task,
)
from tests.support.samples.reviews import file_diffs, line_of, review_mail

BRIEF = (
    "Implement the OAuth2 authorization code flow with PKCE in src/auth.\n"
    "Keep the session cookie's name. Do not touch the database's schema: that is\n"
    "the chamber 'database'. Record each decision with record_agent_action."
)
NOTHING = Told()


def empty() -> Told:
    """Tell of a project in which nothing has happened; a state owns the state it is given."""
    return Told(state=state_of())


def first_task() -> Told:
    """Tell of one task without a chamber."""
    only = task(started=24 * SECOND)
    started = event(1, 24 * SECOND, "task.started", data=EventData(task=only))
    return Told(state=state_of(only, seq=1), events=[started])


def _chambers() -> list[Chamber]:
    return [
        chamber("auth", brief=BRIEF),
        chamber("database", brief="The users table and its migration.", created=16 * MINUTE),
        chamber("api", brief="Endpoints and their limits.", created=16 * MINUTE),
    ]


def _presence() -> list[Presence]:
    return [
        presence("auth", "Edit", "src/auth/pkce.py", since=4 * SECOND),
        presence("database", "Bash", "pytest tests/migrations -q", since=41 * SECOND),
        presence("api", "", "", since=95 * SECOND, idle=True),
    ]


def _discoveries() -> list[Discovery]:
    return [
        discovery(
            1, "Sessions are signed with the app's SECRET_KEY", "info", "auth", ago=9 * MINUTE
        ),
        discovery(2, "rate limiting by token bucket", "info", "api", ago=7 * MINUTE, pattern=True),
        discovery(
            3, "Login throttling exists in middleware.py", "important", "api", ago=5 * MINUTE
        ),
    ]


def _older() -> list[Task]:
    return [
        task(
            "export-invoices-pdf-91d2",
            "Export invoices as PDF",
            state="completed",
            started=26 * 60 * MINUTE,
            finished=25 * 60 * MINUTE,
        ),
        task("upgrade-postgres-driver-07ce", "Upgrade the Postgres driver", started=50 * MINUTE),
    ]


def _events(last: Sequence[Event] = ()) -> list[Event]:
    agent = Agent(
        id=f"{TASK}/implementation-executor-auth",
        task_id=TASK,
        agent_id="implementation-executor-auth",
        chamber="auth",
        actions=3,
    )
    acted = EventData(agent=agent, action="wrote pkce.py", result="12 tests pass")
    told = [event(1, 18 * MINUTE, "task.started", data=EventData(task=task()))]
    told += [
        event(number, 16 * MINUTE, "chamber.created", chamber.name, EventData(chamber=chamber))
        for number, chamber in enumerate(_chambers(), 2)
    ]
    told += [
        event(
            number,
            NOW - discovery.at,
            "discovery.shared",
            discovery.chamber,
            EventData(discovery=discovery),
        )
        for number, discovery in enumerate(_discoveries(), 5)
    ]
    told.append(event(8, 2 * MINUTE, "agent.acted", "auth", acted))
    return [*told, *last]


def busy(*extra: Interrupt | Discovery, events: Sequence[Event] = ()) -> Told:
    """Tell of three chambers at work."""
    agent = Agent(
        id=f"{TASK}/implementation-executor-auth",
        task_id=TASK,
        agent_id="implementation-executor-auth",
        chamber="auth",
        actions=3,
        last_action="wrote pkce.py",
        last_result="12 tests pass",
        last_at=NOW - 2 * MINUTE,
    )
    documents = (task(), *_older(), *_chambers(), *_discoveries(), agent, *extra)
    feed = _events(events)
    state = state_of(*documents, presence=_presence(), seq=feed[-1].seq)
    reports = [
        presence("auth", "Read", "src/auth/session.py", since=80 * SECOND),
        presence("auth", "Grep", "SECRET_KEY", since=52 * SECOND),
        presence("auth", "Bash", "pytest tests/auth -q", since=30 * SECOND),
        presence("auth", "Edit", "src/auth/pkce.py", since=4 * SECOND),
    ]
    return Told(state=state, events=feed, activity={f"{TASK}/auth": reports})


def without_workers() -> Told:
    """Chambers in which no worker has started yet."""
    told = busy()
    if told.state is not None:
        told.state.presence.clear()
    return told


def all_mail() -> Told:
    """Tell of a critical discovery, and of mail that is sent, posted, delivered and acted on."""
    finding = discovery(
        4, "users.email is not unique in production", "critical", "database", ago=40_000
    )
    letters = [
        mail(1, "auth", "Use PKCE with S256 only.", sent=6 * MINUTE, steps=(30, 2_100, 4_800)),
        mail(2, "auth", "Do not rename the session cookie.", sent=90_000, steps=(25, 1_400)),
        mail(3, "api", "users.email is not unique in production", sent=40_000, steps=(28,)),
        mail(4, "database", "Stop before the migration runs.", sent=2_000, steps=()),
        mail(5, "auth", "users.email is not unique in production", sent=39_000, steps=(31,)),
    ]
    shared = EventData(discovery=finding)
    last = [
        event(9, 40_000, "discovery.shared", "database", shared),
        event(10, 40_000, "interrupt.sent", "api", EventData(interrupt=letters[2])),
        event(11, 39_970, "interrupt.posted", "api", EventData(interrupt=letters[2])),
        event(12, 2_000, "interrupt.sent", "database", EventData(interrupt=letters[3])),
    ]
    return busy(finding, *letters, events=last)


def reviewed() -> Told:
    """Two comments of a review: one on lines that stand as they were, one on lines that do not."""
    file = file_diffs()[1]
    was = line_of(file, "minutes=30")._replace(text="        session.lasts(hours=1)")
    comments = [
        comment_on(file.path, [was], "Half an hour, as the policy says."),
        comment_on(file.path, [line_of(file, "raise Taken")], "Name the session, not the user."),
    ]
    return busy(review_mail(message_of("auth", comments), acted=True))


def held_up() -> Told:
    """Tell of what holds work up: a suspended chamber, old unread mail, a silent hook, an end."""
    told = all_mail()
    state = told.state
    assert state is not None
    wait = replace(
        mail(6, "auth", "Wait for the schema.", sent=8_000, steps=(30, 1_100)),
        requires="suspend",
    )
    lost = replace(
        mail(7, "database", "Mind the index.", sent=50_000, steps=(20,)),
        state="expired",
        ended_at=NOW - 20_000,
        note="undelivered: the worker ended before it read it",
    )
    auth, api = (state.chambers[f"{TASK}/{name}"] for name in ("auth", "api"))
    suspended = replace(auth, suspended_at=NOW - 8_000, suspended_by=wait.id)
    mute = replace(api, ready_at=0, ready_note="the hook did not answer")
    for document in (wait, lost, suspended, mute):
        state.put(document)
    state.presence.pop(mute.id, None)
    idle = replace(presence("auth", "", "", since=5_000, idle=True), message="Waiting as told.")
    state.presence[auth.id] = idle
    said = EventData(chamber=suspended)
    *before, last = told.events
    events = [
        *before,
        event(12, 8_000, "chamber.suspended", "auth", said),
        replace(last, seq=13),
    ]
    return Told(state=state, events=events)


def conflict() -> Told:
    """Tell of two chambers that write the same files, and of one whose base has moved on."""
    auth, api, database = (f"{TASK}/{name}" for name in ("auth", "api", "database"))
    both = Conflict(
        id=f"{api}|{auth}",
        task_ids=(TASK,),
        between=(api, auth),
        files=("src/auth/limits.py", "src/auth/session.py"),
        kinds=("add/add", "content"),
        count=2,
        since=NOW - 70 * SECOND,
    )
    base = Conflict(
        id=f"{database}|{BASE}",
        task_ids=(TASK,),
        between=(database, BASE),
        files=("migrations/0007_users.sql",),
        kinds=("modify/delete",),
        count=1,
        since=NOW - 12 * SECOND,
    )
    told = busy(
        events=[
            event(9, 70 * SECOND, "collision.appeared", "api", EventData(conflict=both)),
            event(10, 12 * SECOND, "collision.appeared", "database", EventData(conflict=base)),
        ]
    )
    assert told.state is not None
    told.state.put(both)
    told.state.put(base)
    return told


def ailing() -> Told:
    """Tell of chambers with which something is wrong: hook, branch, and what the radar misses."""
    facts = {
        "auth": ChamberFacts(hooked=False, stashes=("3d5f7a9b1c2e4f60",)),
        "database": ChamberFacts(branch="main", way_back="run git switch - in it"),
        "api": ChamberFacts(),
    }
    unwatched = {"api": TOO_LARGE}
    ailing_chambers = [
        replace(
            chamber, health=health_of(chamber, facts[chamber.name], unwatched.get(chamber.name, ""))
        )
        for chamber in _chambers()
    ]
    told = busy(
        events=[
            event(
                seq, 40 * SECOND, "chamber.health-changed", chamber.name, EventData(chamber=chamber)
            )
            for seq, chamber in enumerate(ailing_chambers, 9)
        ]
    )
    assert told.state is not None
    for ailing_chamber in ailing_chambers:
        told.state.put(ailing_chamber)
    return told


def restored() -> Told:
    """Tell of a chamber that was closed with its work and brought back, and of one still closed."""
    ref = f"refs/orchestra/saved/{TASK}"
    auth = replace(chamber("auth", brief=BRIEF, note="restored"), saved_ref=f"{ref}/auth/1")
    docs = chamber("docs", state="closed", note=f"saved under {ref}/docs/1")
    docs = replace(docs, saved_ref=f"{ref}/docs/1")
    closed = replace(auth, state="closed", note=f"saved under {ref}/auth/1")
    told = busy(
        events=[
            event(9, 95 * SECOND, "chamber.closed", "docs", EventData(chamber=docs)),
            event(10, 80 * SECOND, "chamber.closed", "auth", EventData(chamber=closed)),
            event(11, 20 * SECOND, "chamber.restored", "auth", EventData(chamber=auth)),
        ]
    )
    assert told.state is not None
    told.state.put(auth)
    told.state.put(docs)
    return told


def lost() -> Told:
    """Tell of a store that went away while three chambers were at work."""
    told = busy()
    return Told(state=told.state, events=told.events, lost="redis.example:6379 refuses connections")


def many_tasks() -> Told:
    """Tell of ten thousand tasks."""
    words = ("Rename", "Document", "Speed up", "Test", "Translate", "Rewrite")
    parts = ("the invoice export", "the login page", "the search index", "the audit trail")
    documents = [
        task(
            f"task-{number:05}",
            f"{words[number % 6]} {parts[number % 4]}, part {number}",
            state="open" if number % 9 == 0 else "completed",
            started=(number + 1) * MINUTE,
            finished=0 if number % 9 == 0 else number * 30 * SECOND + 1,
        )
        for number in range(10_000)
    ]
    return Told(state=state_of(*documents, seq=31_204))


def trouble() -> Told:
    """Tell of a merge that conflicted and of a chamber that failed."""
    again = event(9, 30 * SECOND, "task.reopened", data=EventData(task=task()))
    failed = chamber("search", state="failed", note="post-checkout hook: npm ci exited with 1")
    gone = chamber("docs", state="closed", note="closed by the operator")
    told = busy(
        events=[
            event(10, 20 * SECOND, "chamber.failed", "search", EventData(chamber=failed)),
            again,
        ]
    )
    assert told.state is not None
    told.state.put(failed)
    told.state.put(gone)
    return told


def hostile() -> Told:
    """Tell of text that contains markup and control characters."""
    evil = "[bold red]not bold[/] \x1b[31mnot red\x1b[0m \x07\u202egnp.exe\u202c [/nope] [link=x]"
    wide = "認証を追加する 🔐 e\u0301a\u0300 مرحبا بالعالم"
    hostile_task = task("hostile-0bad", f"{evil} {wide}", started=MINUTE)
    chamber = Chamber(
        id="hostile-0bad/auth",
        task_id="hostile-0bad",
        name="auth",
        state="live",
        path="/home/mira/[red]shop/.claude/worktrees/auth",
        branch="orchestra/hostile-0bad/auth",
        brief=evil,
        created_at=NOW - MINUTE,
    )
    discovery = Discovery(
        id="h1",
        task_id="hostile-0bad",
        agent_id="[@click=app.quit]click me[/]",
        chamber="auth",
        text=f"{wide}\n{evil}",
        severity="important",
        impact=evil,
        at=NOW - 30 * SECOND,
    )
    doing = Presence(
        chamber_id=chamber.id, state="working", tool="Bash", detail=evil, since=NOW - SECOND
    )
    feed = [
        event(1, MINUTE, "task.started", data=EventData(task=hostile_task)),
        event(2, 30 * SECOND, "discovery.shared", "auth", EventData(discovery=discovery)),
    ]
    return Told(
        state=state_of(hostile_task, chamber, discovery, presence=[doing], seq=2), events=feed
    )
