"""Runs every command that creates, shows, lands or closes chambers.

The clone's daemon runs it for the operator, or the command line itself if no daemon runs.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec import Struct

from orchestra_core.text import as_lines, clean
from orchestra_core.wording.landing import landed_lines
from orchestra_core.workers.planned_chambers import PlannedChamber, planned_chambers
from orchestra_server.operator_commands.chambers.chamber_command import ChamberCommand
from orchestra_server.operator_commands.chambers.diff_colors import colored_diff
from orchestra_server.operator_commands.chambers.diff_display import read_diff_display
from orchestra_server.operator_commands.chambers.land_lines import plan_lines, question
from orchestra_server.operator_commands.chambers.run_close import close_named_chamber, closed_lines
from orchestra_server.operator_commands.chambers.run_create import (
    check_create,
    create_chambers,
    created_lines,
)
from orchestra_server.operator_commands.chambers.run_diff import diff_note, diff_of_named_chamber
from orchestra_server.operator_commands.chambers.run_land import (
    LandingWish,
    can_land,
    check_land,
    has_landed,
    land,
    plan_landing,
)
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.common.validation import checked_policy
from orchestra_server.usecases.review.read_diff import DiffReading, as_unicode
from orchestra_server.usecases.started_workers.agent_choice import choose_agent
from orchestra_server.usecases.started_workers.start_worker import start_worker

_FAILED = 1

PrintedDocument: TypeAlias = dict[str, object]


class Printed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a command prints, and its exit code; the texts are already clean.

    `text` is UTF-8; if `raw`, other bytes in it are lone surrogates. `note` goes to stderr. `pager`
    shows the text, unless it is "". A plan that can land has the `question` to ask first.
    """

    text: str = ""
    json: bool = False
    raw: bool = False
    status: int = 0
    note: str = ""
    pager: str = ""
    question: str = ""


def check_chamber_command(command: ChamberCommand) -> None:
    """Raise BadInput for what is wrong in any state."""
    if command.name == "create":
        names = [chamber.name for chamber in _planned(command)]
        check_create(names, command.task, command.title)
        checked_policy(command.policy)
    elif command.name == "land":
        check_land(command.only)


async def run_chamber_command(context: Context, command: ChamberCommand) -> Printed:
    """Run a command and return what it prints; every failure is an OrchestraError."""
    check_chamber_command(command)
    match command.name:
        case "create":
            return await _create(context, command)
        case "diff":
            return await _diff(context, command)
        case "close":
            closed = await close_named_chamber(
                context, command.chamber, command.task, confirm=command.confirm
            )
            return _printed(command, closed, lambda: closed_lines(closed))
        case "land":
            return await _land(context, command)


async def _create(context: Context, command: ChamberCommand) -> Printed:
    planned = _planned(command)
    starting = [chamber for chamber in planned if chamber.is_started]
    for agent in {chamber.agent for chamber in starting}:
        choose_agent(context.project, agent)
    names = [chamber.name for chamber in planned]
    created = await create_chambers(context, names, command.task, command.title)
    for chamber in starting:
        await start_worker(
            context,
            task_id=created.task_id,
            chamber=chamber.name,
            agent=chamber.agent,
            policy=command.policy,
        )
    started = [chamber.name for chamber in starting]
    return _printed(command, created, lambda: created_lines(created, started))


def _planned(command: ChamberCommand) -> tuple[PlannedChamber, ...]:
    return planned_chambers(command.chambers, is_started=command.start, agents=command.agent)


async def _diff(context: Context, command: ChamberCommand) -> Printed:
    reading = DiffReading(
        part=command.part,
        with_files=command.json,
        stat=command.stat and not command.json,
        columns=command.columns,
    )
    diff = await diff_of_named_chamber(context, command.chamber, command.task, reading)
    if command.json:
        return _printed(command, as_unicode(diff), list)
    note = clean(diff_note(diff))
    if not command.terminal:
        text = os.fsencode(diff.diff).decode("utf-8", "surrogateescape")
        return Printed(text=text, raw=True, note=note)
    display = await asyncio.to_thread(read_diff_display, Path(command.root))
    text = clean(diff.diff)
    is_colored = display.color and not command.stat
    return Printed(text=colored_diff(text) if is_colored else text, note=note, pager=display.pager)


async def _land(context: Context, command: ChamberCommand) -> Printed:
    wish = LandingWish(
        task=command.task,
        only=command.only,
        summary=command.summary,
        partial=command.partial,
        confirm=command.confirm,
        again=command.again,
    )
    if command.step == "land":
        done = await land(context, wish)
        status = 0 if has_landed(done, wish) else _FAILED
        return _printed(command, done, lambda: landed_lines(done), status)
    plan = await plan_landing(context, wish)
    is_able = can_land(plan, wish)
    status = 0 if plan.completed or is_able else _FAILED
    asked = clean(question(plan)) if is_able else ""
    return _printed(command, plan, lambda: plan_lines(plan, wish), status, asked)


def _printed(
    command: ChamberCommand,
    document: object,
    lines: Callable[[], list[str]],
    status: int = 0,
    asked: str = "",
) -> Printed:
    """Return a document as JSON, or as lines for a person."""
    text = (
        msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
        if command.json
        else as_lines(lines())
    )
    return Printed(text=text, json=command.json, status=status, question=asked)


def as_document(printed: Printed) -> Mapping[str, object]:
    """Return the output as the daemon's answer."""
    document: PrintedDocument = msgspec.to_builtins(printed)
    return document
