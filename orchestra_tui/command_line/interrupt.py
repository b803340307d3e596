"""`orchestra interrupt`: a message from the operator to the worker of a chamber."""

from orchestra_core.errors import Unknown
from orchestra_core.names import check_chamber_name
from orchestra_core.state import ProjectState
from orchestra_core.store.opening import open_store
from orchestra_core.text import MESSAGE_LIMIT, required
from orchestra_server.conductor.context import Context
from orchestra_server.conductor.interrupt_worker import interrupt_worker
from orchestra_server.conductor.replies import SentInterrupt
from orchestra_tui.command_line.options import Options
from orchestra_tui.command_line.place import Place
from orchestra_tui.command_line.printing import print_lines
from orchestra_tui.command_line.running import run_to_end

_ACTOR = "operator"


def run(place: Place, options: Options) -> int:
    """Send it and say how far it has come."""
    chamber = check_chamber_name(options.chamber)
    required("TEXT", options.text, MESSAGE_LIMIT)
    sent = run_to_end(_send(place, options))
    again = "was sent already and is still unread" if sent.already_sent else sent.state
    print_lines(
        [
            f"Interrupt {sent.interrupt_id} to {chamber} ({sent.task_id}): {again}.",
            "'orchestra status' shows it until its worker has read it.",
        ]
    )
    return 0


async def _send(place: Place, options: Options) -> SentInterrupt:
    project = place.project()
    async with open_store(project.id, place.settings) as store:
        task_id = options.task or task_of(await store.snapshot(), options.chamber)
        context = Context(store=store, project=project, settings=place.settings, actor=_ACTOR)
        return await interrupt_worker(
            context,
            task_id=task_id,
            chamber=options.chamber,
            message=options.text,
            requires=options.requires,
        )


def task_of(state: ProjectState, chamber: str) -> str:
    """Return the task of the live chamber of that name: there is never more than one.

    Raises Unknown naming those there are.
    """
    live = [one for one in state.chambers.values() if one.state == "live"]
    for one in live:
        if one.name == chamber:
            return one.task_id
    names = ", ".join(sorted(one.name for one in live)) or "none"
    raise Unknown(f"there is no live chamber {chamber!r}; live are: {names}")
