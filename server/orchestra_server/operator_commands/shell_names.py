"""The names that a shell completes: chambers, tasks, saves, messages and requests."""

from collections.abc import Iterator
from typing import Literal, get_args

from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line

NameKind = Literal["live", "chambers", "tasks", "saves", "mail", "requests"]
NAME_KINDS: tuple[NameKind, ...] = get_args(NameKind)
_WORDS = 60  # characters of a description


def name_lines(state: ProjectState, kind: str) -> list[str]:
    r"""Return `name\tdescription` for each name of a kind, names of open tasks first.

    The kind `live` means chambers a worker can be in, `chambers` all chambers, `saves` what can be
    restored. An unknown kind has no names.
    """
    match kind:
        case "live":
            names = _chambers(state, only_live=True)
        case "chambers":
            names = _chambers(state, only_live=False)
        case "tasks":
            names = _tasks(state)
        case "saves":
            names = _saves(state)
        case "mail":
            names = _mail(state)
        case "requests":
            names = _requests(state)
        case _:
            names = iter(())
    return [f"{name}\t{one_line(words, _WORDS)}" for name, words in names]


def _chambers(state: ProjectState, *, only_live: bool) -> Iterator[tuple[str, str]]:
    """Yield each chamber; an ended one with its task, because its name may be in use again."""
    chambers = sorted(state.chambers.values(), key=_order)
    for chamber in chambers:
        if chamber.is_live or (chamber.is_standing and not only_live):
            yield chamber.name, chamber.task_id
        elif not only_live:
            yield chamber.id, chamber.state


def _tasks(state: ProjectState) -> Iterator[tuple[str, str]]:
    tasks = sorted(state.tasks.values(), key=lambda task: -task.started_at)
    for task in tasks:
        if not task.is_over:
            yield task.id, task.description


def _saves(state: ProjectState) -> Iterator[tuple[str, str]]:
    for chamber in sorted(state.chambers.values(), key=lambda chamber: -chamber.ended_at):
        if chamber.state == "closed" and chamber.saved_ref:
            yield chamber.id, chamber.note


def _mail(state: ProjectState) -> Iterator[tuple[str, str]]:
    for interrupt in sorted(state.interrupts.values(), key=lambda mail: -mail.sent_at):
        if interrupt.is_unread:
            yield interrupt.id, f"{interrupt.chamber}: {interrupt.message}"


def _requests(state: ProjectState) -> Iterator[tuple[str, str]]:
    for requests in state.open_requests_by_chamber().values():
        for request in requests:
            yield request.id, request.chamber


def _order(chamber: Chamber) -> tuple[bool, int, str]:
    return (not chamber.is_standing, -chamber.created_at, chamber.name)
