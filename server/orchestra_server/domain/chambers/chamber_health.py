"""What is wrong with a live chamber, as sentences: the fault, a colon, why, and the cure."""

from dataclasses import dataclass

from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber

# Seconds between two looks at a chamber whose changes the system does not report.
ROUND_SECONDS = 30
TOO_LARGE = (
    "it has more directories than can be watched; leave builds and dependencies out of it, or "
    "raise fs.inotify.max_user_watches"
)
_NOT_WATCHED = "not watched: "
_NOT_COMPARED = ("replaced by a link: ", "directory gone: ", "unknown to git: ")
_RECONCILE = "run orchestra reconcile"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChamberFacts:
    """What was observed of one live chamber."""

    exists: bool = True
    link: str = ""  # the target of a symbolic link that replaced its directory
    unwritable: str = ""  # why it is not writable
    registered: bool = True  # git and the directory know each other as a worktree
    hooked: bool = True  # its hook files exist, or never did
    outdated: bool = False  # its hook files are from an older version
    branch: str = ""  # the branch checked out in it, "" for a detached HEAD
    renamed: bool = False  # that branch is its own, renamed
    way_back: str = ""  # how to return to its own branch; "" if it is on it, or in a rebase
    stashes: tuple[str, ...] = ()  # commits of its own stash entries


def health_of(chamber: Chamber, facts: ChamberFacts, unwatched: str = "") -> tuple[str, ...]:
    """Return what is wrong with a chamber, worst first; `unwatched` says why it is not watched."""
    if facts.link:
        replaced = f"replaced by a link: its directory is a symbolic link to {facts.link}"
        return (f"{replaced}; put the directory back, or delete the link and {_RECONCILE}",)
    if not facts.exists:
        gone = f"directory gone: {chamber.path} is not there"
        return (f"{gone}; {_RECONCILE}, which saves what git still has of it",)
    if not facts.registered:
        return (f"unknown to git: git does not know its directory as a worktree; {_RECONCILE}",)
    sentences = [*_branch(chamber, facts)]
    if facts.unwritable:
        sentences.insert(0, f"not writable: {facts.unwritable}")
    if facts.outdated:
        sentences.insert(0, f"hook outdated: it is from an older version; {_RECONCILE}")
    if not facts.hooked:
        sentences.insert(0, f"hook gone: its worker reads no mail; {_RECONCILE}")
    if facts.stashes:
        newest = facts.stashes[0][:12]
        many = len(facts.stashes) > 1
        entries = f"{len(facts.stashes)} entries" if many else "an entry"
        sentences.append(
            f"stash: {entries} in git's stash {'are' if many else 'is'} its work and will not "
            f"land with it; have its worker run: git stash apply {newest}"
        )
    return (*sentences, *_watched(unwatched))


def with_watch(chamber: Chamber, unwatched: str) -> tuple[str, ...]:
    """Return a chamber's recorded health, with `unwatched` as the reason why it is not watched."""
    rest = (reason for reason in chamber.health if not reason.startswith(_NOT_WATCHED))
    return (*rest, *_watched(unwatched))


def unwatched_because(chamber: Chamber) -> str:
    """Return why the system does not report the chamber's changes, "" if it does."""
    reasons = (reason for reason in chamber.health if reason.startswith(_NOT_WATCHED))
    return next(reasons, "").removeprefix(_NOT_WATCHED)


def is_compared(health: tuple[str, ...]) -> bool:
    """Tell whether the conflict monitor can compare a chamber in this health."""
    return not any(reason.startswith(_NOT_COMPARED) for reason in health)


def health_changed(chamber: Chamber, health: tuple[str, ...], *, at: int, actor: str) -> Event:
    """Return the event that records what is wrong with a chamber now."""
    return Event(
        at=at,
        kind="chamber.health-changed",
        actor=actor,
        task_id=chamber.task_id,
        chamber=chamber.name,
        data=EventData(chamber=replace(chamber, health=health)),
    )


def _branch(chamber: Chamber, facts: ChamberFacts) -> tuple[str, ...]:
    if facts.renamed:
        return (f"branch renamed: {chamber.branch} is now {facts.branch}; {_RECONCILE}",)
    if not facts.way_back:
        return ()
    what = f"on another branch: {facts.branch}" if facts.branch else "detached: no branch"
    return (f"{what} is checked out in it, not {chamber.branch}; {facts.way_back}",)


def _watched(unwatched: str) -> tuple[str, ...]:
    return (f"{_NOT_WATCHED}{unwatched}",) if unwatched else ()
