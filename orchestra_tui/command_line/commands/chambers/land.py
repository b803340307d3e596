"""`orchestra land`: shows the dry run, asks, and lands."""

from msgspec.structs import replace

from orchestra_core.errors import BadInput
from orchestra_server.operator_commands.chambers.run_chamber_command import check_chamber_command
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.chambers.run_here import run_here, typed_command
from orchestra_tui.command_line.interaction.ask_yes_or_no import can_ask
from orchestra_tui.command_line.interaction.land_in_steps import LandingStep, land_in_steps
from orchestra_tui.command_line.interaction.show_answer import Answer


def run(place: CommandContext, options: Options) -> int:
    """Land what was asked for, after the operator has seen the plan; 1 if it did not land."""
    command = typed_command(place, options)
    check_chamber_command(command)
    if not (options.dry_run or options.yes or can_ask()):
        raise BadInput("'orchestra land' asks before it lands, but there is no terminal; add --yes")

    def step(name: LandingStep) -> Answer:
        return run_here(place, replace(command, step=name))

    return land_in_steps(step, as_json=options.json, dry_run=options.dry_run, yes=options.yes) or 0
