"""Reads what a chamber changed: the files, and the diff as git prints it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.models import Chamber, Task
from orchestra_core.replies.review import ChamberDiff, DiffPart
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.snapshot.diff_range import range_files, range_stat, range_text
from orchestra_server.usecases.clones.whereabouts import require_here, task_here
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.review.diff_source import DiffSource, find_diff_source


@dataclass(frozen=True, slots=True)
class DiffReading:
    """What is read of a diff: its text, its table of files (`stat`), or both as data."""

    part: DiffPart
    with_files: bool = False
    with_text: bool = True
    stat: bool = False
    columns: int = 0


async def read_diff(
    context: Context, task: Task, chamber: Chamber, reading: DiffReading
) -> ChamberDiff:
    """Return the diff of a part of a chamber's work; `diff` is the table where `stat` is wanted.

    Raises Unknown where nothing is left of the chamber, Refused for one of another clone.
    """
    if chamber.is_standing:
        await require_here(context, chamber, "has its files")
    local = await task_here(context, task)
    repo = await asyncio.to_thread(open_repository, Path(local.working_directory))
    return await asyncio.to_thread(_read, repo, task, chamber, reading)


def _read(repo: Repository, task: Task, chamber: Chamber, reading: DiffReading) -> ChamberDiff:
    source = find_diff_source(repo, task, chamber, reading.part)
    text = ""
    if reading.stat:
        text = range_stat(source.range, reading.columns)
    elif reading.with_text:
        text = range_text(source.range)
    return ChamberDiff(
        task_id=task.id,
        chamber=chamber.name,
        state=chamber.state,
        part=reading.part,
        old=source.range.old,
        new=source.range.new,
        landed=source.landed,
        saved_ref=source.saved_ref,
        uncommitted=_uncommitted(repo, task, chamber, reading, source),
        files=range_files(source.range) if reading.with_files else [],
        diff=text,
    )


def _uncommitted(
    repo: Repository, task: Task, chamber: Chamber, reading: DiffReading, source: DiffSource
) -> int:
    """Return how many files a diff of committed work leaves out."""
    if reading.part != "committed" or source.landed:
        return 0
    rest = find_diff_source(repo, task, chamber, "uncommitted")
    return len(range_files(rest.range))
