"""The steps of `orchestra land`, in whatever process they run: show the plan, ask, and land."""

import sys
from collections.abc import Callable
from typing import Literal

from orchestra_tui.command_line.interaction.show_answer import Answer, show_answer, show_text

_REFUSED = 1
LandingStep = Literal["plan", "land"]
# Runs a step; None if nobody could.
RunStep = Callable[[LandingStep], Answer | None]


def land_in_steps(step: RunStep, *, as_json: bool, dry_run: bool, yes: bool) -> int | None:
    """Land what was asked for after the operator has seen the plan; 1 if it did not land.

    With `as_json` only the last answer is printed. Returns None if nobody could run a step.
    """
    plan = step("plan")
    if plan is None or "error" in plan:
        return None if plan is None else show_answer(plan)
    question = str(plan.get("question", ""))
    if not question or dry_run:
        return show_answer(plan)
    if not as_json:
        show_text(plan)
    if not yes and not _agreed(question):
        sys.stdout.write("Nothing has changed.\n")
        return _REFUSED
    done = step("land")
    return None if done is None else show_answer(done)


def _agreed(question: str) -> bool:
    from orchestra_tui.command_line.interaction.ask_yes_or_no import (  # noqa: PLC0415 - only here
        ask_yes_or_no,
    )

    return ask_yes_or_no(question)
