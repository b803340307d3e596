"""A started worker: asked for once, in turns, and ended once; what is repeated changes nothing."""

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import Policy, Spent, StartedState, StartedWorker
from orchestra_server.domain.workers import started_workers as rules
from tests.support.samples.documents import NOON, a_chamber, a_day, a_started_worker, a_task

LIVE = replace(a_chamber(), state="live")
ORDER = rules.StartOrder(agent="claude", policy="edits")


def changed(change: Change) -> StartedWorker:
    (event,) = change.events
    assert event.data.worker is not None
    assert (event.task_id, event.chamber) == ("add-login-1a2b", "auth")
    return event.data.worker


def test_a_start_is_what_should_run() -> None:
    worker, change = rules.start_asked(LIVE, None, ORDER, at=NOON, actor="operator")
    assert changed(change) == worker == a_started_worker()
    assert change.events[0].kind == "worker.start-asked"
    assert worker.is_wanted
    assert not worker.has_session
    assert rules.is_same_start(worker, ORDER)


def test_a_worker_starts_only_in_a_live_chamber_and_only_once() -> None:
    with pytest.raises(
        Refused, match="chamber 'auth' is creating, and a worker starts only in a live one"
    ):
        rules.start_asked(a_chamber(), None, ORDER, at=NOON, actor="operator")
    running = replace(a_started_worker(), state="running")
    with pytest.raises(Refused, match=r"claude runs in chamber 'auth' \(running\)"):
        rules.start_asked(LIVE, running, ORDER, at=NOON, actor="operator")


def test_the_next_start_in_a_chamber_keeps_what_was_used_there() -> None:
    spent = Spent(turns=1, dollars=2.0)
    over = replace(a_started_worker(), state="ended", conversation="c1").with_turn(spent)
    worker, _ = rules.start_asked(LIVE, over, ORDER, at=NOON, actor="operator")
    assert (worker.asked_at, worker.conversation, worker.spent) == (NOON + 1, "", spent)


def test_a_worker_is_launched_starts_takes_turns_and_ends() -> None:
    worker = changed(rules.launched(a_started_worker(), process="7@9", at=NOON + 1))
    assert (worker.state, worker.has_session) == ("starting", True)
    worker = changed(rules.began(worker, conversation="c1", at=NOON + 2))
    assert (worker.state, worker.conversation, worker.process) == ("waiting", "c1", "7@9")
    worker = changed(rules.turn_began(worker, at=NOON + 3))
    assert worker.state == "running"
    assert rules.turn_began(worker, at=NOON + 4).events == ()
    spent = Spent(turns=1, tokens_in=5)
    change = rules.turn_ended(worker, words="Done.", spent=spent, day=a_day(), at=NOON + 5)
    worker = changed(change)
    assert change.events[0].data.day == replace(a_day(), spent=a_day().spent.plus(spent))
    assert (worker.state, worker.last_words, worker.spent) == ("waiting", "Done.", spent)
    change = rules.ended(worker, reason="exited", words="", at=NOON + 6, spent=spent, day=a_day())
    worker = changed(change)
    assert change.events[0].data.day == replace(a_day(), spent=a_day().spent.plus(spent))
    assert worker.spent == spent.plus(spent)
    assert (worker.state, worker.reason, worker.last_words) == ("ended", "exited", "Done.")
    assert (worker.process, worker.is_over, worker.is_wanted) == ("", True, False)
    assert rules.ended(worker, reason="failed", words="", at=NOON + 7).events == ()


def test_a_stop_is_asked_for_once_and_its_end_is_the_askers() -> None:
    worker, change = rules.stop_asked(a_started_worker(), at=NOON, actor="operator")
    assert changed(change) == worker
    assert (worker.wanted, worker.stopped_by) == ("stopped", "operator")
    assert rules.stop_asked(worker, at=NOON, actor="conductor") == (worker, Change(events=()))
    (event,) = rules.ended(worker, reason="stopped", words="", at=NOON).events
    assert (event.kind, event.actor) == ("worker.ended", "operator")


def test_a_paused_worker_goes_on_when_somebody_says_so() -> None:
    waiting = replace(a_started_worker(), state="waiting")
    worker = changed(rules.paused(waiting, why="the task's limit is reached", at=NOON))
    assert (worker.state, worker.last_words) == ("paused", "the task's limit is reached")
    again = changed(rules.continued(worker, at=NOON, actor="operator"))
    assert again.state == "waiting"
    assert rules.continued(again, at=NOON, actor="operator").events == ()


def test_a_near_limit_is_announced_once_and_a_yes_is_kept_with_it() -> None:
    waiting = replace(a_started_worker(), state="paused")
    words = "$8.00 of the task's $10 are used"
    (event,) = rules.limit_neared(waiting, a_task(), limit=10, words=words, at=NOON).events
    assert (event.kind, event.data.action) == ("worker.limit-neared", words)
    told = event.data.task
    assert told is not None
    assert told == replace(a_task(), limit_told=10)
    assert rules.limit_neared(waiting, told, limit=10, words=words, at=NOON).events == ()
    wider = replace(a_day(), dollars_allowed=12.0)
    (event,) = rules.continued(waiting, wider, at=NOON, actor="operator").events
    assert event.data.day == wider


@pytest.mark.parametrize(
    ("agent", "policy", "text"),
    [
        ("aider", "edits", "begin"), ("opencode", "edits", "begin"), ("claude", "all", "begin"),
        ("claude", "edits", "a"), ("claude", "edits", "z"),
    ],
)  # fmt: skip
def test_a_start_with_another_agent_policy_or_text_is_another(
    agent: str, policy: Policy, text: str
) -> None:
    running = replace(a_started_worker(), text="begin", state="running")
    order = rules.StartOrder(agent="claude", policy="edits", text="begin")
    assert rules.is_same_start(running, order)
    assert not rules.is_same_start(running, rules.StartOrder(agent=agent, policy=policy, text=text))


def test_a_worker_that_is_to_stop_or_is_not_there_is_no_start_that_was_asked_before() -> None:
    stopped, _ = rules.stop_asked(a_started_worker(), at=NOON, actor="operator")
    assert not rules.is_same_start(stopped, ORDER)
    assert not rules.is_same_start(None, ORDER)


@pytest.mark.parametrize("state", ["asked", "ended", "paused", "running", "waiting"])
def test_a_conversation_that_is_noted_later_changes_neither_the_state_nor_its_time(
    state: StartedState,
) -> None:
    worker = replace(a_started_worker(), state=state)
    assert changed(rules.began(worker, conversation="c2", at=NOON + 9)) == replace(
        worker, conversation="c2"
    )


def test_a_worker_is_ready_from_the_moment_at_which_it_began() -> None:
    starting = replace(a_started_worker(), state="starting")
    ready = changed(rules.began(starting, conversation="c1", at=NOON + 2))
    assert (ready.state, ready.since) == ("waiting", NOON + 2)


@pytest.mark.parametrize("state", ["paused", "starting", "waiting"])
def test_a_turn_begins_from_any_other_state(state: StartedState) -> None:
    worker = replace(a_started_worker(), state=state)
    begun = changed(rules.turn_began(worker, at=NOON + 3))
    assert (begun.state, begun.since) == ("running", NOON + 3)


@pytest.mark.parametrize("told", [9, 11])
def test_a_limit_that_was_changed_since_it_was_told_is_announced_again(told: int) -> None:
    task = replace(a_task(), limit_told=told)
    (event,) = rules.limit_neared(a_started_worker(), task, limit=10, words="", at=NOON).events
    assert event.data.task == replace(task, limit_told=10)


@pytest.mark.parametrize("state", ["asked", "ended", "running", "waiting"])
def test_a_yes_changes_no_worker_that_is_not_paused(state: StartedState) -> None:
    worker = replace(a_started_worker(), state=state, last_words="Done.")
    assert rules.continued(worker, at=NOON + 1, actor="operator").events == ()
    assert changed(rules.continued(worker, a_day(), at=NOON + 1, actor="operator")) == worker


@pytest.mark.parametrize(("spent", "day"), [(Spent(turns=1), None), (None, a_day())])
def test_an_end_counts_a_turn_only_with_what_it_used_and_the_day(
    spent: Spent | None, day: DayAccount | None
) -> None:
    running = replace(a_started_worker(), state="running")
    change = rules.ended(running, reason="exited", words="", at=NOON, spent=spent, day=day)
    assert changed(change).spent == Spent()
    assert change.events[0].data.day is None
