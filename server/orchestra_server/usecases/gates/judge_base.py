"""Judges the base commit of chambers, for callers that wait before a worker starts there."""

import asyncio
import logging

from orchestra_core.errors import Refused
from orchestra_core.wording.gates import BASE_RED, UNJUDGED
from orchestra_server.git.process.foreign_programs import is_cancelled, waiting_at_most
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates.current_gate import read_current_gate
from orchestra_server.usecases.gates.judge_tree import TreeJudge, in_repository

_WHOSE = "the commit that work begins at"
_log = logging.getLogger(__name__)


async def judge_base(context: Context, repo: Repository, commit: str, seconds: float) -> str:
    """Return the verdict for a chamber that holds this commit; "" without a gate.

    Waits at most this many seconds for a gate that has not judged it. After that the verdict stays
    unknown, and the daemon judges it later. Raises Refused if the caller gave up.
    """
    settings = context.settings
    gate = await asyncio.to_thread(
        read_current_gate, context.project, settings.state_dir, settings.gate_share
    )
    if gate.plan is None:
        return gate.unproven
    judge = TreeJudge(context=context, repo=repo, plan=gate.plan)
    judged_commit = in_repository(repo, commit)
    judgement = await judge.known(judged_commit)
    if not judgement.is_whole and seconds:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        try:
            with waiting_at_most(seconds):
                judgement = await judge.judge(judged_commit, _WHOSE)
        except Refused as fault:
            if is_cancelled():
                raise
            _log.warning("%s", fault)
            return gate.unproven if loop.time() >= deadline else UNJUDGED
    if not judgement.is_whole:
        return gate.unproven
    return "green" if judgement.passes else BASE_RED
