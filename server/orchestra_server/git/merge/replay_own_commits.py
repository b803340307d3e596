"""Replays a chamber's own commits where the branch it lands on was rewritten meanwhile.

A branch is rewritten by `commit --amend`, `reset`, `rebase` or `pull --rebase`. Merging a chamber
that began before would bring back the dropped commits. The chamber's own commits are those since
its base and since every older state of the branch that it merged; they are replayed on the branch
as it is now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestra_core.errors import Refused
from orchestra_core.text import one_line
from orchestra_server.git.merge.merge_tree import MergedTree, merge_trees
from orchestra_server.git.process.identity import ORCHESTRA_IDENTITY
from orchestra_server.git.repository.repository import Repository

_SUBJECT_LENGTH = 80  # characters
_SHOWN = 3  # commits in one line
# Messages are read and written in UTF-8, whatever the user's i18n settings are.
_UTF8 = ("-c", "i18n.commitEncoding=UTF-8", "-c", "i18n.logOutputEncoding=UTF-8")
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Target:
    """The branch that work lands on: its present commit and its former ones."""

    commit: str
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A chamber's work: `commit` is its tip, or the replay of its own commits.

    `returning` names the commits that its tip would have brought back, one line each. With
    `conflicts`, which map files to kinds, the replay stopped at `stopped_at`.
    """

    commit: str
    returning: tuple[str, ...] = ()
    conflicts: Mapping[str, str] = field(default_factory=dict[str, str])
    stopped_at: MergedTree | None = None


def read_target(repo: Repository, ref: str, commit: str) -> Target:
    """Return the branch `ref` at `commit` with the former commits in its reflog.

    Only those that `commit` does not contain count: the others were never dropped.
    """
    result = repo.run("rev-list", "--walk-reflogs", ref, "--")
    listed = list(dict.fromkeys(result.out.split())) if result.status == 0 else []
    if not listed:
        return Target(commit)
    stdin = "".join(f"{revision}\n" for revision in (*listed, f"^{commit}"))
    left_out = set(repo.run("rev-list", "--stdin", stdin=stdin).out.split())
    return Target(commit, tuple(former for former in listed if former in left_out))


def own_work(
    repo: Repository,
    target: Target,
    base: str,
    tip: str,
    *,
    signed: Sequence[str] = ("--no-gpg-sign",),
    trial: bool = False,
) -> OwnWork:
    """Return what of `tip` is to be merged into the target.

    `base` is the commit that the chamber began at. Replayed commits keep their author and message
    and are `signed`; a `trial` makes them in Orchestra's name. Raises Refused where the own commits
    contain merges: replaying a merge would lose its conflict resolutions.
    """
    brought = _commits(repo, (tip, f"^{target.commit}"))
    if not brought:
        return OwnWork(tip)
    taken_out = _taken_out(target, base, brought)
    if not taken_out:
        return OwnWork(tip)
    own = _commits(repo, (tip, f"^{target.commit}", *(f"^{taken}" for taken in taken_out)))
    returning = tuple(
        _shown(repo, brought_commit) for brought_commit in brought if brought_commit not in own
    )
    if not returning:
        return OwnWork(tip)
    merges = [merge for merge, parents in own.items() if len(parents) > 1]
    if merges:
        raise Refused(
            f"the branch was rewritten: merging would bring back {_listed(returning)}; "
            f"{merges[0][:12]} is a merge and cannot be replayed by itself: rebase the chamber on "
            "the branch, or merge nothing older than it, and call again"
        )
    return _replay(repo, target.commit, own, returning, signed=signed, trial=trial)


def _taken_out(target: Target, base: str, brought: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the target's former commits that the chamber builds on and the target has dropped.

    A former commit that contains the chamber's own work, landed earlier, does not count: it is not
    among the commits that the chamber brings.
    """
    return list(dict.fromkeys(start for start in (base, *target.former) if start in brought))


def _commits(repo: Repository, revisions: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return the commits of a range with their parents, the oldest first."""
    stdin = "".join(f"{revision}\n" for revision in revisions)
    lines = repo.git("rev-list", "--topo-order", "--reverse", "--parents", "--stdin", stdin=stdin)
    return {words[0]: words[1:] for words in map(str.split, lines.splitlines())}


def _replay(
    repo: Repository,
    onto: str,
    own: Mapping[str, Sequence[str]],
    returning: tuple[str, ...],
    *,
    signed: Sequence[str],
    trial: bool,
) -> OwnWork:
    """Apply each commit's change to the growing result; an empty one is left out.

    Each has one parent: nothing below a root commit could have been dropped.
    """
    result = onto
    for commit, (before,) in own.items():
        merged = _three_way(repo, before, result, commit)
        if merged.kinds:
            return OwnWork(result, returning, merged.kinds, merged)
        if merged.tree != _tree(repo, result):
            result = _again(repo, commit, merged.tree, result, signed=signed, trial=trial)
    return OwnWork(result, returning)


def _three_way(repo: Repository, base: str, ours: str, theirs: str) -> MergedTree:
    """Merge two commits over a base that need not be their common ancestor.

    `merge-tree --merge-base` needs git 2.40; temporary commits do the same with an older git.
    """
    parent = _bare_commit(repo, _tree(repo, base))
    our_commit, their_commit = (
        _bare_commit(repo, _tree(repo, side), parent) for side in (ours, theirs)
    )
    return merge_trees(repo, our_commit, their_commit)


def _bare_commit(repo: Repository, tree: str, parent: str = "") -> str:
    behind = ("-p", parent) if parent else ()
    return repo.git(
        "commit-tree",
        tree,
        *behind,
        "--no-gpg-sign",
        "-m",
        "A side of a merge",
        env=ORCHESTRA_IDENTITY,
    ).strip()


def _tree(repo: Repository, commit: str) -> str:
    return repo.git("rev-parse", f"{commit}^{{tree}}").strip()


def _again(
    repo: Repository, commit: str, tree: str, parent: str, *, signed: Sequence[str], trial: bool
) -> str:
    """Create a commit with the author, the date and the message of another."""
    shown = repo.git(
        *_UTF8, "show", "--no-patch", "--no-show-signature", "--no-notes",
        "--format=%an%x1f%ae%x1f%ad%x1f%B", "--date=raw", commit,
    )  # fmt: skip
    name, address, date, message = shown.split(_SEPARATOR, 3)
    author = {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": address,
        "GIT_AUTHOR_DATE": f"@{date}" if date[:1].isdecimal() else date,
    }
    keeper = ORCHESTRA_IDENTITY if trial else {}
    return repo.git(
        *_UTF8, "commit-tree", tree, "-p", parent, *signed, "-F", "-",
        stdin=message.rstrip("\n") + "\n", env={**keeper, **author},
    ).strip()  # fmt: skip


def _shown(repo: Repository, commit: str) -> str:
    said = repo.git("show", "--no-patch", "--no-show-signature", "--format=%h %s", commit)
    return one_line(said, _SUBJECT_LENGTH)


def _listed(returning: Sequence[str]) -> str:
    more = f" and {len(returning) - _SHOWN} more" if len(returning) > _SHOWN else ""
    return ", ".join(repr(description) for description in returning[:_SHOWN]) + more
