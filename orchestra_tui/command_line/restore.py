"""`orchestra restore`: bring a closed chamber back, or list what is saved."""

from collections.abc import Sequence

from orchestra_core.errors import BadInput, Unknown
from orchestra_core.store.opening import open_store
from orchestra_server.conductor.context import Context
from orchestra_server.conductor.replies import RestoredChamber, SavedList, SavedWork
from orchestra_server.conductor.restore_chamber import restore_chamber
from orchestra_server.conductor.saved_work import list_saved
from orchestra_tui.command_line.options import Options
from orchestra_tui.command_line.place import Place
from orchestra_tui.command_line.printing import print_json, print_lines
from orchestra_tui.command_line.running import run_to_end

_ACTOR = "operator"


def run(place: Place, options: Options) -> int:
    """Restore what is named; without a name, or to list, change nothing."""
    answer = run_to_end(_answer(place, options))
    if options.json:
        print_json(answer.model_dump_json(indent=2))
    elif isinstance(answer, SavedList):
        print_lines([*(_line(one) for one in answer.saved), answer.next_step])
    else:
        print_lines([f"Chamber {answer.chamber} of {answer.task_id} is back: {answer.path}"])
    return 0


async def _answer(place: Place, options: Options) -> SavedList | RestoredChamber:
    project = place.project()
    async with open_store(project.id, place.settings) as store:
        context = Context(store=store, project=project, settings=place.settings, actor=_ACTOR)
        if options.listing or not options.saved:
            return await list_saved(context, options.saved.partition("/")[0])
        task_id, chamber = named(options.saved, (await list_saved(context)).saved)
        return await restore_chamber(context, task_id=task_id, chamber=chamber)


def named(words: str, saved: Sequence[SavedWork]) -> tuple[str, str]:
    """Return the task and the chamber that are meant; a chamber alone must be the only one.

    Raises Unknown for one that is not saved, BadInput where several have the name.
    """
    task_id, slash, chamber = words.partition("/")
    if slash:
        return task_id, chamber
    can = {f"{one.task_id}/{one.chamber}" for one in saved if one.restorable}
    fitting = sorted(one for one in can if one.endswith(f"/{words}"))
    if len(fitting) > 1:
        raise BadInput(f"several tasks have a chamber {words!r}; name one: {', '.join(fitting)}")
    if not fitting:
        there = ", ".join(sorted(can)) or "nothing is"
        raise Unknown(f"nothing is saved of a chamber {words!r}; saved: {there}")
    task_id, _, chamber = fitting[0].partition("/")
    return task_id, chamber


def _line(one: SavedWork) -> str:
    note = "" if one.restorable or not one.note else f"  ({one.note})"
    return f"{one.task_id}/{one.chamber}  closed {one.closed_at}  {one.ref}{note}"
