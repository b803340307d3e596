"""Judges a tree by a repository's gates: by known verdicts, or else by running the gates."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from orchestra_core.configuration.gate_plan import Gate, GatePlan
from orchestra_core.gates.gate_verdict import GateVerdict, verdict_id
from orchestra_core.store.reads import Reads
from orchestra_core.text import clean
from orchestra_server.domain.chambers.chamber_ports import as_environment
from orchestra_server.domain.gates.output_excerpt import output_excerpt
from orchestra_server.domain.gates.tree_judgement import Contents, Judgement, judgement_of
from orchestra_server.domain.gates.verdicts import judged
from orchestra_server.git.gates.gate_subject import content_of, tree_of, trees_of
from orchestra_server.git.gates.prepare_scratch import CommitToJudge, prepare_scratch
from orchestra_server.git.gates.scratch_worktree import ScratchWorktree, is_wanted, take_scratch
from orchestra_server.git.process.foreign_programs import submit_watched
from orchestra_server.git.process.run_command import run_command
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.gates.ask_daemon_to_judge import DaemonToJudge, JudgeCommand
from orchestra_server.usecases.gates.prepare_chambers import gate_ports

_ACTOR = "orchestra"


@dataclass(frozen=True, slots=True)
class _GateRun:
    gate: Gate
    identifier: str  # of the verdict
    tree: str
    whose: str
    again: bool = False  # even if it is known to fail

    @property
    def waits_for(self) -> str:
        return f"gate {self.gate.name!r} on {self.whose}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeJudge:
    """Judges trees of one clone by its trusted gates; with `low_priority`, others go first."""

    context: Context
    repo: Repository
    plan: GatePlan
    low_priority: bool = False
    trees: dict[str, str] = field(default_factory=dict[str, str])  # by commit
    daemon: DaemonToJudge = field(default_factory=DaemonToJudge)

    async def known(self, judged_commit: CommitToJudge) -> Judgement:
        """Return what is known about a commit's tree; runs nothing."""
        (judgement,) = await self.known_of([judged_commit])
        return judgement

    async def known_of(self, judged_commits: Sequence[CommitToJudge]) -> list[Judgement]:
        """Return what is known about several commits' trees; the store is asked once for all."""
        contents = [await self._contents(judged_commit) for judged_commit in judged_commits]
        ids = [identifier for content in contents for identifier in content.verdict_ids]
        read = await self.context.store.read(lambda reads: reads.verdicts(ids))
        verdicts = dict(zip(ids, read, strict=True))
        return [judgement_of(content, verdicts) for content in contents]

    async def judge(
        self, judged_commit: CommitToJudge, whose: str, *, again: bool = False
    ) -> Judgement:
        """Return the verdicts on a commit's tree; run the gates without one.

        With `again`, a failed gate runs once more; if it passes now, it is flaky.

        `whose` says in words whose work it is. Raises Refused if the setup fails or the caller gave
        up; nothing is recorded then.
        """
        if self.context.asks_daemon and not judged_commit.env:
            judgement = await self.known(judged_commit)
            if judgement.is_whole and not (again and judgement.is_red):
                return judgement
            command = JudgeCommand(
                root=str(self.repo.top),
                commit=judged_commit.commit,
                plan=self.plan.digest,
                whose=whose,
                again=again,
            )
            if await self.daemon.judge(self.context, command):
                judgement, again = await self.known(judged_commit), False
                if judgement.is_whole:
                    return judgement
        return await self._judgement(judged_commit, whose, again=again)

    async def read_trees(self, commits: Sequence[str], env: Mapping[str, str]) -> None:
        """Read the trees of several commits at once, because they will be asked for next."""
        unread = [commit for commit in dict.fromkeys(commits) if commit not in self.trees]
        self.trees.update(await asyncio.to_thread(trees_of, self.repo, unread, env))

    async def _judgement(
        self, judged_commit: CommitToJudge, whose: str, *, again: bool = False
    ) -> Judgement:
        """Return the verdicts on a commit, from the store or by running the gates."""
        contents, verdicts = await self._contents(judged_commit), list[GateVerdict]()
        for gate, identifier in zip(self.plan.gates, contents.verdict_ids, strict=True):
            verdict = await self._read(identifier)
            if verdict is None or (again and verdict.state == "red"):
                run = _GateRun(gate, identifier, contents.tree, whose, again=again)
                verdict = await self._run(run, judged_commit)
            verdicts.append(verdict)
            if not verdict.passes:
                break
        return Judgement(contents.tree, tuple(verdicts), is_whole=True)

    async def _contents(self, judged_commit: CommitToJudge) -> Contents:
        tree = await self._tree(judged_commit)
        subjects = [await self._subject(gate, judged_commit, tree) for gate in self.plan.gates]
        digests = map(self.plan.gate_digest, self.plan.gates)
        return Contents(tree, tuple(map(verdict_id, subjects, digests)))

    async def _tree(self, judged_commit: CommitToJudge) -> str:
        commit = judged_commit.commit
        if commit not in self.trees:
            self.trees[commit] = await asyncio.to_thread(
                tree_of, self.repo, commit, judged_commit.env
            )
        return self.trees[commit]

    async def _subject(self, gate: Gate, judged_commit: CommitToJudge, tree: str) -> str:
        if not gate.paths:
            return tree
        return await asyncio.to_thread(
            content_of, self.repo, judged_commit.commit, gate.paths, judged_commit.env
        )

    async def _read(self, identifier: str) -> GateVerdict | None:
        return await self.context.store.read(lambda reads: reads.verdict(identifier))

    async def _run(self, run: _GateRun, judged_commit: CommitToJudge) -> GateVerdict:
        async with self._scratch(run.waits_for) as (scratch, thread):
            recorded = await self._read(run.identifier)  # another process may have judged it
            if recorded is not None and not (run.again and recorded.state == "red"):
                return recorded
            env = as_environment(await self._ports())
            running = submit_watched(thread, lambda: self._run_in(scratch, run, judged_commit, env))
            fresh = await asyncio.wrap_future(running)
            return await self._record(fresh)  # before the next one may look

    async def _record(self, fresh: GateVerdict) -> GateVerdict:
        async def decide(reads: Reads) -> Decision[GateVerdict]:
            verdict, change = judged(await reads.verdict(fresh.id), fresh, _ACTOR)
            return Decision(verdict, change)

        return await run_transaction(self.context.store, decide)

    @asynccontextmanager
    async def _scratch(
        self, waits_for: str
    ) -> AsyncGenerator[tuple[ScratchWorktree, ThreadPoolExecutor]]:
        """Hold the scratch worktree, and yield it with the thread that works in it.

        If the caller is cancelled, the worktree is held until that thread has ended the gate.
        """
        state_dir = self.context.settings.state_dir
        taking = take_scratch(
            self.repo, state_dir, waits_for=waits_for, low_priority=self.low_priority
        )
        scratch = await asyncio.to_thread(taking.__enter__)
        thread, is_cancelled = ThreadPoolExecutor(max_workers=1), False
        try:
            yield scratch, thread
        except asyncio.CancelledError:
            is_cancelled = True
            raise
        finally:
            thread.submit(taking.__exit__, None, None, None)
            thread.shutdown(wait=not is_cancelled)

    async def _ports(self) -> tuple[str, ...]:
        """Return ports that the gate may use while it runs."""
        return await self.context.store.read(lambda reads: gate_ports(reads, self.plan.ports))

    def _run_in(
        self,
        scratch: ScratchWorktree,
        run: _GateRun,
        judged_commit: CommitToJudge,
        env: Mapping[str, str],
    ) -> GateVerdict:
        """Prepare the worktree and run the gate in it. Blocking; raises Refused."""
        prepare_scratch(
            scratch, self.plan.setup, judged_commit, low_priority=self.low_priority, env=env
        )
        ended = run_command(
            run.gate.command,
            scratch.path,
            waits_for=run.waits_for,
            seconds=run.gate.timeout,
            env=env,
            low_priority=self.low_priority,
            alone=True,
            gives_way=self._gives_way,
        )
        if ended.fills:
            scratch.delete()
        printed = clean(ended.output).replace(f"{scratch.path}/", "")  # like in any checkout
        return GateVerdict(
            id=run.identifier,
            gate=run.gate.name,
            tree=run.tree,
            state="green" if ended.passed else "red",
            seconds=round(ended.seconds, 2),
            whose=run.whose,
            output="" if ended.passed else output_excerpt(printed),
            clone=self.context.clone,
            at=self.context.clock(),
        )

    def _gives_way(self) -> bool:
        """Tell whether a low-priority run must end because somebody else waits."""
        return self.low_priority and is_wanted(self.repo, self.context.settings.state_dir)


def in_repository(repo: Repository, commit: str) -> CommitToJudge:
    """Return a commit whose objects are in the repository itself."""
    return CommitToJudge(commit, (repo.common_dir / "objects",), {})
