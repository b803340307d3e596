"""Events in words."""

from typing import get_args

import pytest
from msgspec.structs import replace

from orchestra_core.events import Event, EventData, Kind
from orchestra_core.gates.gate_verdict import GateVerdict
from orchestra_core.workers.started_worker import Spent
from orchestra_tui.presentation.drawer.event_lines import feed_layout, feed_line
from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.presentation.text_fit import line_width
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_clone,
    a_conflict,
    a_discovery,
    a_question,
    a_request,
    a_task,
    an_agent,
    an_interrupt,
)

USED = Spent(turns=1, tokens_in=1_000, tokens_out=500, dollars=0.02)
WHOLE = EventData(
    task=a_task(),
    chamber=replace(a_chamber(), note="disk full", subagents_spent={"a1": USED}),
    agent=an_agent(),
    discovery=a_discovery(),
    interrupt=an_interrupt(),
    conflict=a_conflict(),
    action="wrote tests",
    clone=a_clone(),
    verdict=GateVerdict(id="t:g", gate="tests", tree="t", state="red", at=NOON),
    result="12 pass",
)


def words(kind: Kind, data: EventData = WHOLE) -> str:
    event = Event(seq=1, at=NOON, kind=kind, task_id="t1", chamber="auth", data=data)
    return feed_line(event)[2].text


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_of_event_has_its_own_text(kind: Kind) -> None:
    assert words(kind)
    assert words(kind, EventData())


@pytest.mark.parametrize("end", ["closed", "completed", "failed", "restored"])
def test_only_its_own_event_says_that_a_task_or_chamber_has_ended(end: str) -> None:
    kinds = [kind for kind in get_args(Kind) if kind.partition(".")[0] in ("task", "chamber")]
    saying = {kind for kind in kinds if words(kind).startswith(end)}
    assert saying == {kind for kind in kinds if kind.endswith(f".{end}")}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("task.started", "started: Add a login"),
        ("chamber.created", "created on orchestra/add-login-1a2b/auth"),
        ("chamber.failed", "failed: disk full"),
        ("agent.acted", "implementer: wrote tests: 12 pass"),
        ("discovery.shared", "info discovery: Tokens expire"),
        ("interrupt.sent", "✉ sent: Stop and look"),
        ("interrupt.cancelled", "✉ cancelled: Stop and look"),
        ("interrupt.expired", "✉ expired"),
        ("collision.appeared", "⚠ conflicts with database: src/app.py"),
        ("collision.changed", "⚠ still conflicts with database: src/app.py"),
        ("chamber.health-changed", "healthy again"),
        ("chamber.work-changed", "work unknown"),
        ("chamber.usage-counted", "its subagents have used 1.5k tokens, $0.02"),
        ("chamber.published", "no longer published"),
        ("chamber.handed-over", "handed over to the clone that lands it"),
        ("chamber.suspended", "suspended: tools blocked until resumed"),
        ("chamber.resumed", "resumed: tools no longer blocked"),
        ("gate.passed", "gate tests passed"),
        ("gate.overruled", "gate tests was overruled by the operator"),
        ("chamber.judged", "no longer judged by a gate"),
        ("clone.appeared", "clone laptop:/repo appeared"),
        ("clone.renamed", "clone laptop:/repo is known by a new name"),
        ("clone.remotes-changed", "clone laptop:/repo has other remotes"),
    ],
)
def test_the_text_of_an_event_says_what_happened(kind: Kind, said: str) -> None:
    assert words(kind) == said


def test_the_text_of_a_mail_event_says_what_it_requires_and_why_it_expired() -> None:
    stop = replace(an_interrupt(), requires="stop", note="undelivered: closed before it was read")
    data = EventData(interrupt=stop)
    assert words("interrupt.sent", data) == "✉ sent, stop: Stop and look"
    assert words("interrupt.expired", data) == "✉ undelivered: closed before it was read"


def test_the_text_of_a_closed_chamber_says_whether_its_work_has_landed_or_was_saved() -> None:
    closed = replace(a_chamber(), state="closed", note="its work is merged into main")
    assert (
        words("chamber.closed", EventData(chamber=closed)) == "closed: all of its work has landed"
    )
    saved = replace(closed, note="", saved_ref="refs/orchestra/saved/auth")
    said = "closed, saved as refs/orchestra/saved/auth"
    assert words("chamber.closed", EventData(chamber=saved)) == said


def test_the_text_of_a_resolved_conflict_names_no_files() -> None:
    data = EventData(conflict=replace(a_conflict(), state="clear"))
    assert words("collision.cleared", data) == "no longer conflicts with database"


def test_the_texts_of_a_pattern_and_of_a_discovery_differ() -> None:
    data = replace(WHOLE, discovery=replace(a_discovery(), pattern=True))
    assert words("discovery.shared", data) == "pattern: Tokens expire"


def test_the_subject_of_an_event_without_a_chamber_is_its_task() -> None:
    event = Event(seq=1, at=NOON, kind="task.closed", task_id="add-login-1a2b")
    assert feed_line(event)[1] == Cell("add-login-1a2b", "muted")


def test_an_agents_text_stays_on_one_line() -> None:
    data = replace(WHOLE, action="a\nb\x1b[31m", result="[red]c")
    assert words("agent.acted", data) == "implementer: a b: [red]c"


@pytest.mark.parametrize("width", [20, 38, 59, 60, 120])
def test_an_event_line_fits_the_width_of_the_feed(width: int) -> None:
    event = Event(seq=1, at=NOON, kind="task.started", task_id="t1", data=WHOLE)
    line = feed_layout(feed_line(event), width)
    assert line_width(line) <= width
    assert len(line[0].text) == (8 if width >= 60 else 5)


def test_the_texts_of_a_request_say_what_is_asked_and_what_became_of_it() -> None:
    asked = EventData(request=a_request())
    assert words("request.asked", asked) == "◆ asks for Bash: npm test"
    assert words("request.asked", EventData(request=a_question())) == "◆ asks Which colour?"
    answered = EventData(request=replace(a_request(), answer="deny", words="no"))
    assert words("request.answered", answered) == "◆ answered: deny: no"
    withdrawn = EventData(request=replace(a_request(), note="its chamber was closed"))
    assert words("request.withdrawn", withdrawn) == "◆ withdrawn: its chamber was closed"
    assert words("request.asked", EventData()) == "asked"
