"""`orchestra land`: says what would land and what is in its way, then lands it."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestra_core.names import check_chamber_name
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.text import one_line
from orchestra_server.operator_commands.find_named import task_named
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task

_SUMMARY = 300  # characters of a request that serves as a summary


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingWish:
    """What the operator asks for; `only` names chambers, empty for all of the task's."""

    task: str = ""
    only: tuple[str, ...] = ()
    summary: str = ""
    partial: bool = False
    confirm: bool = False
    again: bool = False  # failed gates run once more


def check_land(only: Sequence[str]) -> None:
    """Raise BadInput for a name no chamber can have."""
    for name in only:
        check_chamber_name(name)


async def plan_landing(context: Context, wish: LandingWish) -> CompletedTask:
    """Return what landing would do now; changes nothing."""
    return await _complete(context, wish, dry_run=True)


async def land(context: Context, wish: LandingWish) -> CompletedTask:
    """Land what was asked for; the reply says what happened."""
    return await _complete(context, wish, dry_run=False)


def can_land(plan: CompletedTask, wish: LandingWish) -> bool:
    """Tell whether the plan would succeed as asked for."""
    return plan.can_land(partial=wish.partial, confirm=wish.confirm)


def has_landed(done: CompletedTask, wish: LandingWish) -> bool:
    """Tell whether everything that was asked for has landed."""
    return done.completed or bool((wish.only or wish.partial) and done.landed_commit)


async def _complete(context: Context, wish: LandingWish, *, dry_run: bool) -> CompletedTask:
    task = task_named(await context.store.snapshot(), wish.task)
    return await complete_task(
        context,
        task_id=task.id,
        summary=wish.summary or one_line(task.description, _SUMMARY),
        dry_run=dry_run,
        partial=wish.partial,
        confirm=wish.confirm,
        again=wish.again,
        only=wish.only,
    )
