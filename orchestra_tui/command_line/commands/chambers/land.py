"""`orchestra land`: shows the dry run, asks, and lands."""

import math
from collections.abc import Awaitable, Callable

from orchestra_core.errors import BadInput
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.wording.landing import landed_lines
from orchestra_server.commands.chambers.land import (
    LandingWish,
    can_land,
    check_land,
    has_landed,
    land,
    plan_landing,
)
from orchestra_server.commands.chambers.land_lines import plan_lines, question
from orchestra_server.usecases.common.transaction import Context
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.interaction.ask_operator import ask_operator, can_ask
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_document, print_lines
from orchestra_tui.command_line.run_to_end import run_to_end

_Step = Callable[[Context, LandingWish], Awaitable[CompletedTask]]


def run(place: CommandContext, options: Options) -> int:
    """Land what is asked for, once the operator has seen what it is; 1 if it did not land."""
    check_land(options.only)
    if not (options.dry_run or options.yes or can_ask()):
        raise BadInput("'orchestra land' asks before it lands, and here is no terminal; add --yes")
    wish = LandingWish(
        task=options.task,
        only=tuple(options.only),
        summary=options.summary,
        partial=options.partial,
        confirm=options.confirm,
        again=options.again,
    )
    plan = run_to_end(_step(place, wish, plan_landing))
    goes_on = can_land(plan, wish) and not options.dry_run
    if not options.json:
        print_lines(plan_lines(plan, wish))
    if not goes_on:
        if options.json:
            print_document(plan)
        return 0 if plan.completed or can_land(plan, wish) else 1
    if not options.yes and not ask_operator(question(plan)):
        print_lines(["Nothing has changed."])
        return 1
    done = run_to_end(_step(place, wish, land))
    if options.json:
        print_document(done)
    else:
        print_lines(landed_lines(done))
    return 0 if has_landed(done, wish) else 1


async def _step(place: CommandContext, wish: LandingWish, step: _Step) -> CompletedTask:
    async with open_project(place, patience=math.inf) as context:
        return await step(context, wish)
