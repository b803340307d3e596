"""Judges what chambers hold whenever they rest: each alone, and those that pass together.

It takes what the conflict monitor has seen, uncommitted work included. One gate runs at a time, at
low priority and within a share of the time; a newer content of what is being judged ends it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from orchestra_core.configuration.trust import trusted_plan
from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import BASE, Chamber
from orchestra_core.names import split_chamber_id
from orchestra_core.wording.gates import AWAITED, BASE_RED, UNJUDGED, work_of
from orchestra_server.domain.chambers.chamber_lifecycle import gates_judged
from orchestra_server.domain.gates.culprits import Names, green_part
from orchestra_server.domain.gates.red_together import RedChambers
from orchestra_server.git.gates.merge_snapshots import merge_snapshots
from orchestra_server.git.gates.prepare_scratch import CommitToJudge
from orchestra_server.git.gates.scratch_worktree import is_wanted, sweep_scratch
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber
from orchestra_server.git.process.foreign_programs import ProgramWatch, watch_programs
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.usecases.common.record_chamber_values import (
    ChamberValue,
    record_chamber_values,
)
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.seen_work import SeenWork
from orchestra_server.usecases.gates.judge_tree import Judgement, TreeJudge, in_repository
from orchestra_server.usecases.gates.run_search import run_search
from orchestra_server.usecases.gates.tell_red_together import tell_red_together

_QUIET_SECONDS = 3.0  # since the last change of a chamber
_UNTRUSTED_SECONDS = 20.0  # until another look for a gate, while chambers are live
_FAULT_SECONDS = 60.0
_SOON = 1.0
_MOST_KEPT = 2_000
_LOCK = "orchestra-gates.lock"
_ACTOR = "orchestra"
_WHOLE = 100  # percent
_log = logging.getLogger(__name__)


class _WorkChangedError(Exception):
    """What was to be judged is no longer what the chambers hold, or somebody else comes first."""


def _verdict(chamber: Chamber) -> str:
    return chamber.verdict


_VERDICT = ChamberValue(_verdict, gates_judged)


@dataclass(frozen=True, slots=True)
class _LandingGroup:
    """Chambers that land on one branch, and where that is."""

    lands_on: str
    base: str
    chambers: tuple[ComparedChamber, ...]

    @property
    def branch(self) -> str:
        return self.lands_on.removeprefix("refs/heads/")


class GateRadar:
    """Follows what the conflict monitor sees, until cancelled."""

    def __init__(
        self, context: Context, share: Callable[[], int], quiet_seconds: float = _QUIET_SECONDS
    ) -> None:
        """`share` is asked how many percent of the time gates may run; 0 is never."""
        self._context = replace(context, actor=_ACTOR)
        self._share = share
        self._quiet_seconds = quiet_seconds
        self._work = SeenWork()
        self._changed_at: dict[str, float] = {}  # by chamber, in the loop's time
        self._wake_up = asyncio.Event()
        self._judging: frozenset[str] = frozenset()
        self._watch: ProgramWatch | None = None
        self._judgements: dict[tuple[str, str], Judgement] = {}  # key: the plan's digest, a commit
        self._merges: dict[tuple[str, ...], str] = {}  # what was merged, by the base and commits
        self._fault = ""
        self._pending = AWAITED  # the verdict while no gate has run; UNJUDGED while none can run
        self._unproven: dict[str, str] = {}  # by chamber: its record, where that is no gate's
        self._loop = asyncio.get_running_loop()

    @property
    def lock(self) -> Path:
        """The lock of the one process that does this for the clone."""
        return self._context.project.git_dir / _LOCK

    def see(self, work: SeenWork) -> None:
        """Take what the chambers hold now."""
        changed = {
            key for key, commit in work.commits.items() if self._work.commits.get(key) != commit
        }
        self._changed_at |= dict.fromkeys(changed, self._loop.time())
        if self._watch is not None and self._judging & changed:
            self._watch.stop.set()
        if work.env != self._work.env or len(self._merges) > _MOST_KEPT:
            self._merges, self._judgements = {}, {}
        self._work = work
        present = {chamber.id for chamber in work.chambers}
        self._unproven = {key: said for key, said in self._unproven.items() if key in present}
        self._wake_up.set()

    async def run(self) -> None:
        """Judge whenever something rests that is not judged yet."""
        await asyncio.to_thread(sweep_scratch, self._context.settings.state_dir)
        seconds: float | None = None
        while True:
            await self._wait(seconds)
            try:
                seconds = await self.look()
                self._fault, self._pending = "", AWAITED
            except _WorkChangedError:
                seconds = _SOON
            except (OrchestraError, OSError) as fault:
                seconds = _FAULT_SECONDS
                await self._tell(fault)

    async def _tell(self, fault: OrchestraError | OSError) -> None:
        """Log once why chambers are not judged; after a failed setup none awaits its gate."""
        if str(fault) == self._fault:
            return
        self._fault = str(fault)
        _log.warning("chambers are not judged: %s", fault)
        if isinstance(fault, Refused):
            self._pending = UNJUDGED
            awaiting = (chamber for chamber, said in self._unproven.items() if said == AWAITED)
            with suppress(OrchestraError):
                await self._record(dict.fromkeys(awaiting, UNJUDGED))

    async def _wait(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake_up.wait()
        except TimeoutError:
            pass
        self._wake_up.clear()

    async def look(self) -> float | None:
        """Judge what rests; return after how many seconds to look again, None for a change."""
        work, context = self._work, self._context
        if not work.chambers:
            return None
        project, state_dir = context.project, context.settings.state_dir
        plan = await asyncio.to_thread(
            trusted_plan, project.main_checkout, state_dir, project.git_dir
        )
        if plan is None or not plan.gates or not self._share():
            await self._record(dict.fromkeys((chamber.id for chamber in work.chambers), ""))
            return _UNTRUSTED_SECONDS
        resting, seconds = self._resting(work)
        restless = (chamber.id for chamber in work.chambers if chamber not in resting)
        await self._record(dict.fromkeys(restless, self._pending))
        repo = await asyncio.to_thread(open_repository, project.root)
        judge = TreeJudge(context=context, repo=repo, plan=plan, polite=True)
        groups = await asyncio.to_thread(_groups, repo, work.chambers, resting)
        recorded = dict[str, str]()
        for group in groups:
            recorded |= await self._record_known(judge, work, group)
        for group in groups:
            await self._judge_group(judge, work, group, recorded)
        return seconds

    def _resting(self, work: SeenWork) -> tuple[list[ComparedChamber], float | None]:
        """Return the chambers that have not changed for a while, and when the next will be."""
        now, resting, waits = self._loop.time(), list[ComparedChamber](), list[float]()
        for chamber in work.chambers:
            if chamber.id not in work.commits:
                continue
            remaining = self._changed_at[chamber.id] + self._quiet_seconds - now
            if remaining <= 0:
                resting.append(chamber)
            else:
                waits.append(remaining)
        return resting, min(waits, default=None)

    async def _record_known(
        self, judge: TreeJudge, work: SeenWork, group: _LandingGroup
    ) -> Mapping[str, str]:
        """Record what is known before a gate runs, so that no chamber keeps an outdated verdict."""
        commits = (group.base, *(work.commits[chamber.id] for chamber in group.chambers))
        digest = judge.plan.digest
        unknown = [commit for commit in commits if (digest, commit) not in self._judgements]
        await judge.read_trees(unknown, work.env)
        base = await self._known(judge, in_repository(judge.repo, group.base))
        verdicts = dict[str, str]()
        for chamber in group.chambers:
            snapshot = _snapshot(judge.repo, work.commits[chamber.id], work)
            verdicts[chamber.id] = self._verdict_of(await self._known(judge, snapshot), base)
        await self._record(verdicts)
        return verdicts

    async def _judge_group(
        self, judge: TreeJudge, work: SeenWork, group: _LandingGroup, recorded: Mapping[str, str]
    ) -> None:
        repo, itself = judge.repo, f"{group.branch} itself"
        base = await self._judge(judge, in_repository(repo, group.base), itself, {})
        passing = list[ComparedChamber]()
        for chamber in group.chambers:
            commit = work.commits[chamber.id]
            judgement = await self._judge(
                judge,
                _snapshot(repo, commit, work),
                work_of([_name(chamber.id)]),
                {chamber.id: commit},
            )
            verdict = self._verdict_of(judgement, base)
            if verdict != recorded[chamber.id]:
                await self._record({chamber.id: verdict})
            if judgement.passes:
                passing.append(chamber)
        if base.passes:  # else nobody is to blame
            red = await self._red_together(judge, work, group, passing)
            judged = [chamber.id for chamber in group.chambers]
            await tell_red_together(self._context, red, judged, group.branch)

    async def _red_together(
        self,
        judge: TreeJudge,
        work: SeenWork,
        group: _LandingGroup,
        passing: Sequence[ComparedChamber],
    ) -> list[RedChambers]:
        """Return the smallest sets of passing chambers that fail once they are merged."""
        judgements = dict[Names, Judgement]()

        async def passes(names: Names) -> bool:
            if not names:
                return True  # the base has passed
            commits = {name: work.commits[name] for name in names}
            merged = await asyncio.to_thread(
                merge_snapshots, judge.repo, group.base, [*commits.values()], work.env, self._merges
            )
            if not merged:
                return True
            whose = work_of([*map(_name, names)])
            snapshot = _snapshot(judge.repo, merged, work)
            judgements[names] = await self._judge(judge, snapshot, whose, commits)
            return judgements[names].passes

        parts = await run_search(green_part(_merging(work, passing)), passes)
        return [
            RedChambers(names, failed)
            for names in parts.red
            if names in judgements and (failed := judgements[names].failed)
        ]

    async def _judge(
        self, judge: TreeJudge, commit: CommitToJudge, whose: str, of: Mapping[str, str]
    ) -> Judgement:
        """Return the verdicts of a commit, which holds the commits `of` chambers; then rest."""
        is_past = any(self._work.commits.get(chamber) != held for chamber, held in of.items())
        if is_past and (judge.plan.digest, commit.commit) not in self._judgements:
            raise _WorkChangedError
        judgement = await self._known(judge, commit)
        if judgement.is_whole:
            return judgement
        begun = self._loop.time()
        judgement = await self._run(judge, commit, whose, frozenset(of))
        self._judgements[judge.plan.digest, commit.commit] = judgement
        if share := self._share():  # else the next look tells it
            await asyncio.sleep((self._loop.time() - begun) * (_WHOLE - share) / share)
        return judgement

    async def _known(self, judge: TreeJudge, commit: CommitToJudge) -> Judgement:
        """Return the verdicts of a commit that are known; the store is asked once for all."""
        key = (judge.plan.digest, commit.commit)
        if key in self._judgements:
            return self._judgements[key]
        judgement = await judge.known(commit)
        if judgement.is_whole:
            self._judgements[key] = judgement
        return judgement

    async def _run(
        self, judge: TreeJudge, commit: CommitToJudge, whose: str, judging: frozenset[str]
    ) -> Judgement:
        watch = ProgramWatch(lambda _waits_for, _seconds: None)
        self._watch, self._judging = watch, judging
        try:
            with watch_programs(watch):
                return await judge.judge(commit, whose)
        except Refused as fault:
            gives_way = is_wanted(judge.repo, self._context.settings.state_dir)
            if watch.stop.is_set() or gives_way:
                raise _WorkChangedError from fault
            raise
        finally:
            watch.stop.set()  # its thread may still run a command
            self._watch = None

    async def _record(self, values: Mapping[str, str]) -> None:
        """Record chambers' verdicts where the store has others; it is read only for these."""
        verdicts = {
            chamber: verdict
            for chamber, verdict in values.items()
            if self._unproven.get(chamber) != verdict
        }
        if not verdicts:
            return
        context = self._context
        state = await context.store.snapshot()
        await record_chamber_values(context.store, context.clock, state, _VERDICT, verdicts)
        for chamber, verdict in verdicts.items():
            self._unproven.pop(chamber, None)
            if verdict in ("", AWAITED, UNJUDGED):
                self._unproven[chamber] = verdict

    def _verdict_of(self, judgement: Judgement, base: Judgement) -> str:
        """Return a chamber's verdict; what fails as its branch does is not its own fault."""
        if not judgement.is_whole:
            return self._pending
        if judgement.failed is None:
            return "green"
        return BASE_RED if base.failed else judgement.failed.state


def _groups(
    repo: Repository, chambers: Sequence[ComparedChamber], resting: Sequence[ComparedChamber]
) -> list[_LandingGroup]:
    """Return the resting chambers by the branch that they land on. Blocking.

    A branch of which no chamber rests yet is among them: it is judged by itself before they are.
    """
    by_branch: dict[str, list[ComparedChamber]] = {c.lands_on: [] for c in chambers}
    for chamber in resting:
        by_branch[chamber.lands_on].append(chamber)
    return [
        _LandingGroup(lands_on, repo.resolve(lands_on), tuple(landing))
        for lands_on, landing in by_branch.items()
    ]


def _merging(work: SeenWork, passing: Sequence[ComparedChamber]) -> Names:
    """Return the chambers with work, without those that git cannot merge with an earlier one."""
    names = list[str]()
    for chamber in sorted(passing, key=lambda chamber: chamber.id):
        rivals = [(name, chamber.id) for name in names]
        fits = work.apart.isdisjoint([(chamber.id, BASE), *rivals])
        if fits and work.commits[chamber.id] != chamber.base:
            names.append(chamber.id)
    return tuple(names)


def _snapshot(repo: Repository, commit: str, work: SeenWork) -> CommitToJudge:
    """Return a commit whose objects may be among those of the conflict monitor."""
    own = repo.common_dir / "objects"
    scratch = work.env.get("GIT_OBJECT_DIRECTORY", "")
    return CommitToJudge(commit, (Path(scratch), own) if scratch else (own,), work.env)


def _name(chamber_id: str) -> str:
    return split_chamber_id(chamber_id).name
