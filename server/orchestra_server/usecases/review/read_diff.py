"""Reads what a chamber changed: the files, and the diff as git prints it."""

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path

from orchestra_core.models import Chamber, Task
from orchestra_core.replies.review import ChamberDiff, DiffPart
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.snapshot.diff_range import (
    DiffRange,
    WholeDiff,
    range_files,
    range_stat,
    range_text,
    range_whole,
)
from orchestra_server.usecases.clones.whereabouts import require_here, task_here
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.review.diff_source import DiffSource, find_diff_source


@dataclass(frozen=True, slots=True)
class DiffReading:
    """What to read of a diff: its text, its table of files (`stat`), or both as data.

    `path` limits it to one file. With `limit`, files and text are read; the text is cut there and
    has full blob ids.
    """

    part: DiffPart
    with_files: bool = False
    with_text: bool = True
    stat: bool = False
    columns: int = 0
    path: str = ""
    limit: int = 0


async def read_diff(
    context: Context, task: Task, chamber: Chamber, reading: DiffReading
) -> ChamberDiff:
    """Return the diff of a part of a chamber's work; with `stat`, `diff` is the table.

    Raises Unknown if nothing is left of the chamber, and Refused for another clone's.
    """
    if chamber.is_standing:
        await require_here(context, chamber, "has its files")
    local = await task_here(context, task)
    repo = await asyncio.to_thread(open_repository, Path(local.working_directory))
    return await asyncio.to_thread(_read, repo, task, chamber, reading)


def as_unicode(diff: ChamberDiff) -> ChamberDiff:
    """Return the diff with bytes that are not UTF-8 replaced, because JSON cannot hold them."""
    files = [
        replace(file, path=_valid(file.path), former_path=_valid(file.former_path))
        for file in diff.files
    ]
    return replace(diff, files=files, diff=_valid(diff.diff))


def _valid(text: str) -> str:
    return text if text.isascii() else os.fsencode(text).decode("utf-8", "replace")


def _read(repo: Repository, task: Task, chamber: Chamber, reading: DiffReading) -> ChamberDiff:
    source = find_diff_source(repo, task, chamber, reading.part)
    wanted = replace(source.range, path=reading.path)
    whole = range_whole(wanted, reading.limit) if reading.limit else _without_limit(wanted, reading)
    uncommitted = _uncommitted(repo, task, chamber, reading, source)
    return ChamberDiff(
        task_id=task.id,
        chamber=chamber.name,
        state=chamber.state,
        part=reading.part,
        old=source.range.old,
        new=source.range.new,
        landed=source.landed,
        saved_ref=source.saved_ref,
        uncommitted=uncommitted,
        files=whole.files,
        diff=whole.text,
        cut=whole.cut,
        next_step=_next_step(chamber, uncommitted),
    )


def _without_limit(wanted: DiffRange, reading: DiffReading) -> WholeDiff:
    text = ""
    if reading.stat:
        text = range_stat(wanted, reading.columns)
    elif reading.with_text:
        text = range_text(wanted)
    return WholeDiff(range_files(wanted) if reading.with_files else [], text, cut=False)


def _next_step(chamber: Chamber, uncommitted: int) -> str:
    if not chamber.holds_work:
        return "Nothing more can change here; start a task for what has to be different."
    count = "1 file is" if uncommitted == 1 else f"{uncommitted} files are"
    rest = f"{count} not committed (see part='all'); " if uncommitted else ""
    return (
        f"{rest}send what has to change with interrupt_worker, with file, line and the quoted "
        "text, or land the work with complete_task."
    )


def _uncommitted(
    repo: Repository, task: Task, chamber: Chamber, reading: DiffReading, source: DiffSource
) -> int:
    """Return how many uncommitted files a diff of committed work leaves out."""
    if reading.part != "committed" or source.landed:
        return 0
    rest = find_diff_source(repo, task, chamber, "uncommitted")
    return len(range_files(rest.range))
