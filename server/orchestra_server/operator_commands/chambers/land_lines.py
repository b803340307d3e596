"""What `orchestra land` prints before it lands: the dry run, and the question."""

from collections.abc import Sequence

from orchestra_core.replies.completion import CompletedTask
from orchestra_core.wording.gates import GATES_FIRST
from orchestra_core.wording.landing import (
    branch_name,
    conflict_lines,
    landed_lines,
    note_lines,
    section,
    stay_lines,
)
from orchestra_server.operator_commands.chambers.run_land import LandingWish, can_land

_FILES_SHOWN = 6


def plan_lines(plan: CompletedTask, wish: LandingWish) -> list[str]:
    """Return what would land, in which order, what is in its way, and whether it can land."""
    if plan.completed:
        return landed_lines(plan)
    onto = branch_name(plan)
    commits = {commit.chamber: commit for commit in plan.commits}
    lines = [f"Task {plan.task_id}, onto {onto}:"]
    width = max((len(name) for name in plan.merged), default=0)
    for number, name in enumerate(plan.merged, 1):
        commit = commits.get(name)
        files = f"commits {_files(commit.files, commit.count)}" if commit else ""
        lines.append(f"  {number}. {name:<{width}}  {files}".rstrip())
    if not plan.merged:
        lines.append("  no chamber would land")
    lines += section("It would be refused:", plan.refusals)
    lines += section("Your uncommitted changes are in the way:", plan.blocked)
    lines += section("It needs your confirmation:", plan.holds)
    lines += conflict_lines(plan)
    told = {*plan.refusals, *plan.holds}
    lines += stay_lines(plan)
    lines += note_lines(note for note in plan.notes if note not in told)
    return [*lines, _verdict(plan, wish)]


def question(plan: CompletedTask) -> str:
    """Return what is asked before anything lands."""
    onto = branch_name(plan)
    names = ", ".join(plan.merged)
    what = f"Land {names} on {onto}" if names else "No work would land. Complete the task"
    return f"{what}?"


def _verdict(plan: CompletedTask, wish: LandingWish) -> str:
    if can_land(plan, wish):
        if any(note.startswith(GATES_FIRST) for note in plan.notes):
            return "It can land if its gates pass. A hook of yours may still refuse it."
        return "It can land. A hook of yours may still refuse it."
    if plan.refusals or plan.blocked:
        return "Nothing has changed. It cannot land now."
    if plan.conflicts and not wish.partial:
        return "Nothing has changed. It cannot land as a whole; --partial or --only lands a part."
    if plan.conflicts:
        return "Nothing has changed. No chamber can land."
    return "Nothing has changed. It lands with --confirm."


def _files(files: Sequence[str], count: int) -> str:
    shown = ", ".join(files[:_FILES_SHOWN])
    more = f" and {count - _FILES_SHOWN} more" if count > _FILES_SHOWN else ""
    return f"{shown}{more}"
