"""How tasks, chambers, branches and saved work are named."""

import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from orchestra_core.errors import BadInput
from orchestra_core.text import one_line

CHAMBER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_LONGEST_NAME = 63
SAVED = "refs/orchestra/saved"
BRANCHES = "orchestra/"  # the beginning of every branch that Orchestra makes
_LOCK_REASON = "orchestra: chamber "
_SLUG_WORDS = 4
# Words that say nothing about a request and are left out of a task's id.
_FILLERS = frozenset(
    (
        "a",
        "an",
        "and",
        "for",
        "in",
        "it",
        "my",
        "of",
        "on",
        "or",
        "our",
        "please",
        "the",
        "to",
        "with",
    )
)


def check_chamber_name(name: str) -> str:
    """Return `name`; raises BadInput unless it is `[a-z0-9][a-z0-9._-]{0,62}` and fit for a branch.

    Git refuses `..`, a final `.` and a final `.lock` in a branch (git-check-ref-format(1)).
    """
    shown = one_line(name, 40)
    if not CHAMBER_NAME.fullmatch(name):
        raise BadInput(
            f"chamber name {shown!r} is not allowed; use 1 to 63 of a-z 0-9 . _ - "
            "beginning with a letter or digit, such as 'auth-api'"
        )
    if ".." in name or name.endswith((".", ".lock")):
        raise BadInput(
            f"chamber name {shown!r} cannot be a git branch; "
            "leave out '..' and a final '.' or '.lock'"
        )
    return name


def allowed_chamber_name(wanted: str) -> str:
    """Return the allowed chamber name nearest to any text; raises nothing."""
    name = re.sub(r"[^a-z0-9._-]+", "-", wanted.lower())
    name = re.sub(r"\.\.+", ".", name).lstrip("._-")[:_LONGEST_NAME].rstrip("._-")
    while name.endswith(".lock"):
        name = name.removesuffix(".lock").rstrip("._-")
    return name or "worktree"


def check_chamber_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a batch; raises BadInput for an empty batch, a bad or a repeated name."""
    if not names:
        raise BadInput("chamber_names is empty; name at least one chamber, such as ['auth']")
    seen: set[str] = set()
    for name in names:
        check_chamber_name(name)
        if name in seen:
            raise BadInput(f"chamber name {name!r} is in the batch twice; name each chamber once")
        seen.add(name)
    return tuple(names)


def lock_reason(task_id: str, chamber: str) -> str:
    """Return the reason with which git's lock of a chamber's worktree is set."""
    return f"{_LOCK_REASON}{chamber} of task {task_id}"


def is_chamber_lock(reason: str) -> bool:
    """Tell whether the reason of a worktree's lock says that it is a chamber."""
    return reason.startswith(_LOCK_REASON)


def new_task_id(description: str) -> str:
    """Return a readable id: up to four words of the request, and four random hex digits."""
    words = re.findall(r"[a-z0-9]+", description.lower())
    significant_words = [word for word in words if word not in _FILLERS][:_SLUG_WORDS]
    slug = "-".join(significant_words)[:40].strip("-") or "task"
    return f"{slug}-{secrets.token_hex(2)}"


def branch_of(task_id: str, chamber: str) -> str:
    """Return the branch of a chamber."""
    return f"{BRANCHES}{task_id}/{chamber}"


def split_branch(branch: str) -> tuple[str, str] | None:
    """Return the task and the chamber that a branch is named after, None for any other branch."""
    parts = branch.removeprefix(BRANCHES).split("/")
    if not branch.startswith(BRANCHES) or len(parts) != 2:  # noqa: PLR2004 - task and chamber
        return None
    return parts[0], parts[1]


def chamber_id(task_id: str, chamber: str) -> str:
    """Return the id under which a chamber's document is stored."""
    return f"{task_id}/{chamber}"


class ChamberIdParts(NamedTuple):
    """The parts of a chamber's id."""

    task_id: str
    name: str


def split_chamber_id(chamber_id: str) -> ChamberIdParts:
    """Split a chamber's id; text without a task, such as a conflict's base, is all name."""
    task_id, _, name = chamber_id.rpartition("/")
    return ChamberIdParts(task_id, name)


class SavedName(NamedTuple):
    """What a saved ref's name says: whose work it keeps, and when that was saved (ms)."""

    task_id: str
    chamber: str
    at: int


def read_saved_ref(ref: str) -> SavedName | None:
    """Parse a saved ref's name, with or without its prefix; None for any other ref."""
    parts = ref.removeprefix(f"{SAVED}/").split("/")
    if len(parts) != len(SavedName._fields) or not re.fullmatch(r"[0-9]{1,15}", parts[2]):
        return None
    return SavedName(parts[0], parts[1], int(parts[2]))


def saved_ref(task_id: str, chamber: str, at: int) -> str:
    """Return the ref that keeps the work of a chamber that was closed at `at` (ms)."""
    return f"{SAVED}/{task_id}/{chamber}/{at}"
