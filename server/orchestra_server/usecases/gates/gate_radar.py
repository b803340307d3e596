"""Judges the content of chambers at rest: each alone, and those that pass together.

It takes what the conflict monitor has seen, uncommitted work included. From a change until it
passes, a chamber's work is recorded as not proven.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from orchestra_core.configuration.gate_plan import GatePlan
from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import BASE
from orchestra_core.names import split_chamber_id
from orchestra_core.wording.gates import AWAITED, BASE_RED, UNJUDGED, work_of
from orchestra_server.domain.gates.find_red_set import Names, green_part
from orchestra_server.domain.gates.red_set import RedSet
from orchestra_server.domain.gates.tree_judgement import Judgement
from orchestra_server.git.gates.prepare_scratch import CommitToJudge
from orchestra_server.git.gates.scratch_worktree import sweep_scratch
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.watch.named_files import file_changes
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.observed_work import ObservedWork
from orchestra_server.usecases.gates.background_judge import BackgroundJudge, WorkChangedError
from orchestra_server.usecases.gates.chamber_verdicts import ChamberVerdicts
from orchestra_server.usecases.gates.current_gate import (
    CurrentGate,
    gate_files,
    read_current_gate,
)
from orchestra_server.usecases.gates.judge_tree import TreeJudge, in_repository
from orchestra_server.usecases.gates.run_search import run_search
from orchestra_server.usecases.gates.tell_red_set import tell_red_set

_QUIET_SECONDS = 3.0  # seconds since the last change of a chamber
# Seconds until the next check for another gate, if the system does not report changes of files.
_GATE_SECONDS = 2.0
_LANDINGS_SECONDS = 20.0  # seconds until another look, if only landings run gates
_FAULT_SECONDS = 60.0
_SOON = 1.0
_LOCK = "orchestra-gates.lock"
_ACTOR = "orchestra"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _LandingGroup:
    """Chambers that land on one branch, the resting ones among them, and the branch's commit."""

    lands_on: str
    base: str
    chambers: tuple[ComparedChamber, ...]
    resting: tuple[ComparedChamber, ...]

    @property
    def branch(self) -> str:
        return self.lands_on.removeprefix("refs/heads/")


class GateRadar:
    """Follows what the conflict monitor sees, until cancelled."""

    def __init__(
        self, context: Context, share: Callable[[], int], quiet_seconds: float = _QUIET_SECONDS
    ) -> None:
        """`share` returns the percentage of time in which gates may run; 0 means never."""
        self._context = replace(context, actor=_ACTOR)
        self._share = share
        self._quiet_seconds = quiet_seconds
        self._work = ObservedWork()
        self._changed_at: dict[str, float] = {}  # by chamber, in the event loop's time
        self._unmarked = set[str]()  # chambers whose recorded verdict is about other content
        self._wake_up = asyncio.Event()
        self._has_work = asyncio.Event()
        self._judge = BackgroundJudge(self._context, share, self._holds)
        self._verdicts = ChamberVerdicts(self._context, self._holds)
        self._gate = CurrentGate()
        self._repo: Repository | None = None
        self._fault = ""
        self._cannot_run = False  # True since a setup failed
        self._loop = asyncio.get_running_loop()

    @property
    def lock(self) -> Path:
        """The lock of the one process that does this for the clone."""
        return self._context.project.git_dir / _LOCK

    async def see(self, work: ObservedWork) -> None:
        """Take what the chambers hold now; changed work is no longer proven."""
        changed = {key for key, commit in work.commits.items() if self._holds(key) != commit}
        self._changed_at |= dict.fromkeys(changed, self._loop.time())
        self._judge.work_changed(changed)
        if work.env != self._work.env:
            self._judge.forget()
        self._work = work
        if work.commits:
            self._has_work.set()
        else:
            self._has_work.clear()
        self._unmarked |= changed
        with suppress(OrchestraError, OSError):  # the next look marks it, and reports what is wrong
            await self._mark(await self._read_gate())
        self._wake_up.set()

    async def run(self) -> None:
        """Judge whenever there is something at rest that is not judged yet."""
        await asyncio.to_thread(sweep_scratch, self._context.settings.state_dir)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_gate())
            group.create_task(self._judge_repeatedly())

    async def _watch_gate(self) -> None:
        """Judge again when the gate, or the trust in it, has changed."""
        project, state_dir = self._context.project, self._context.settings.state_dir
        if sys.platform == "linux":
            with suppress(OSError):  # no watch is left
                async with aclosing(
                    file_changes(lambda: gate_files(project, state_dir))
                ) as changes:
                    async for _ in changes:
                        await self._look_at_gate()
        while True:
            await self._has_work.wait()
            await asyncio.sleep(_GATE_SECONDS)
            await self._look_at_gate()

    async def _look_at_gate(self) -> None:
        former = self._gate.key
        with suppress(OrchestraError, OSError):  # the next look reports what is wrong
            if self._work.commits and (await self._read_gate()).key != former:
                self._wake_up.set()

    async def _judge_repeatedly(self) -> None:
        seconds: float | None = None
        while True:
            try:
                await self._wait(seconds)
                seconds = await self.look()
                self._fault, self._cannot_run = "", False
            except WorkChangedError:
                seconds = _SOON
            except (OrchestraError, OSError) as fault:
                seconds = _FAULT_SECONDS
                await self._tell(fault)

    def _holds(self, chamber: str) -> str | None:
        return self._work.commits.get(chamber)

    async def _read_gate(self) -> CurrentGate:
        """Return the current gate; if it has changed, all verdicts belong to the former one."""
        project, state_dir = self._context.project, self._context.settings.state_dir
        gate = await asyncio.to_thread(read_current_gate, project, state_dir, self._share())
        if gate.key != self._gate.key:
            self._gate = gate
            self._unmarked |= self._work.commits.keys()
        return gate

    async def _mark(self, gate: CurrentGate) -> None:
        """Record, for changed chambers, what is known about their new content."""
        work, changed = self._work, self._unmarked & self._work.commits.keys()
        if not changed:
            return
        commits = {chamber: work.commits[chamber] for chamber in changed}
        verdicts = dict.fromkeys(changed, self._unproven())
        if gate.plan is not None:
            judge = await self._tree_judge(gate.plan)
            judgements = await self._known(judge, work, commits)
            verdicts |= {key: "green" for key, judgement in judgements.items() if judgement.passes}
        await self._verdicts.record(verdicts, commits)
        self._unmarked -= {key for key in changed if self._holds(key) == commits[key]}

    def _unproven(self) -> str:
        said = self._gate.unproven
        return UNJUDGED if said == AWAITED and self._cannot_run else said

    async def _tree_judge(self, plan: GatePlan) -> TreeJudge:
        if self._repo is None:
            self._repo = await asyncio.to_thread(open_repository, self._context.project.root)
        trees = self._judge.trees
        return TreeJudge(
            context=self._context, repo=self._repo, plan=plan, low_priority=True, trees=trees
        )

    async def _tell(self, fault: OrchestraError | OSError) -> None:
        """Log once why chambers are not judged; after a failed setup no chamber awaits its gate."""
        if str(fault) == self._fault:
            return
        self._fault = str(fault)
        _log.warning("chambers are not judged: %s", fault)
        if isinstance(fault, Refused):
            self._cannot_run = True
            with suppress(OrchestraError):
                await self._verdicts.replace(AWAITED, UNJUDGED)

    async def _wait(self, seconds: float | None) -> None:
        """Wait for a change of work or of the gate, at most this many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake_up.wait()
        self._wake_up.clear()

    async def look(self) -> float | None:
        """Judge what rests; return the seconds until the next look, None to wait for a change."""
        work = self._work
        if not work.chambers:
            return None
        gate = await self._read_gate()
        await self._mark(gate)
        if gate.plan is None:
            if gate.unproven:
                await self._verdicts.record(
                    dict.fromkeys(work.commits, gate.unproven), work.commits
                )
            return None
        resting, seconds = self._resting(work)
        judge = await self._tree_judge(gate.plan)
        groups = await asyncio.to_thread(_groups, judge.repo, work.chambers, resting)
        recorded = dict[str, str]()
        for group in groups:
            recorded |= await self._record_known(judge, work, group)
        if not self._share():
            return _LANDINGS_SECONDS
        for group in groups:
            await self._judge_group(judge, work, group, recorded)
        return seconds

    def _resting(self, work: ObservedWork) -> tuple[frozenset[str], float | None]:
        """Return the chambers that have not changed for a while, and when the next will be."""
        now, resting, waits = self._loop.time(), set[str](), list[float]()
        for chamber in work.commits:
            remaining = self._changed_at[chamber] + self._quiet_seconds - now
            if remaining <= 0:
                resting.add(chamber)
            else:
                waits.append(remaining)
        return frozenset(resting), min(waits, default=None)

    async def _record_known(
        self, judge: TreeJudge, work: ObservedWork, group: _LandingGroup
    ) -> Mapping[str, str]:
        """Record what is known before a gate runs, so that no chamber keeps an outdated verdict."""
        commits = {chamber.id: work.commits[chamber.id] for chamber in group.chambers}
        judgements = await self._known(judge, work, {BASE: group.base, **commits})
        base = judgements.pop(BASE)
        verdicts = {key: self._verdict_of(of_one, base) for key, of_one in judgements.items()}
        await self._verdicts.record(verdicts, commits)
        return verdicts

    async def _known(
        self, judge: TreeJudge, work: ObservedWork, commits: Mapping[str, str]
    ) -> dict[str, Judgement]:
        """Return what is known about commits, by the same names."""
        await self._judge.read_trees(judge, [*commits.values()], work.env)
        snapshots = [_snapshot(judge.repo, commit, work) for commit in commits.values()]
        return dict(zip(commits, await self._judge.known_of(judge, snapshots), strict=True))

    async def _judge_group(
        self,
        judge: TreeJudge,
        work: ObservedWork,
        group: _LandingGroup,
        recorded: Mapping[str, str],
    ) -> None:
        itself = f"{group.branch} itself"
        base = await self._judge.judge(judge, in_repository(judge.repo, group.base), itself, {})
        passing = list[ComparedChamber]()
        ahead = [self._merge(judge, work, group)] if base.passes else []
        meanwhile = [*map(asyncio.create_task, ahead)]
        try:
            for chamber in group.resting:
                commit = work.commits[chamber.id]
                snapshot, whose = _snapshot(judge.repo, commit, work), work_of([_name(chamber.id)])
                judgement = await self._judge.judge(judge, snapshot, whose, {chamber.id: commit})
                verdict = self._verdict_of(judgement, base)
                if verdict != recorded[chamber.id]:  # while the next one is being judged
                    record = self._verdicts.record({chamber.id: verdict}, {chamber.id: commit})
                    meanwhile.append(asyncio.create_task(record))
                if judgement.passes:
                    passing.append(chamber)
        finally:
            await asyncio.gather(*meanwhile)
        if base.passes:  # otherwise nobody is to blame
            red = await self._find_red_sets(judge, work, group, passing)
            judged = [chamber.id for chamber in group.resting]
            await tell_red_set(self._context, red, judged, group.branch)

    async def _merge(self, judge: TreeJudge, work: ObservedWork, group: _LandingGroup) -> None:
        """Merge what rests in advance, because it will probably pass."""
        commits = [work.commits[name] for name in _merging(work, group.resting)]
        with suppress(OrchestraError, OSError):  # whoever asks for the merge will see the failure
            await self._judge.merged(judge, group.base, commits, work.env)

    async def _find_red_sets(
        self,
        judge: TreeJudge,
        work: ObservedWork,
        group: _LandingGroup,
        passing: Sequence[ComparedChamber],
    ) -> list[RedSet]:
        """Return the smallest sets of passing chambers that fail once merged."""
        judgements = dict[Names, Judgement]()

        async def passes(names: Names) -> bool:
            if not names:
                return True  # the base has passed
            commits = {name: work.commits[name] for name in names}
            merged = await self._judge.merged(judge, group.base, [*commits.values()], work.env)
            if not merged:
                return True
            whose = work_of([*map(_name, names)])
            snapshot = _snapshot(judge.repo, merged, work)
            judgements[names] = await self._judge.judge(judge, snapshot, whose, commits)
            return judgements[names].passes

        parts = await run_search(green_part(_merging(work, passing)), passes)
        return [
            RedSet(names, failed)
            for names in parts.red
            if names in judgements and (failed := judgements[names].failed)
        ]

    def _verdict_of(self, judgement: Judgement, base: Judgement) -> str:
        """Return a chamber's verdict; a failure that its branch has too is not its own fault."""
        if not judgement.is_whole:
            return self._unproven()
        if judgement.failed is None:
            return "green"
        return BASE_RED if base.failed else judgement.failed.state


def _groups(
    repo: Repository, chambers: Sequence[ComparedChamber], resting: Collection[str]
) -> list[_LandingGroup]:
    """Return the chambers by the branch they land on. Blocking."""
    by_branch: dict[str, list[ComparedChamber]] = {}
    for chamber in chambers:
        by_branch.setdefault(chamber.lands_on, []).append(chamber)
    return [
        _LandingGroup(
            lands_on,
            repo.resolve(lands_on),
            tuple(landing),
            tuple(chamber for chamber in landing if chamber.id in resting),
        )
        for lands_on, landing in by_branch.items()
    ]


def _merging(work: ObservedWork, passing: Sequence[ComparedChamber]) -> Names:
    """Return the chambers with work, without those that git cannot merge with an earlier one."""
    names = list[str]()
    for chamber in sorted(passing, key=lambda chamber: chamber.id):
        rivals = [(name, chamber.id) for name in names]
        fits = work.apart.isdisjoint([(chamber.id, BASE), *rivals])
        if fits and work.commits[chamber.id] != chamber.base:
            names.append(chamber.id)
    return tuple(names)


def _snapshot(repo: Repository, commit: str, work: ObservedWork) -> CommitToJudge:
    """Return a commit whose objects may be in the conflict monitor's object directory."""
    own = repo.common_dir / "objects"
    scratch = work.env.get("GIT_OBJECT_DIRECTORY", "")
    return CommitToJudge(commit, (Path(scratch), own) if scratch else (own,), work.env)


def _name(chamber_id: str) -> str:
    return split_chamber_id(chamber_id).name
