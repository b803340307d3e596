"""A dry run as text: what each chamber would do, what holds the landing, and what enter does."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestra_core.models import Chamber
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.wording.landing import (
    branch_name,
    conflict_lines,
    note_lines,
    section,
    side_name,
)
from orchestra_tui.presentation.details.conflict_lines import MARKERS
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.rows.chamber_rows import diff_cell
from orchestra_tui.presentation.rows.symbols import CONFLICT
from orchestra_tui.presentation.text_fit import fit, inert, plain

_NAME_WIDTH = 24  # cells
_SIZE_WIDTH = 14
_FILES_SHOWN = 6
_CURSOR = "▸"


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingChoice:
    """What the operator asks for: the chambers by name, and whether part of them may land."""

    names: tuple[str, ...]
    partial: bool = False


def headline(plan: CompletedTask | None, choice: LandingChoice) -> Cell:
    """Return what enter would do now, or why it can do nothing."""
    if not choice.names:
        return Cell("No chamber is marked; space marks the one at the cursor.", "warn")
    if plan is None:
        return Cell("Working out what would land…", "muted")
    if not plan.can_land(partial=choice.partial, confirm=True):
        return _why_not(plan, choice)
    if plan.holds:
        return Cell(f"{_reasons(plan)}. After your yes, enter {_lands(plan)}.", "warn")
    return Cell(f"enter {_lands(plan)}. A hook of yours may still refuse it.", "ok")


def _why_not(plan: CompletedTask, choice: LandingChoice) -> Cell:
    if plan.completed:
        return Cell(f"The task is {plan.state} already.", "muted")
    if plan.refusals or plan.blocked:
        return Cell("It cannot land now, for the reason below.", "critical")
    cure = "Leave a chamber out with space, or resolve the conflict."
    if not choice.partial:
        cure = "p lands what fits together, space leaves a chamber out."
    return Cell(f"It does not land: {_conflicts(plan)}. {cure}", "warn")


def question(plan: CompletedTask) -> Cell:
    """Return the question to ask if something holds the landing."""
    return Cell(f"{_reasons(plan)}, as below. y {_lands(plan)} anyway, n goes back.", "warn")


def chamber_lines(
    chambers: Sequence[Chamber],
    plan: CompletedTask | None,
    choice: LandingChoice,
    state: IndexedState,
    cursor: int,
) -> list[Line]:
    """Return one line per live chamber: its mark, its size and what would happen to it."""
    width = min(_NAME_WIDTH, max((len(chamber.name) for chamber in chambers), default=0))
    lines: list[Line] = []
    for at, chamber in enumerate(chambers):
        marked = chamber.name in choice.names
        fate = _fate(chamber.name, plan, choice) if marked else Cell("stays", "muted")
        size = fit(diff_cell(state.diffs.get(chamber.id)).text, _SIZE_WIDTH)
        tone: Tone = "strong" if at == cursor else "plain"
        lines.append(
            (
                Cell(f"{_CURSOR if at == cursor else ' '} [{'x' if marked else ' '}] ", "accent"),
                Cell(f"{fit(chamber.name, width)}  ", tone),
                Cell(f"{size} ", "muted"),
                fate,
            )
        )
    return lines


def detail_lines(plan: CompletedTask) -> list[Line]:
    """Return what holds or refuses the landing, the conflicts with their lines, and the notes."""
    commits = (f"{commit.chamber}: {_files(commit.files, commit.count)}" for commit in plan.commits)
    told = {*plan.refusals, *plan.holds}
    parts: list[tuple[Sequence[str], Tone]] = [
        (section("It would be refused:", plan.refusals), "critical"),
        (section("Your uncommitted changes are in the way:", plan.blocked), "critical"),
        (section("This holds it until you say yes:", plan.holds), "warn"),
        (conflict_lines(plan), "warn"),
        (section("Uncommitted work that is committed first:", commits), "strong"),
        (note_lines(note for note in plan.notes if note not in told), "strong"),
    ]
    return [line for texts, tone in parts for line in _part(texts, tone)]


def _part(texts: Sequence[str], tone: Tone) -> list[Line]:
    """Return a section after a blank line: its title and a conflict's sides have the tone."""
    lines: list[Line] = [()] if texts else []
    for text in texts:
        is_title = not text.startswith(" ")
        is_marker = text.strip().startswith(MARKERS)
        shown: Tone = tone if is_title else ("muted" if is_marker else "plain")
        lines.append((Cell(inert(text), shown),))
    return lines


def _fate(name: str, plan: CompletedTask | None, choice: LandingChoice) -> Cell:
    """Return what would happen to a marked chamber."""
    if plan is None:
        return Cell("", "muted")
    others = _conflicts_of(name, plan)
    holds = [hold for hold in plan.holds if hold.startswith(f"{name}: ")]
    if others and name not in plan.merged:
        return Cell(f"{CONFLICT.text} {others}", "warn")
    if holds:
        return Cell(f"held: {plain(holds[0].partition(': ')[2])}", "warn")
    if name in plan.merged:
        order = f"lands {plan.merged.index(name) + 1} of {len(plan.merged)}"
        return Cell(order, "ok")
    if plan.conflicts and not choice.partial:
        return Cell("fits; waits for the others", "muted")
    return Cell("does not land now", "muted")


def _conflicts_of(name: str, plan: CompletedTask) -> str:
    """Return `conflicts with api: app.py`, or "" without any."""
    own = [conflict for conflict in plan.conflicts if name in conflict.between]
    if not own:
        return ""
    sides = (side for conflict in own for side in conflict.between if side != name)
    branch = branch_name(plan)
    names = ", ".join(plain(side_name(side, branch)) for side in dict.fromkeys(sides))
    files = list(dict.fromkeys(conflict.file for conflict in own))
    return f"conflicts with {names}: {plain(_files(files, len(files)))}"


def _conflicts(plan: CompletedTask) -> str:
    count = len({conflict.file for conflict in plan.conflicts})
    return "1 file conflicts" if count == 1 else f"{count} files conflict"


def _lands(plan: CompletedTask) -> str:
    """Return `lands auth, api on main`, in the order of landing."""
    if not plan.merged:
        return "completes the task; no work would land"
    return f"lands {', '.join(map(plain, plan.merged))} on {plain(branch_name(plan))}"


def _reasons(plan: CompletedTask) -> str:
    count = len(plan.holds)
    return "1 thing holds it" if count == 1 else f"{count} things hold it"


def _files(files: Sequence[str], count: int) -> str:
    shown = ", ".join(files[:_FILES_SHOWN])
    more = f" and {count - _FILES_SHOWN} more" if count > _FILES_SHOWN else ""
    return f"{shown}{more}"
