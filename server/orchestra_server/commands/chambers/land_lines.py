"""What `orchestra land` prints: the dry run, and afterwards what has happened."""

from collections.abc import Iterable, Sequence

from orchestra_core.replies.completion import CompletedTask, FileConflict
from orchestra_server.commands.chambers.land import LandingWish, can_land
from orchestra_server.usecases.completion.chosen_chambers import NOT_CHOSEN

_FILES_SHOWN = 6
_CONFLICTS_SHOWN = 10


def plan_lines(plan: CompletedTask, wish: LandingWish) -> list[str]:
    """Return what would land in which order, what holds it or the rest, and whether it can land."""
    if plan.completed:
        return done_lines(plan)
    onto = plan.base_branch or "the detached HEAD"
    commits = {commit.chamber: commit for commit in plan.commits}
    lines = [f"Task {plan.task_id}, onto {onto}:"]
    width = max((len(name) for name in plan.merged), default=0)
    for number, name in enumerate(plan.merged, 1):
        commit = commits.get(name)
        files = f"commits {_files(commit.files, commit.count)}" if commit else ""
        lines.append(f"  {number}. {name:<{width}}  {files}".rstrip())
    if not plan.merged:
        lines.append("  no chamber would land")
    lines += _section("It would be refused:", plan.refusals)
    lines += _section("Your uncommitted changes are in the way:", plan.blocked)
    lines += _section("This holds it:", plan.holds)
    lines += _conflict_lines(plan)
    told = {*plan.refusals, *plan.holds}
    lines += _stay_lines(plan)
    lines += _note_lines(note for note in plan.notes if note not in told)
    return [*lines, _verdict(plan, wish)]


def done_lines(done: CompletedTask) -> list[str]:
    """Return what has landed, what is saved where, and what stayed."""
    onto = done.base_branch or "the detached HEAD"
    if done.completed:
        before = "was completed before" if done.already_completed else f"is {done.state}"
        lines = [f"Task {done.task_id} {before}."]
    else:
        lines = [f"Task {done.task_id} is {done.state}."]
    where = f"{onto} as {done.landed_commit[:12]}" if done.landed_commit else onto
    lines.append(f"On {where}: {', '.join(done.merged)}" if done.merged else "Nothing has landed.")
    lines += _stay_lines(done)
    lines += _conflict_lines(done)
    lines += _section("Saved:", [f"{save.chamber}: {save.ref}" for save in done.saved])
    lines += _section("Branches that are kept:", done.kept_branches)
    unread = [f"{mail.chamber}: {mail.message}" for mail in done.undelivered]
    lines += _section("Never read:", unread)
    return lines + _note_lines(done.notes)


def question(plan: CompletedTask) -> str:
    """Return what is asked before anything lands."""
    onto = plan.base_branch or "the detached HEAD"
    names = ", ".join(plan.merged)
    what = f"Land {names} on {onto}" if names else "No work would land. Complete the task"
    return f"{what}?"


def _verdict(plan: CompletedTask, wish: LandingWish) -> str:
    if can_land(plan, wish):
        return "It can land. A hook of yours may still refuse it."
    if plan.refusals or plan.blocked:
        return "Nothing has changed. It cannot land now."
    if plan.conflicts and not wish.partial:
        return "Nothing has changed. It does not land whole; --partial or --only lands a part."
    if plan.conflicts:
        return "Nothing has changed. No chamber can land."
    return "Nothing has changed. It lands all the same with --confirm."


def _conflict_lines(reply: CompletedTask) -> list[str]:
    conflicts = reply.conflicts
    if not conflicts:
        return []
    lines = ["Conflicts:"]
    for conflict in conflicts[:_CONFLICTS_SHOWN]:
        lines += _one_conflict(conflict)
    more = len(conflicts) - _CONFLICTS_SHOWN
    lines += [f"  and {more} more"] if more > 0 else []
    return lines + _section("To resolve them:", reply.resolve)


def _one_conflict(conflict: FileConflict) -> list[str]:
    first, second = conflict.between
    head = f"  {conflict.file} ({conflict.kind}): {first} and {second}"
    return [head, *(f"    {line}" for line in conflict.lines.splitlines())]


def _stay_lines(reply: CompletedTask) -> list[str]:
    return [f"Still live: {', '.join(reply.still_live)}"] if reply.still_live else []


def _note_lines(notes: Iterable[str]) -> list[str]:
    return _section("Also:", [note for note in notes if not note.endswith(NOT_CHOSEN)])


def _section(title: str, entries: Iterable[str]) -> list[str]:
    lines = [f"  {entry}" for entry in entries]
    return [title, *lines] if lines else []


def _files(files: Sequence[str], count: int) -> str:
    shown = ", ".join(files[:_FILES_SHOWN])
    more = f" and {count - _FILES_SHOWN} more" if count > _FILES_SHOWN else ""
    return f"{shown}{more}"
