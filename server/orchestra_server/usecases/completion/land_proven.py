"""Lands a task's work once the gates have passed exactly the tree that lands."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace as with_changes
from functools import partial

from orchestra_core.errors import Refused
from orchestra_core.models import Task
from orchestra_server.domain.gates.red_set import RedSet
from orchestra_server.git.merge.inputs.landing_inputs import LandingInputs
from orchestra_server.git.merge.merge import ChamberBranch
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.checkout_look import CheckoutLook, look_at_checkout
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.begin_completion import BegunCompletion, WantedCompletion
from orchestra_server.usecases.completion.hold_landing import held_landing
from orchestra_server.usecases.completion.merge_and_land import (
    PreparedLanding,
    bases_of,
    land_prepared,
)
from orchestra_server.usecases.completion.prepare_landing import (
    check_landing,
    merge_for_landing,
    prepare_trial,
)
from orchestra_server.usecases.completion.task_changes import announce_landing
from orchestra_server.usecases.concurrency.repository_lock import keep_gc_out, lock_landing
from orchestra_server.usecases.exchange.bring_here import BroughtWork
from orchestra_server.usecases.gates.judge_tree import TreeJudge
from orchestra_server.usecases.gates.prove_landing import (
    LandingProver,
    Proof,
    is_proven,
    landing_judge,
    untested_note,
)

_ATTEMPTS = 10  # how often the branch may move while gates run
_MOVED = (
    f"the branch moved {_ATTEMPTS} times while the gates ran, and nothing has landed; "
    "call again once it rests"
)


async def land_proven(
    context: Context,
    repo: Repository,
    begun: BegunCompletion,
    wanted: WantedCompletion,
    *,
    branches: Sequence[ChamberBranch],
    brought: BroughtWork,
    inputs: LandingInputs | None,
    later: AsyncExitStack,
) -> PreparedLanding:
    """Merge and land; if a gate is configured, first prove the tree, without any lock.

    A landing with red sets does not move the branch, unless it lands in part. `later` waits for
    what goes on beside what follows. Raises Refused for what must not land.
    """
    judge = await landing_judge(context, repo, confirmed=wanted.confirmed)
    new_prover = partial(_prover, judge, begun, branches, brought) if judge else None
    prepare = partial(prepare_trial, repo, begun, wanted, branches, brought)
    for _ in range(_ATTEMPTS):
        proof, without = None, dict[str, str]()
        if tried := await _prove_trial(new_prover, prepare, wanted):
            trial, proof = tried
            if proof.red and not (wanted.partial and proof.green):
                return with_changes(
                    trial, commit=trial.old, order=(), red=proof.red, green=proof.green
                )
            without = _left_out(trial, proof)
        merge = partial(
            merge_for_landing, repo, begun, wanted, branches, brought,
            inputs=inputs, without=without,
        )  # fmt: skip
        check = partial(check_landing, repo, begun, wanted, inputs)
        async with (
            lock_landing(repo.common_dir),
            keep_gc_out(repo.common_dir),
            _looking_at_checkout(repo, begun.task) as look,
            held_landing(repo, begun.task, merge, check, later) as prepared,
        ):
            landing = prepared
            if landing.moves and judge is not None:
                if proof is None or not await is_proven(repo, landing.commit, proof):
                    continue  # the branch has moved while the gates ran
                landing = with_changes(landing, red=proof.red, green=proof.green)
            elif landing.moves:
                landing = with_changes(landing, untested=await untested_note(context, repo))
            await _move(context, repo, begun.task, landing, look)
            return landing
    raise Refused(_MOVED)


async def _prove_trial(
    new_prover: Callable[[], LandingProver] | None,
    prepare: Callable[[], Awaitable[PreparedLanding]],
    wanted: WantedCompletion,
) -> tuple[PreparedLanding, Proof] | None:
    """Merge and prove the tree, without any lock; None without a gate, or if nothing would land.

    A prover keeps what it learns about sets of chambers, which holds for one commit of the branch.
    """
    if new_prover is None:
        return None
    trial = await prepare()
    if not trial.moves:
        return None
    return trial, await new_prover().prove(trial, confirmed=wanted.confirmed, again=wanted.again)


async def _move(
    context: Context,
    repo: Repository,
    task: Task,
    landing: PreparedLanding,
    look: "asyncio.Task[CheckoutLook]",
) -> None:
    """Note what is about to land, and move the task's branch."""
    if landing.moves:
        await announce_landing(context, task.id, landing)
        await asyncio.to_thread(land_prepared, repo, task, landing, await look)


@asynccontextmanager
async def _looking_at_checkout(
    repo: Repository, task: Task
) -> AsyncGenerator["asyncio.Task[CheckoutLook]"]:
    """Look at the target's checkout beside the block, which waits for the look at its end."""
    look = asyncio.create_task(
        asyncio.to_thread(look_at_checkout, repo, repo.top, task.base_branch)
    )
    try:
        yield look
    finally:
        await asyncio.gather(look, return_exceptions=True)


def _prover(
    judge: TreeJudge,
    begun: BegunCompletion,
    branches: Sequence[ChamberBranch],
    brought: BroughtWork,
) -> LandingProver:
    return LandingProver(
        judge=judge,
        task=begun.task,
        branches=[*branches, *brought.branches],
        bases=bases_of([*begun.chambers, *begun.others]),
    )


def _left_out(trial: PreparedLanding, proof: Proof) -> dict[str, str]:
    """Return the chambers that are not landed, each with the reason."""
    return {
        name: f"stays: {_reason(name, proof.red)}"
        for name in trial.order
        if name not in proof.green
    }


def _reason(name: str, red: Sequence[RedSet]) -> str:
    for red_set in red:
        if name in red_set.chambers:
            others = [member for member in red_set.chambers if member != name]
            together = f" together with {' and '.join(others)}" if others else ""
            return f"gate {red_set.verdict.gate!r} fails{together}"
    return "its gate fails"
