"""`orchestra trust`: shows what the repository's orchestra.toml would run, asks, and notes it."""

import shlex
from collections.abc import Iterator

from orchestra_core.configuration.gate_plan import Command, GatePlan, read_gate_plan
from orchestra_core.configuration.trust import (
    TrustState,
    give_trust,
    read_trust,
    take_trust_back,
    trust_state,
)
from orchestra_core.errors import BadInput, Refused
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.interaction.ask_yes_or_no import ask_yes_or_no, can_ask
from orchestra_tui.command_line.print_output import print_lines

_STATES: dict[TrustState, str] = {
    "nothing": "None of it runs a program.",
    "new": "You have not trusted it yet, so none of it runs.",
    "changed": "It differs from what you trusted, so none of it runs.",
    "trusted": "You trust it.",
}


def run(place: CommandContext, options: Options) -> int:
    """Show what would run, and ask whether it may; 1 if it may not."""
    project = place.project()
    state_dir = place.settings.state_dir
    if options.revoke:
        take_trust_back(state_dir, project.git_dir)
        print_lines(["Nothing of this repository is trusted any more."])
        return 0
    if project.root.is_relative_to(project.main_checkout / ".claude"):
        raise Refused(
            f"{project.root} is a chamber, and only a person gives trust; run 'orchestra trust' "
            f"in {project.main_checkout}"
        )
    plan = read_gate_plan(project.root)
    if plan.faults:
        raise Refused("; ".join(plan.faults))
    state = trust_state(plan, read_trust(state_dir, project.git_dir))
    print_lines([*plan_lines(plan), _STATES[state]])
    if state in {"nothing", "trusted"}:
        return 0
    if not options.yes:
        if not can_ask():
            raise BadInput("'orchestra trust' asks first, but there is no terminal; add --yes")
        if not ask_yes_or_no("May Orchestra run these, with your rights, on the work of chambers?"):
            print_lines(["Nothing has changed."])
            return 1
    give_trust(state_dir, project.git_dir, plan)
    print_lines(["You trust it now, in this clone, until it changes."])
    return 0


def plan_lines(plan: GatePlan) -> list[str]:
    """Return the lines for every command that would run, with when and where."""
    if plan.file is None:
        return ["This repository has no orchestra.toml in its main checkout."]
    return [f"{plan.file}:", *_setup_lines(plan), *_gate_lines(plan)]


def _setup_lines(plan: GatePlan) -> Iterator[str]:
    if plan.setup is None:
        return
    if plan.setup.copy:
        yield f"  setup copies {', '.join(plan.setup.copy)} from the main checkout"
    if plan.setup.command:
        when = f", again when {', '.join(plan.setup.depends)} changes" if plan.setup.depends else ""
        yield f"  setup of a fresh worktree{when} (at most {plan.setup.timeout} s):"
        yield f"    {command_text(plan.setup.command)}"


def _gate_lines(plan: GatePlan) -> Iterator[str]:
    for gate in plan.gates:
        of = f" of {', '.join(gate.paths)}" if gate.paths else ""
        yield f"  gate {gate.name!r}, for each tree{of} (at most {gate.timeout} s):"
        yield f"    {command_text(gate.command)}"


def command_text(command: Command) -> str:
    """Return a command as a person would type it."""
    return command if isinstance(command, str) else shlex.join(command)
