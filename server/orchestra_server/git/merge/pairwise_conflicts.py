"""Whether chambers would merge: each two that land on one branch, and each with that branch.

Uncommitted work counts. An answer belongs to two commits and is remembered with them, so that only
pairs with a side that has moved are asked, all of them of one git process.
"""

import logging
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from orchestra_core.models import BASE
from orchestra_server.domain.conflicts import Pair, Verdict
from orchestra_server.git.merge.merge_tree import merge_trees, parse_merges
from orchestra_server.git.process.run import GitFailed, git_version
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.ephemeral_commit import Scratch, see_all

# `merge-tree --stdin` came with 2.39 (git's RelNotes/2.39.0).
_MANY_AT_ONCE = (2, 39)
_WORTH_A_PROCESS = 20  # pairs: git decides one in a millisecond and starts in three
# Looks after which the scratch objects are thrown away: some ten small files for each.
_LOOKS_KEPT = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """A chamber as the radar sees it; `lands_on` is the ref its work is to land on, or HEAD."""

    id: str
    path: Path
    lands_on: str


@dataclass(frozen=True, slots=True)
class Look:
    """What was found: every pair that could be judged, and the changed rooms that hold the same."""

    verdicts: Mapping[Pair, Verdict]
    unmoved: frozenset[str]


def pairs_of(rooms: Sequence[Room]) -> list[Pair]:
    """Return each two rooms that land on one ref, and each room with BASE, ids in order."""
    ordered = sorted(rooms, key=lambda room: room.id)
    both = [
        (one.id, other.id)
        for one, other in combinations(ordered, 2)
        if one.lands_on == other.lands_on
    ]
    return [*both, *((room.id, BASE) for room in ordered)]


def _shares(pairs: Sequence[Pair]) -> list[Sequence[Pair]]:
    """Divide what is to be asked among the processors, where it is worth another process."""
    count = min(os.cpu_count() or 1, -(-len(pairs) // _WORTH_A_PROCESS))
    return [pairs[number::count] for number in range(count)]


class Radar:
    """Looks at chambers; blocking, and for one caller at a time. Close it to leave no file."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._scratch = Scratch(repo.common_dir / "orchestra-radar", repo.common_dir / "objects")
        self._commits: dict[str, str] = {}
        self._known: dict[Pair, Verdict] = {}  # by two commits
        self._looks = _LOOKS_KEPT

    def close(self) -> None:
        """Leave no file behind."""
        self._scratch.close()

    def look(self, rooms: Sequence[Room], changed: Collection[str]) -> Look:
        """Judge all pairs, having looked into the changed rooms and into those never seen.

        A room that git cannot read now keeps what was last seen in it; one that was never seen
        has no verdicts.
        """
        changed = self._tidy(rooms, changed)
        before = dict(self._commits)
        self._see([room for room in rooms if room.id in changed or room.id not in before])
        sides = {**self._commits, **self._bases(rooms)}
        lands_on = {room.id: room.lands_on for room in rooms}
        commits = {
            (one, other): (sides[one], sides[lands_on[one] if other == BASE else other])
            for one, other in pairs_of(rooms)
            if one in sides and (lands_on[one] if other == BASE else other) in sides
        }
        asked = dict.fromkeys(pair for pair in commits.values() if pair not in self._known)
        self._known |= self._judge(list(asked))
        self._known = {pair: self._known[pair] for pair in commits.values() if pair in self._known}
        unmoved = {room for room in changed if before.get(room) == self._commits.get(room)}
        verdicts = {
            between: self._known[pair] for between, pair in commits.items() if pair in self._known
        }
        return Look(verdicts, frozenset(unmoved))

    def _tidy(self, rooms: Sequence[Room], changed: Collection[str]) -> Collection[str]:
        """Forget rooms that are gone; now and then begin anew, so that the scratch stays small."""
        ids = {room.id for room in rooms}
        self._commits = {room: commit for room, commit in self._commits.items() if room in ids}
        self._looks += 1
        if self._looks <= _LOOKS_KEPT:
            return ids.intersection(changed)
        self._scratch.begin()
        self._looks = 0
        self._known, self._commits = {}, {}
        return ids

    def _see(self, rooms: Sequence[Room]) -> None:
        named = {room.id.replace("/", "@"): room for room in rooms}
        places = {name: room.path for name, room in named.items()}
        for name, commit in see_all(self._scratch, self._repo, places).items():
            self._commits[named[name].id] = commit

    def _bases(self, rooms: Sequence[Room]) -> dict[str, str]:
        refs = {room.lands_on for room in rooms}
        tips = {ref: self._repo.run("rev-parse", "--verify", "--quiet", ref) for ref in refs}
        return {ref: tip.out.strip() for ref, tip in tips.items() if tip.status == 0}

    def _judge(self, pairs: Sequence[Pair]) -> dict[Pair, Verdict]:
        """Ask git, one process for all; where that gives up at one of them, one for each."""
        if not pairs:
            return {}
        if git_version() >= _MANY_AT_ONCE:
            with ThreadPoolExecutor() as pool:
                shares = list(pool.map(self._judge_together, _shares(pairs)))
            if all(shares):
                return {pair: verdict for share in shares for pair, verdict in share.items()}
        return dict(self._one_by_one(pairs))

    def _judge_together(self, pairs: Sequence[Pair]) -> dict[Pair, Verdict]:
        """Ask one process about all of them; it answers nothing where it gives up at one."""
        feed = "".join(f"{one} {other}\n" for one, other in pairs)
        ran = self._repo.run(
            "merge-tree", "--write-tree", "--stdin", "-z", feed=feed, env=self._scratch.env
        )
        if ran.status:
            return {}
        found = (Verdict(not one.kinds, one.kinds) for one in parse_merges(ran.out))
        return dict(zip(pairs, found, strict=True))

    def _one_by_one(self, pairs: Sequence[Pair]) -> Iterator[tuple[Pair, Verdict]]:
        for pair in pairs:
            try:
                kinds = merge_trees(self._repo, *pair, env=self._scratch.env).kinds
            except GitFailed as fault:
                if "unrelated histories" in str(fault):
                    yield pair, Verdict(merges=False)
                else:
                    _log.debug("the radar cannot judge: %s", fault)
            else:
                yield pair, Verdict(not kinds, kinds)
