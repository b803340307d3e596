"""Proves a landing by the gates: its tree passes, or some of its chambers fail together."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_core.configuration.trust import read_trust, trust_state, trusted_plan
from orchestra_core.errors import Refused
from orchestra_core.gates.gate_verdict import GateVerdict
from orchestra_core.models import OPERATOR, Chamber, Task
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.wording.gates import GATES_FIRST, fails_together, work_of
from orchestra_server.domain.gates.find_red_set import Names, green_part
from orchestra_server.domain.gates.red_set import RedSet
from orchestra_server.domain.gates.tree_judgement import Judgement
from orchestra_server.domain.gates.verdicts import overruled
from orchestra_server.git.gates.gate_subject import tree_of
from orchestra_server.git.merge.merge import ChamberBranch
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.completion.merge_and_land import (
    PreparedLanding,
    merge_branches,
    tip_of,
)
from orchestra_server.usecases.gates.judge_tree import TreeJudge, in_repository
from orchestra_server.usecases.gates.run_search import run_search


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Which trees may land, which chambers pass together, and which fail together."""

    trees: frozenset[str]
    green: Names = ()
    red: tuple[RedSet, ...] = ()


async def landing_judge(context: Context, repo: Repository, *, confirmed: bool) -> TreeJudge | None:
    """Return the judge for landings in a repository; None if no trusted gate is configured.

    Raises Refused if a trusted gate has changed or cannot be read, unless the operator has
    confirmed that the work lands anyway.
    """
    plan = await asyncio.to_thread(read_gate_plan, repo.top)
    if plan.file is None:
        return None
    record = read_trust(context.settings.state_dir, repo.common_dir)
    state = trust_state(plan, record)
    if record.digests and not (confirmed and context.actor == OPERATOR):
        if plan.faults:
            raise Refused(f"{'; '.join(plan.faults)}; nothing lands until the gate can be read")
        if state == "changed":
            raise Refused(
                f"{plan.file} names other commands than those that were trusted, and none of them "
                "runs; see them with 'orchestra trust', then land again"
            )
    if state != "trusted" or plan.faults or not plan.gates:
        return None
    return TreeJudge(context=context, repo=repo, plan=plan)


@dataclass(slots=True, kw_only=True)
class LandingProver:
    """Judges sets of a landing's chambers, each set once."""

    judge: TreeJudge
    task: Task
    branches: Sequence[ChamberBranch]
    bases: Mapping[str, str]
    judgements: dict[Names, Judgement] = field(default_factory=dict[Names, Judgement])

    async def prove(
        self, landing: PreparedLanding, *, confirmed: bool, again: bool = False
    ) -> Proof:
        """Return what the gates say about a landing; run those without a verdict.

        With `again`, failed gates run once more; one that passes then is flaky, and no chamber is
        to blame.

        Work that is known to fail lands anyway if the operator, after being told, has confirmed it.
        Raises Refused if a gate cannot run.
        """
        whole = in_repository(self.judge.repo, landing.commit)
        recorded = await self.judge.known(whole)
        if recorded.failed and confirmed and not again and self.judge.context.actor == OPERATOR:
            await self._overrule(recorded.failed)
            return Proof(trees=frozenset({recorded.tree}), green=landing.order)
        judgement = await self.judge.judge(whole, work_of(landing.order), again=again)
        if judgement.failed and judgement.failed.state == "flaky":
            return Proof(trees=frozenset(), red=(RedSet(landing.order, judgement.failed),))
        self.judgements[landing.order] = judgement
        parts = await run_search(green_part(landing.order), self._passes)
        trees = {judgement.tree for judgement in self.judgements.values() if judgement.passes}
        red = tuple(RedSet(names, failed) for names in parts.red if (failed := self._failed(names)))
        return Proof(trees=frozenset(trees), green=parts.green, red=red)

    async def _passes(self, names: Names) -> bool:
        """Tell whether a set of chambers passes; one that cannot be merged is not known to fail."""
        if names not in self.judgements:
            commit = await asyncio.to_thread(self._merged, names)
            if not commit:
                return True
            judged_commit = in_repository(self.judge.repo, commit)
            self.judgements[names] = await self.judge.judge(judged_commit, work_of(names))
        return self.judgements[names].passes

    def _merged(self, names: Names) -> str:
        """Return a commit that merges these chambers into the base, "" for a conflict. Blocking."""
        repo = self.judge.repo
        if not names:
            return tip_of(repo, self.task)
        branches = [branch for branch in self.branches if branch.chamber in names]
        merged = merge_branches(
            repo, self.task, branches, self.bases, "", partial=False, trial=True
        )
        return "" if merged.conflicts else merged.commit

    def _failed(self, names: Names) -> GateVerdict | None:
        judgement = self.judgements.get(names)
        return judgement.failed if judgement else None

    async def _overrule(self, verdict: GateVerdict) -> None:
        context = self.judge.context

        async def decide(_reads: Reads) -> Decision[None]:
            at, actor = context.clock(), context.actor
            return Decision(None, overruled(verdict, task_id=self.task.id, actor=actor, at=at))

        await run_transaction(context.store, decide)


async def untested_note(context: Context, repo: Repository) -> str:
    """Return a sentence if there is an untrusted gate, so that nothing ran; else ""."""
    plan = await asyncio.to_thread(read_gate_plan, repo.top)
    if not plan.gates:
        return ""
    record = read_trust(context.settings.state_dir, repo.common_dir)
    if trust_state(plan, record) != "new":
        return ""
    return f"no gate has run: {plan.file} is not trusted; 'orchestra trust' shows what it would run"


async def is_proven(repo: Repository, commit: str, proof: Proof) -> bool:
    """Tell whether exactly the tree of a commit may land."""
    return await asyncio.to_thread(tree_of, repo, commit) in proof.trees


async def known_judgement(context: Context, repo: Repository, commit: str) -> Judgement | None:
    """Return what is known about a commit's tree; None if no trusted gate is configured."""
    state_dir = context.settings.state_dir
    plan = await asyncio.to_thread(trusted_plan, repo.top, state_dir, repo.common_dir)
    if plan is None or not plan.gates:
        return None
    judge = TreeJudge(context=context, repo=repo, plan=plan)
    return await judge.known(in_repository(repo, commit))


def unjudged_note(state: ProjectState, chambers: Sequence[Chamber]) -> str:
    """Return a note on work that the gates have judged only partly or not at all."""
    parts = list[str]()
    if alone := [chamber.name for chamber in chambers if chamber.verdict in ("red", "flaky")]:
        parts.append(f"{' and '.join(alone)} {'fails' if len(alone) == 1 else 'fail'} alone")
    if together := names_failing_together(state, chambers):
        parts.append(f"{' and '.join(together)} fail together")
    so_far = f"; known so far: {', '.join(parts)}" if parts else ""
    return f"{GATES_FIRST}, which have not judged exactly this work{so_far}"


def names_failing_together(state: ProjectState, chambers: Sequence[Chamber]) -> list[str]:
    """Return the names of the chambers that are known to fail a gate together."""
    names = {chamber.id: chamber.name for chamber in chambers}
    red = [
        conflict
        for conflict in state.conflicts.values()
        if fails_together(conflict)
        and not conflict.is_over
        and all(side in names for side in conflict.between)
    ]
    return [name for key, name in names.items() if any(key in conflict.between for conflict in red)]
