"""review_chamber: what a chamber has changed, for reviewers."""

from orchestra_core.errors import BadInput
from orchestra_core.names import chamber_id, check_chamber_name
from orchestra_core.replies.review import ChamberDiff, ReviewPart
from orchestra_core.text import one_line
from orchestra_server.usecases.common.lookups import task_in, unknown_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.review.read_conflicts import read_conflicts
from orchestra_server.usecases.review.read_diff import DiffReading, as_unicode, read_diff

# Bytes of a diff: about 200,000 lines. A longer one is read file by file, or in a pager.
REVIEW_LIMIT = 8_000_000


async def review_chamber(
    context: Context, *, task_id: str, chamber: str, part: ReviewPart = "all", path: str = ""
) -> ChamberDiff:
    """Return the changed files and the diff of a chamber, or of one of its files; read-only.

    Raises Unknown if the chamber does not exist or nothing is left of it, and BadInput for a path
    that leads out of the repository.
    """
    if path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise BadInput(
            f"path {one_line(path, 60)!r} is not relative to the repository; "
            "give it as `files` of this tool names it"
        )
    check_chamber_name(chamber)
    state = await context.store.snapshot(task_id)
    task = task_in(state, task_id)
    document = state.chambers.get(chamber_id(task_id, chamber))
    if document is None:
        raise unknown_chamber(chamber, task, state.chambers_of(task_id))
    if part == "conflicts":
        return as_unicode(await read_conflicts(context, state, task, document, path))
    reading = DiffReading(part=part, with_files=True, path=path, limit=REVIEW_LIMIT)
    return as_unicode(await read_diff(context, task, document, reading))
