"""Judges what chambers hold in the background: one gate at a time, within a share of the time.

A gate is ended when the content that it judges changes, and when somebody waits for another gate.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from orchestra_core.errors import Refused
from orchestra_server.domain.gates.tree_judgement import Judgement
from orchestra_server.git.gates.merge_snapshots import merge_snapshots
from orchestra_server.git.gates.prepare_scratch import CommitToJudge
from orchestra_server.git.gates.scratch_worktree import is_wanted
from orchestra_server.git.process.foreign_programs import ProgramWatch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.run_watched import run_watched
from orchestra_server.usecases.gates.judge_tree import TreeJudge

_MOST_KEPT = 2_000  # remembered trees and merges
_WHOLE = 100  # percent


class WorkChangedError(Exception):
    """The chambers no longer hold what was to be judged, or somebody else comes first."""


class BackgroundJudge:
    """Keeps what was judged and merged; `holds` returns the commit that a chamber holds now."""

    def __init__(
        self, context: Context, share: Callable[[], int], holds: Callable[[str], str | None]
    ) -> None:
        """`share` returns the percentage of time in which gates may run."""
        self._context = context
        self._share = share
        self._holds = holds
        self._judging: frozenset[str] = frozenset()
        self._watch: ProgramWatch | None = None
        self._judgements: dict[tuple[str, str], Judgement] = {}  # by the plan's digest and a commit
        self._merges: dict[tuple[str, ...], str] = {}  # merges, by the base and the commits
        self.trees: dict[str, str] = {}  # by commit

    def work_changed(self, chambers: Collection[str]) -> None:
        """End the running gate if it judges what one of these chambers no longer holds."""
        if self._watch is not None and not self._judging.isdisjoint(chambers):
            self._watch.stop.set()

    def forget(self) -> None:
        """Forget everything: git no longer has the commits."""
        self._merges, self._judgements, self.trees = {}, {}, {}

    async def read_trees(
        self, judge: TreeJudge, commits: Sequence[str], env: Mapping[str, str]
    ) -> None:
        """Read, with one git process, the trees of the commits that are not judged yet."""
        if len(self.trees) > _MOST_KEPT:
            self.trees.clear()
        digest = judge.plan.digest
        unknown = [commit for commit in commits if (digest, commit) not in self._judgements]
        await judge.read_trees(unknown, env)

    async def merged(
        self, judge: TreeJudge, base: str, commits: Sequence[str], env: Mapping[str, str]
    ) -> str:
        """Return a commit that merges these into the base, "" for a conflict; read its tree."""
        if len(self._merges) > _MOST_KEPT:
            self._merges = {}
        merged = await asyncio.to_thread(
            merge_snapshots, judge.repo, base, commits, env, self._merges
        )
        if merged:
            await self.read_trees(judge, [merged], env)
        return merged

    async def known_of(self, judge: TreeJudge, commits: Sequence[CommitToJudge]) -> list[Judgement]:
        """Return the known verdicts on commits; the store is asked once for all."""
        digest = judge.plan.digest
        unread = [each for each in commits if (digest, each.commit) not in self._judgements]
        read = dict(
            zip((each.commit for each in unread), await judge.known_of(unread), strict=True)
        )
        for commit, judgement in read.items():
            if judgement.is_whole:
                self._judgements[digest, commit] = judgement
        return [
            self._judgements.get((digest, each.commit)) or read[each.commit] for each in commits
        ]

    async def judge(
        self, judge: TreeJudge, commit: CommitToJudge, whose: str, of: Mapping[str, str]
    ) -> Judgement:
        """Return the verdicts on a commit, which contains the commits `of` chambers; then rest.

        Raises WorkChangedError if they now hold other commits, or if somebody else comes first.
        """
        key = (judge.plan.digest, commit.commit)
        if key in self._judgements:
            return self._judgements[key]
        if any(self._holds(chamber) != held for chamber, held in of.items()):
            raise WorkChangedError
        loop = asyncio.get_running_loop()
        begun = loop.time()
        judgement = await self._run(judge, commit, whose, frozenset(of))
        self._judgements[key] = judgement
        if share := self._share():  # otherwise the next look reports it
            await asyncio.sleep((loop.time() - begun) * (_WHOLE - share) / share)
        return judgement

    async def _run(
        self, judge: TreeJudge, commit: CommitToJudge, whose: str, judging: frozenset[str]
    ) -> Judgement:
        watch = ProgramWatch()
        self._watch, self._judging = watch, judging
        try:
            return await run_watched(judge.judge(commit, whose), watch)
        except Refused as fault:
            gives_way = is_wanted(judge.repo, self._context.settings.state_dir)
            if watch.stop.is_set() or gives_way:
                raise WorkChangedError from fault
            raise
        finally:
            self._watch = None
