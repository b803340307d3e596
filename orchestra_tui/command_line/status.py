"""`orchestra status`: one snapshot of tasks, chambers, workers and unread mail."""

from orchestra_core.clock import now_ms
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_core.state import ProjectState
from orchestra_core.store.opening import open_store
from orchestra_tui.command_line.place import Place
from orchestra_tui.command_line.printing import print_document, print_lines
from orchestra_tui.command_line.running import run_to_end
from orchestra_tui.command_line.status_document import status_document, status_lines


def run(place: Place, *, as_json: bool) -> int:
    """Print the project as it is now."""
    project = place.project()
    document = status_document(project, run_to_end(_snapshot(project, place.settings)))
    if as_json:
        print_document(document)
    else:
        print_lines(status_lines(document, now_ms()))
    return 0


async def _snapshot(project: Project, settings: Settings) -> ProjectState:
    async with open_store(project.id, settings) as store:
        return await store.snapshot()
