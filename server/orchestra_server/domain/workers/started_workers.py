"""The lifecycle of a started worker: asked for, launched, in or between turns, ended."""

from dataclasses import dataclass

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import Chamber, Task
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import (
    EndReason,
    Policy,
    Spent,
    StartedWorker,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOrder:
    """What a start asks for: the agent's name, its policy, and words for its prompt."""

    agent: str
    policy: Policy
    text: str = ""


def start_asked(
    chamber: Chamber, before: StartedWorker | None, order: StartOrder, *, at: int, actor: str
) -> tuple[StartedWorker, Change]:
    """Return the worker that is to run, and the change; what was used before is kept.

    Raises Refused if the chamber is not live, or while another worker runs there.
    """
    if not chamber.is_live:
        raise Refused(
            f"chamber {chamber.name!r} is {chamber.state}, and a worker starts only in a live one; "
            "get_parallel_status shows which are live"
        )
    if before is not None and not before.is_over:
        raise Refused(
            f"{before.agent} runs in chamber {chamber.name!r} ({before.state}); "
            "stop it first, or send it a message"
        )
    worker = StartedWorker(
        id=chamber.id,
        task_id=chamber.task_id,
        chamber=chamber.name,
        agent=order.agent,
        policy=order.policy,
        text=order.text,
        # Two starts within a millisecond must still differ.
        asked_at=max(at, before.asked_at + 1) if before else at,
        asked_by=actor,
        since=at,
        earlier=before.spent if before else Spent(),
    )
    return worker, _change(worker, "worker.start-asked", at, actor)


def is_same_start(worker: StartedWorker | None, order: StartOrder) -> bool:
    """Tell whether the running worker is already the one a start asks for."""
    return (
        worker is not None
        and worker.is_wanted
        and (worker.agent, worker.policy, worker.text) == (order.agent, order.policy, order.text)
    )


def stop_asked(worker: StartedWorker, *, at: int, actor: str) -> tuple[StartedWorker, Change]:
    """Return the worker that is to end, and the change; none if that was asked before."""
    if not worker.is_wanted:
        return worker, Change(events=())
    stopped = replace(worker, wanted="stopped", stopped_by=actor)
    return stopped, _change(stopped, "worker.stop-asked", at, actor)


def launched(worker: StartedWorker, *, process: str, at: int) -> Change:
    """Return the change when its process runs; a later daemon ends leftovers by its mark."""
    changed = replace(worker, state="starting", since=at, process=process)
    return _change(changed, "worker.launched", at, worker.chamber)


def began(worker: StartedWorker, *, conversation: str, at: int) -> Change:
    """Return the change when it is ready for prompts; it notes the conversation."""
    is_ready = worker.state == "starting"
    changed = replace(
        worker,
        state="waiting" if is_ready else worker.state,
        since=at if is_ready else worker.since,
        conversation=conversation,
    )
    return _change(changed, "worker.started", at, worker.chamber)


def turn_began(worker: StartedWorker, *, at: int) -> Change:
    """Return the change when it begins a turn; none while it is already in one."""
    if worker.state == "running":
        return Change(events=())
    changed = replace(worker, state="running", since=at)
    return _change(changed, "worker.turn-began", at, worker.chamber)


def turn_ended(
    worker: StartedWorker, *, words: str, spent: Spent, day: DayAccount, at: int
) -> Change:
    """Return the change when a turn ends; `spent` is what it used, `day` the account before."""
    changed = replace(worker, state="waiting", since=at, last_words=words).with_turn(spent)
    account = replace(day, spent=day.spent.plus(spent))
    return _change(changed, "worker.turn-ended", at, worker.chamber, account)


def paused(worker: StartedWorker, *, why: str, at: int) -> Change:
    """Return the change when it gets no further turn, because of `why`."""
    changed = replace(worker, state="paused", since=at, last_words=why)
    return _change(changed, "worker.paused", at, "orchestra")


def limit_neared(
    worker: StartedWorker, account: Task | DayAccount, *, limit: int, words: str, at: int
) -> Change:
    """Return the change that says a limit is nearly used up; none if that was said before."""
    if account.limit_told == limit:
        return Change(events=())
    told = replace(account, limit_told=limit)
    return _change(worker, "worker.limit-neared", at, "orchestra", told, words=words)


def continued(
    worker: StartedWorker, account: Task | DayAccount | None = None, *, at: int, actor: str
) -> Change:
    """Return the change when a paused worker may go on, with the raised limit."""
    if worker.state != "paused" and account is None:
        return Change(events=())
    changed = worker
    if worker.state == "paused":
        changed = replace(worker, state="waiting", since=at, last_words="")
    return _change(changed, "worker.continued", at, actor, account)


def ended(
    worker: StartedWorker,
    *,
    reason: EndReason,
    words: str,
    at: int,
    spent: Spent | None = None,
    day: DayAccount | None = None,
) -> Change:
    """Return the change when its process has ended or could not be started; none for a repeat.

    `spent` is what its unfinished turn used; `day` is the account before.
    """
    if worker.is_over:
        return Change(events=())
    account = None
    if spent and day:
        worker, account = worker.with_turn(spent), replace(day, spent=day.spent.plus(spent))
    changed = replace(
        worker,
        wanted="stopped",
        state="ended",
        since=at,
        process="",
        reason=reason,
        last_words=words or worker.last_words,
    )
    return _change(changed, "worker.ended", at, worker.stopped_by or worker.chamber, account)


def _change(
    worker: StartedWorker,
    kind: Kind,
    at: int,
    actor: str,
    account: Task | DayAccount | None = None,
    *,
    words: str = "",
) -> Change:
    event = Event(
        at=at,
        kind=kind,
        actor=actor,
        task_id=worker.task_id,
        chamber=worker.chamber,
        data=EventData(
            worker=worker,
            action=words,
            task=account if isinstance(account, Task) else None,
            day=account if isinstance(account, DayAccount) else None,
        ),
    )
    return Change(events=(event,))
