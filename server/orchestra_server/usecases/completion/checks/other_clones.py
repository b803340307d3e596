"""Checks whether chambers of other clones keep a task from completing here."""

from collections.abc import Iterable, Mapping

from orchestra_core.clone.clone_places import is_served
from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Task
from orchestra_server.usecases.clones.whereabouts import require_sure
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.exchange.plan_for_other_clones import PlanForOtherClones


def others_in(chambers: Iterable[Chamber], clone: str) -> list[Chamber]:
    """Return the live chambers of other clones; a closing one is left to its clone."""
    return [chamber for chamber in chambers if chamber.clone != clone and chamber.expects_worker]


def require_reachable(plan: PlanForOtherClones, *, merge: bool, partial: bool) -> None:
    """Raise Refused if the work of another clone is needed and cannot come here.

    Without `merge` it is not needed; with `partial` it may be left out.
    """
    if merge and not partial and plan.left_out:
        raise left_out_refusal(plan.left_out)


def left_out_refusal(left_out: Mapping[str, str]) -> Refused:
    """Return the refusal to complete a task without chambers of other clones."""
    reasons = "; ".join(f"chamber {name!r} {why}" for name, why in left_out.items())
    return Refused(f"nothing has landed: {reasons}; partial=true lands the other chambers")


def require_as_planned(plan: PlanForOtherClones, others: Iterable[Chamber]) -> None:
    """Raise Refused if the task's chambers in other clones have changed meanwhile."""
    planned = {chamber.name for chamber in plan.chambers} | plan.left_out.keys()
    if planned != {chamber.name for chamber in others}:
        raise Refused("chambers in other clones changed meanwhile; nothing has landed: call again")


async def require_completing_here(context: Context, task: Task, *, confirmed: bool) -> None:
    """Raise Refused while another clone completes the task.

    A clone without a running daemon may have died meanwhile: when `confirmed`, this clone takes
    over.
    """
    require_sure(context)
    clone_id = task.completing_clone
    if not task.is_completing or clone_id in {"", context.clone}:
        return
    state = await context.store.snapshot()
    clone = state.clones.get(clone_id)
    name = clone.name if clone else clone_id
    if is_served(state, clone_id, context.clock()):
        raise Refused(f"task {task.id!r} is being completed in clone {name}; see how it ends there")
    if not confirmed:
        raise Refused(
            f"task {task.id!r} is being completed in clone {name}, where nobody is on duty now: "
            "start Orchestra there, which ends that, or complete it here with confirm=true"
        )
