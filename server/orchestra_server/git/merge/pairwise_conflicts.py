"""Finds chambers that would conflict: pairs that land on one branch, and each with that branch.

Uncommitted work counts. Each verdict is cached by its two commits, so git merges only the pairs in
which a side has changed, all of them in one process.
"""

import logging
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.models import BASE
from orchestra_server.domain.chambers.conflicts import Pair, Verdict
from orchestra_server.git.merge.dropped_files import dropped_files
from orchestra_server.git.merge.merge_tree import merge_trees, parse_merges
from orchestra_server.git.process.foreign_programs import brief_programs, map_watched
from orchestra_server.git.process.plain_git import git_version
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.ephemeral_commit import ScratchObjects, snapshot_worktrees

# `merge-tree --stdin` came with 2.39 (git's RelNotes/2.39.0).
_STDIN_SUPPORTED = (2, 39)
_PAIRS_PER_PROCESS = 20  # git merges a pair in one millisecond and starts in three
# Checks after which the scratch objects are deleted: each check adds about ten small files.
_CHECKS_PER_SCRATCH = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ComparedChamber:
    """A chamber to compare with others; `lands_on` is the ref that its work lands on, or HEAD.

    `base` is the commit that it began at, "" if unknown. Another clone's chamber has its published
    content as `commit`; that clone compares it with the base and with its own chambers.
    """

    id: str
    path: Path
    lands_on: str
    base: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class CheckedPairs:
    """The verdicts that git reached, and the `changed` chambers whose content is as before."""

    verdicts: Mapping[Pair, Verdict]
    unchanged: frozenset[str]


def pairs_of(chambers: Sequence[ComparedChamber]) -> list[Pair]:
    """Return the pairs of chambers that land on one ref, and each chamber with BASE, ids sorted.

    No pair has two chambers of other clones, and none of theirs is paired with BASE.
    """
    ordered = sorted(chambers, key=lambda chamber: chamber.id)
    both_chambers = [
        (first.id, second.id)
        for first, second in combinations(ordered, 2)
        if first.lands_on == second.lands_on and not (first.commit and second.commit)
    ]
    own = (chamber for chamber in ordered if not chamber.commit)
    return [*both_chambers, *((chamber.id, BASE) for chamber in own)]


class ConflictChecker:
    """Finds conflicts between chambers. Blocking, for one caller at a time; to be closed."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._scratch = ScratchObjects(
            repo.common_dir / "orchestra-radar", repo.common_dir / "objects"
        )
        self._snapshots: dict[str, str] = {}  # chamber: its commit
        self._verdicts: dict[Pair, Verdict] = {}  # key: the two commits
        self._dropped: dict[
            tuple[str, str, str], dict[str, str]
        ] = {}  # key: base, tip and snapshot
        self._checks = _CHECKS_PER_SCRATCH

    def close(self) -> None:
        """Delete all scratch files."""
        self._scratch.close()

    @property
    def snapshots(self) -> Mapping[str, str]:
        """The commit of each chamber as it was last seen."""
        return self._snapshots

    @property
    def env(self) -> Mapping[str, str]:
        """The environment in which git finds these commits."""
        return self._scratch.env

    def check(self, chambers: Sequence[ComparedChamber], changed: Collection[str]) -> CheckedPairs:
        """Check all pairs, after taking snapshots of changed chambers and of those without one.

        A chamber that git cannot read keeps its last snapshot; without one it has no verdicts.
        """
        with brief_programs():
            return self._check(chambers, changed)

    def _check(self, chambers: Sequence[ComparedChamber], changed: Collection[str]) -> CheckedPairs:
        changed = self._forget_gone(chambers, changed)
        before = dict(self._snapshots)
        self._take_snapshots(
            [
                chamber
                for chamber in chambers
                if not chamber.commit and (chamber.id in changed or chamber.id not in before)
            ]
        )
        self._snapshots |= {chamber.id: chamber.commit for chamber in chambers if chamber.commit}
        commits = self._commits_of_pairs(chambers)
        new_pairs = dict.fromkeys(pair for pair in commits.values() if pair not in self._verdicts)
        verdicts = self._verdicts | self._judge(list(new_pairs))
        self._verdicts = {pair: verdicts[pair] for pair in commits.values() if pair in verdicts}
        dropped = self._find_dropped(chambers, commits)
        return CheckedPairs(
            {
                ids: _with_dropped(verdicts[pair], dropped.get(ids, {}))
                for ids, pair in commits.items()
                if pair in verdicts
            },
            frozenset(
                chamber
                for chamber in changed
                if before.get(chamber) == self._snapshots.get(chamber)
            ),
        )

    def _forget_gone(
        self, chambers: Sequence[ComparedChamber], changed: Collection[str]
    ) -> Collection[str]:
        """Forget removed chambers, and now and then everything, since the scratch objects grow.

        Return the ids of the chambers that need a new snapshot.
        """
        ids = {chamber.id for chamber in chambers}
        self._snapshots = {key: commit for key, commit in self._snapshots.items() if key in ids}
        self._checks += 1
        if self._checks <= _CHECKS_PER_SCRATCH:
            return ids.intersection(changed)
        self._scratch.begin()
        self._checks = 0
        self._verdicts, self._snapshots = {}, {}
        return ids

    def _take_snapshots(self, chambers: Sequence[ComparedChamber]) -> None:
        by_file_name = {chamber.id.replace("/", "@"): chamber for chamber in chambers}
        paths = {name: chamber.path for name, chamber in by_file_name.items()}
        for name, commit in snapshot_worktrees(self._scratch, self._repo, paths).items():
            self._snapshots[by_file_name[name].id] = commit

    def _commits_of_pairs(self, chambers: Sequence[ComparedChamber]) -> dict[Pair, Pair]:
        """Return the commits of each pair whose two sides could be read, by ids."""
        lands_on = {chamber.id: chamber.lands_on for chamber in chambers}
        commits = {**self._snapshots, **self._tips(set(lands_on.values()))}
        pairs: dict[Pair, Pair] = {}
        for first, second in pairs_of(chambers):
            other_side = lands_on[first] if second == BASE else second
            if first in commits and other_side in commits:
                pairs[first, second] = (commits[first], commits[other_side])
        return pairs

    def _find_dropped(
        self, chambers: Sequence[ComparedChamber], commits: Mapping[Pair, Pair]
    ) -> dict[Pair, dict[str, str]]:
        """Return the files that the branch dropped since the chamber began, by pair with BASE."""
        keys: dict[Pair, tuple[str, str, str]] = {}
        for chamber in chambers:
            pair = (chamber.id, BASE)
            if chamber.base and pair in commits:
                snapshot, tip = commits[pair]
                keys[pair] = (chamber.base, tip, snapshot)
        self._dropped = {
            key: self._dropped[key]
            if key in self._dropped
            else dropped_files(self._repo, *key, env=self._scratch.env)
            for key in keys.values()
        }
        return {pair: self._dropped[key] for pair, key in keys.items()}

    def _tips(self, refs: Collection[str]) -> dict[str, str]:
        tips = {ref: self._repo.run("rev-parse", "--verify", "--quiet", ref) for ref in refs}
        return {ref: tip.out.strip() for ref, tip in tips.items() if tip.status == 0}

    def _judge(self, pairs: Sequence[Pair]) -> dict[Pair, Verdict]:
        """Merge all pairs in a few git processes; if one gives up, use a process per pair."""
        if not pairs:
            return {}
        if git_version() >= _STDIN_SUPPORTED:
            with ThreadPoolExecutor() as pool:
                shares = list(map_watched(pool, self._judge_together, _shares(pairs)))
            if all(shares):
                return {pair: verdict for share in shares for pair, verdict in share.items()}
        return dict(self._judge_one_by_one(pairs))

    def _judge_together(self, pairs: Sequence[Pair]) -> dict[Pair, Verdict]:
        """Merge all pairs in one process; return nothing if it gives up at one of them."""
        stdin = "".join(f"{first} {second}\n" for first, second in pairs)
        try:
            result = self._repo.run(
                "merge-tree", "--write-tree", "--stdin", "-z", stdin=stdin, env=self._scratch.env
            )
        except Refused as fault:
            _log.warning("chambers could not be compared: %s", fault)
            return {}
        if result.status:
            return {}
        verdicts = (Verdict(not merge.kinds, merge.kinds) for merge in parse_merges(result.out))
        return dict(zip(pairs, verdicts, strict=True))

    def _judge_one_by_one(self, pairs: Sequence[Pair]) -> Iterator[tuple[Pair, Verdict]]:
        for pair in pairs:
            try:
                kinds = merge_trees(self._repo, *pair, env=self._scratch.env).kinds
            except GitFailed as fault:
                if "unrelated histories" in str(fault):
                    yield pair, Verdict(merges=False)
                else:
                    _log.debug("git cannot merge two chambers: %s", fault)
            except Refused as fault:  # a merge driver hangs: it would again for the next pair
                _log.warning("chambers could not be compared: %s", fault)
                return
            else:
                yield pair, Verdict(not kinds, kinds)


def _with_dropped(verdict: Verdict, dropped: Mapping[str, str]) -> Verdict:
    return Verdict(merges=False, kinds={**dropped, **verdict.kinds}) if dropped else verdict


def _shares(pairs: Sequence[Pair]) -> list[Sequence[Pair]]:
    """Divide the pairs among the processors if there are enough for another process."""
    count = min(os.cpu_count() or 1, -(-len(pairs) // _PAIRS_PER_PROCESS))
    return [pairs[number::count] for number in range(count)]
