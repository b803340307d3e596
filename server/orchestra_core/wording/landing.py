"""How a landing ended, and its conflicts, in lines for the command line and the room."""

from collections.abc import Iterable

from orchestra_core.replies.completion import NOT_CHOSEN, CompletedTask, FileConflict

_CONFLICTS_SHOWN = 10
_BASE = "base"  # what replies call the branch as a side of a conflict
_SIDE_MARKERS = ("<<<<<<<", ">>>>>>>")


def outcome(done: CompletedTask) -> str:
    """Return, in one line, what has landed where and what became of the task."""
    task = f"The task is {done.state}."
    if done.completed and done.already_completed:
        task = f"The task was {done.state} before."
    if not done.merged:
        return f"Nothing has landed. {task}"
    used = f" {used_sentence(done)}" if done.used else ""
    return f"{', '.join(done.merged)}: landed on {_landed_on(done)}. {task}{used}"


def landed_lines(done: CompletedTask) -> list[str]:
    """Return what has landed, and the rest."""
    if done.completed:
        before = "was completed before" if done.already_completed else f"is {done.state}"
        lines = [f"Task {done.task_id} {before}."]
    else:
        lines = [f"Task {done.task_id} is {done.state}."]
    names = ", ".join(done.merged)
    lines.append(f"On {_landed_on(done)}: {names}" if names else "Nothing has landed.")
    lines += [used_sentence(done)] if done.used else []
    return lines + rest_lines(done)


def used_sentence(done: CompletedTask) -> str:
    """Return what the task's agents have used."""
    return f"Its agents have used {done.used}."


def _landed_on(done: CompletedTask) -> str:
    commit = f" as {done.landed_commit[:12]}" if done.landed_commit else ""
    return f"{branch_name(done)}{commit}"


def rest_lines(done: CompletedTask) -> list[str]:
    """Return what stayed, what is saved where, and the notes."""
    lines = stay_lines(done)
    lines += conflict_lines(done)
    lines += section("Saved:", [f"{save.chamber}: {save.ref}" for save in done.saved])
    lines += section("Branches that are kept:", done.kept_branches)
    unread = [f"{mail.chamber}: {mail.message}" for mail in done.undelivered]
    lines += section("Never read:", unread)
    return lines + note_lines(done.notes)


def branch_name(reply: CompletedTask) -> str:
    """Return the branch that moves; in words if the checkout is on none."""
    return reply.base_branch or "the detached HEAD"


def conflict_lines(reply: CompletedTask) -> list[str]:
    """Return the conflicts, with their lines and the commands that resolve them."""
    conflicts = reply.conflicts
    if not conflicts:
        return []
    lines = ["Conflicts:"]
    for conflict in conflicts[:_CONFLICTS_SHOWN]:
        lines += _one_conflict(conflict, branch_name(reply))
    more = len(conflicts) - _CONFLICTS_SHOWN
    lines += [f"  and {more} more"] if more > 0 else []
    return lines + section("To resolve them:", reply.resolve)


def _one_conflict(conflict: FileConflict, branch: str) -> list[str]:
    sides = (side_name(side, branch) for side in conflict.between)
    head = f"  {conflict.file} ({conflict.kind}): {' and '.join(sides)}"
    return [head, *(f"    {_with_branch(line, branch)}" for line in conflict.lines.splitlines())]


def side_name(side: str, branch: str) -> str:
    """Return the name of a side of a conflict: a chamber, or the branch that work lands on."""
    return branch if side == _BASE else side


def _with_branch(line: str, branch: str) -> str:
    marker, _, side = line.partition(" ")
    return f"{marker} {branch}" if marker in _SIDE_MARKERS and side == _BASE else line


def stay_lines(reply: CompletedTask) -> list[str]:
    """Return the chambers that stay live."""
    return [f"Still live: {', '.join(reply.still_live)}"] if reply.still_live else []


def note_lines(notes: Iterable[str]) -> list[str]:
    """Return the notes, except those on chambers that were not chosen."""
    return section("Also:", [note for note in notes if not note.endswith(NOT_CHOSEN)])


def section(title: str, entries: Iterable[str]) -> list[str]:
    """Return a title and its entries; nothing if there are no entries."""
    lines = [f"  {entry}" for entry in entries]
    return [title, *lines] if lines else []
