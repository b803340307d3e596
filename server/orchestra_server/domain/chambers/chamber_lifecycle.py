"""A chamber's lifecycle: reserved, live or failed, closing, closed, restored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import Chamber, Interrupt, Presence, Task, Work, WorkerRequest
from orchestra_core.names import saved_ref
from orchestra_server.domain.tasks.task_lifecycle import claim_of, reopened
from orchestra_server.domain.workers.interrupts import CLOSED_NOTE, expired
from orchestra_server.domain.workers.requests import CLOSED_NOTE as CLOSED_REQUEST_NOTE
from orchestra_server.domain.workers.requests import withdrawn


@dataclass(frozen=True, slots=True)
class HookProbe:
    """Whether the hook answered; `note` is one line on what is wrong, or on how it reports."""

    ready: bool
    note: str = ""


def all_live(names: Sequence[str], chambers: Sequence[Chamber]) -> bool:
    """Tell whether the whole batch is live; raises Refused if only part of it can be made.

    A chamber that was closed with saved work is not made again: that work would be forgotten.
    """
    live = [chamber.name for chamber in chambers if chamber.is_live]
    if len(live) == len(names):
        return True
    if live:
        missing = [name for name in names if name not in live]
        raise Refused(
            f"of this batch, {_listed(live)} is live already; nothing was made: "
            f"call again with {_listed(missing)} alone"
        )
    for chamber in chambers:
        if chamber.state == "closing":
            raise Refused(
                f"chamber {chamber.name!r} is being closed; call close_chamber again to finish that"
            )
        if chamber.is_over and chamber.saved_ref:
            raise Refused(
                f"chamber {chamber.name!r} was closed and its work is saved; bring it back with "
                "restore_chamber, or choose another name"
            )
    return False


def reserved(chambers: Iterable[Chamber], actor: str) -> Change:
    """Return the change that claims the names of new chambers."""
    batch = tuple(chambers)
    return Change(
        events=tuple(
            chamber_event(chamber, "chamber.reserved", chamber.created_at, actor)
            for chamber in batch
        ),
        claims={chamber.name: chamber.id for chamber in batch},
    )


def opened(
    chambers: Iterable[Chamber], probes: Mapping[str, HookProbe], *, at: int, actor: str
) -> tuple[list[Chamber], Change]:
    """Return the chambers as live, each with its hook's probe, and the change that says so."""
    live = [replace(_proven(chamber, probes, at), state="live") for chamber in chambers]
    events = tuple(chamber_event(chamber, "chamber.created", at, actor) for chamber in live)
    return live, Change(events=events)


def failed(chambers: Iterable[Chamber], *, note: str, at: int, actor: str) -> Change:
    """Return the change that gives up a batch and releases its names."""
    gone = [replace(chamber, state="failed", note=note, ended_at=at) for chamber in chambers]
    return Change(
        events=tuple(chamber_event(chamber, "chamber.failed", at, actor) for chamber in gone),
        releases={chamber.name: chamber.id for chamber in gone},
    )


def closing(chamber: Chamber, *, at: int, actor: str) -> tuple[Chamber, Change]:
    """Return the closing chamber; `ended_at` fixes the ref under which its work is saved."""
    if chamber.state == "closing" and not chamber.asked_by:
        return chamber, Change(events=())
    note = "" if chamber.asked_by else chamber.note
    changed = replace(
        chamber, state="closing", ended_at=chamber.ended_at or at, asked_by="", note=note
    )
    return changed, Change(events=(chamber_event(changed, "chamber.closing", at, actor),))


def stayed(chamber: Chamber, *, note: str, at: int, actor: str) -> Change:
    """Return the change that makes a chamber live again after closing it was refused."""
    changed = replace(chamber, state="live", ended_at=0, note=note)
    return Change(events=(chamber_event(changed, "chamber.restored", at, actor),))


def still_asked(chamber: Chamber, asked_by: str, *, note: str, at: int, actor: str) -> Change:
    """Return the change after closing a chamber for another clone failed, to try it again."""
    changed = replace(chamber, asked_by=asked_by, note=note)
    return Change(events=(chamber_event(changed, "chamber.closing", at, actor),))


def together(changes: Iterable[Change]) -> Change:
    """Combine the changes of several chambers into one."""
    parts = tuple(changes)
    return Change(
        events=tuple(event for part in parts for event in part.events),
        releases={name: holder for part in parts for name, holder in part.releases.items()},
    )


def ref_for(chamber: Chamber) -> str:
    """Return the ref under which a closing chamber's work is saved."""
    return saved_ref(chamber.task_id, chamber.name, chamber.ended_at)


def closed(
    chamber: Chamber,
    unread: Iterable[Interrupt],
    requests: Iterable[WorkerRequest] = (),
    *,
    ref: str,
    note: str,
    at: int,
    actor: str,
) -> tuple[Chamber, Change]:
    """Return the closed chamber; the change frees its name and ends what was pending there."""
    changed = replace(
        chamber,
        state="closed",
        saved_ref=ref,
        note=note,
        suspended_at=0,
        suspended_by="",
        allowed=(),
        health=(),
    )
    events = (
        chamber_event(changed, "chamber.closed", at, actor),
        *expired(unread, note=CLOSED_NOTE, at=at, actor=actor),
        *withdrawn(requests, note=CLOSED_REQUEST_NOTE, at=at, actor=actor),
    )
    return changed, Change(events=events, releases={chamber.name: chamber.id})


def saved_late(
    chamber: Chamber, *, ref: str, note: str, at: int, actor: str
) -> tuple[Chamber, Change]:
    """Return a closed chamber whose late files, written to its old place, are saved under `ref`."""
    changed = replace(chamber, saved_ref=ref, note=note)
    return changed, Change(events=(chamber_event(changed, "chamber.saved-late", at, actor),))


def restored(
    chamber: Chamber,
    task: Task,
    probes: Mapping[str, HookProbe],
    *,
    request_is_free: bool,
    clone: str,
    at: int,
    actor: str,
) -> tuple[Chamber, Change]:
    """Return the chamber as live again, and reopen its task so that it can be completed.

    The task takes back the claim on its request, unless a newer task has the same request.
    """
    back = replace(
        chamber,
        state="live",
        clone=clone,
        host="",
        ended_at=0,
        note="restored",
        health=(),
        verdict="",
        handed_over=0,
        handover_fault="",
        asked_by="",
        landed="",
    )
    changed = _proven(back, probes, at)
    events = [chamber_event(changed, "chamber.restored", at, actor)]
    claims = {chamber.name: chamber.id}
    if not task.is_open:
        again, change = reopened(task, at=at, actor=actor)
        events += change.events
        if request_is_free:
            claims[claim_of(again)] = again.id
    return changed, Change(events=tuple(events), claims=claims)


def claimed(chamber: Chamber, *, clone: str, at: int, actor: str) -> Change:
    """Assign a chamber from before clones had ids to the clone that has its worktree."""
    changed = replace(chamber, clone=clone, host="")
    return Change(events=(chamber_event(changed, "chamber.claimed", at, actor),))


def moved(chamber: Chamber, *, path: str, at: int, actor: str) -> tuple[Chamber, Change]:
    """Return the chamber with the present path of its worktree."""
    changed = replace(chamber, path=path)
    return changed, Change(events=(chamber_event(changed, "chamber.moved", at, actor),))


def on_branch(chamber: Chamber, branch: str, *, at: int, actor: str) -> tuple[Chamber, Change]:
    """Return the chamber with the new name of its branch."""
    changed = replace(chamber, branch=branch)
    return changed, Change(events=(chamber_event(changed, "chamber.branch-renamed", at, actor),))


def adopted(chamber: Chamber, *, at: int, actor: str) -> Change:
    """Return the change that makes an unknown worktree a live chamber."""
    return Change(
        events=(chamber_event(chamber, "chamber.created", at, actor),),
        claims={chamber.name: chamber.id},
    )


def work_changed(chamber: Chamber, work: Work, *, at: int, actor: str) -> Event:
    """Return the event that records whether a chamber holds work and whether that is committed."""
    return chamber_event(replace(chamber, work=work), "chamber.work-changed", at, actor)


def is_begun(chamber: Chamber, work: Work, presence: Presence | None) -> bool:
    """Tell whether a worker has begun to change a chamber.

    A skeleton is uncommitted too, so uncommitted work counts only once the worker has reported.
    """
    if work == "uncommitted" and chamber.has_skeleton:
        return chamber.current(presence) is not None
    return work in {"uncommitted", "committed"}


def gates_judged(chamber: Chamber, verdict: str, *, at: int, actor: str) -> Event:
    """Return the event that records the gates' verdict on a chamber's work, "" for none yet."""
    return chamber_event(replace(chamber, verdict=verdict), "chamber.judged", at, actor)


def prepared(chamber: Chamber, setup_of: str, fault: str, *, at: int, actor: str) -> Event:
    """Return the event that records which setup ran in a chamber, or why it failed."""
    changed = replace(chamber, setup_of=setup_of, setup_fault=fault)
    return chamber_event(changed, "chamber.prepared", at, actor)


def suspended(chamber: Chamber, by: Interrupt, *, at: int, actor: str) -> Event:
    """Return the event that suspends a chamber; an already suspended one keeps its time."""
    changed = replace(chamber, suspended_at=chamber.suspended_at or at, suspended_by=by.id)
    return chamber_event(changed, "chamber.suspended", at, actor)


def resumed(chamber: Chamber, *, at: int, actor: str) -> Event:
    """Return the event that ends a chamber's suspension."""
    changed = replace(chamber, suspended_at=0, suspended_by="")
    return chamber_event(changed, "chamber.resumed", at, actor)


def _proven(chamber: Chamber, probes: Mapping[str, HookProbe], at: int) -> Chamber:
    """Return the chamber with the result of its probe; without a probe it is not proven ready."""
    probe = probes.get(chamber.id, HookProbe(ready=False))
    return replace(chamber, ready_at=at if probe.ready else 0, ready_note=probe.note)


def chamber_event(chamber: Chamber, kind: Kind, at: int, actor: str) -> Event:
    """Return the event that carries a chamber's new document."""
    return Event(
        at=at,
        kind=kind,
        actor=actor,
        task_id=chamber.task_id,
        chamber=chamber.name,
        data=EventData(chamber=chamber),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
