"""Judges a commit in the daemon, for a process of the clone that waits for it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from orchestra_core.configuration.trust import trusted_plan
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.run_watched import run_watched, watch_for
from orchestra_server.usecases.gates.ask_daemon_to_judge import JudgeCommand
from orchestra_server.usecases.gates.judge_tree import TreeJudge, in_repository


async def judge_in_daemon(
    context: Context, command: JudgeCommand, tell: Callable[[str], None]
) -> bool:
    """Judge a commit; `tell` gets what it waits for. False if other commands are trusted here.

    If cancelled, it ends the gate before it returns. Raises Refused if a gate cannot run.
    """
    repo = await asyncio.to_thread(open_repository, Path(command.root))
    plan = await asyncio.to_thread(
        trusted_plan, repo.top, context.settings.state_dir, repo.common_dir
    )
    if plan is None or plan.digest != command.plan:
        return False
    judge = TreeJudge(context=context, repo=repo, plan=plan)
    commit = in_repository(repo, command.commit)
    await run_watched(judge.judge(commit, command.whose, again=command.again), watch_for(tell))
    return True
