"""The daemon judges for a process that waits, and leaves no gate behind that nobody waits for."""

import asyncio
from contextlib import suppress

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_server.git.gates.scratch_worktree import gates_folder
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates.ask_daemon_to_judge import JudgeCommand
from orchestra_server.usecases.gates.judge_in_daemon import judge_in_daemon
from tests.support.git.gates import hanging_gate, trusted_gate
from tests.support.git.repositories import TestRepository


async def test_a_cancelled_judgement_has_ended_its_gate_before_it_returns(
    context: Context, repository: TestRepository
) -> None:
    gate = hanging_gate(context, repository)
    digest = read_gate_plan(repository.path).digest
    root, head = str(repository.path), repository.head
    command = JudgeCommand(root=root, commit=head, plan=digest, whose="auth")
    judging = asyncio.create_task(judge_in_daemon(context, command, lambda _waits_for: None))
    await gate.begun()
    judging.cancel()
    with suppress(asyncio.CancelledError):
        await judging
    assert not gate.is_running
    place = gates_folder(context.settings.state_dir, repository.path / ".git")
    assert not (place / "in-use").exists()
    assert [event.kind for event in await context.store.events() if "gate" in event.kind] == []


async def test_commands_that_are_not_trusted_here_are_not_run(
    context: Context, repository: TestRepository
) -> None:
    gate = trusted_gate(context, repository, "true")
    root, head = str(repository.path), repository.head
    command = JudgeCommand(root=root, commit=head, plan="another", whose="auth")
    assert not await judge_in_daemon(context, command, lambda _waits_for: None)
    assert gate.runs == 0
