"""An operator's command as it was typed, and the one place that runs it.

Two commands are not typed: with `worktree` a client's hook asks for a chamber in place of a
worktree (decision 0038), and with `__complete` a shell asks for the names it completes.
"""

from typing import Literal

from msgspec import Struct

from orchestra_core.models import OPERATOR
from orchestra_core.names import check_chamber_name
from orchestra_core.text import as_lines
from orchestra_server.operator_commands.requests.run_answer import answer
from orchestra_server.operator_commands.run_interrupt import (
    cancelled_lines,
    check_interrupt,
    sent_lines,
)
from orchestra_server.operator_commands.run_resume import check_resume, resumed_lines
from orchestra_server.operator_commands.run_status import read_status
from orchestra_server.operator_commands.shell_names import name_lines
from orchestra_server.usecases.common.transaction import Context

CommandName = Literal[
    "status", "interrupt", "resume", "answer", "start", "stop", "worktree", "__complete"
]


class OperatorCommand(Struct, frozen=True, kw_only=True):
    """One command; each kind reads its own fields. `root` is the working tree it is typed in.

    A killed daemon may have run a command without answering. The command is then run again, and
    `typed_at`, in milliseconds, identifies it as the same one.
    """

    name: CommandName
    root: str
    json: bool = False
    chamber: str = ""
    text: str = ""
    requires: str = "review"
    cancel: str = ""
    task: str = ""
    request: str = ""
    words: tuple[str, ...] = ()
    kind: str = ""
    agent: str = ""
    policy: str = "edits"
    typed_at: int | None = None
    actor: Literal["operator", "conductor"] = OPERATOR


def check_command(command: OperatorCommand) -> None:
    """Raise BadInput for what is wrong in any state."""
    if command.name == "interrupt" and not command.cancel:
        check_interrupt(command.chamber, command.text)
    elif command.name == "resume":
        check_resume(command.chamber)
    elif command.name in ("start", "stop"):
        check_chamber_name(command.chamber)


async def run_command(context: Context, command: OperatorCommand) -> str:
    """Run a command and return its output; every failure is an OrchestraError."""
    check_command(command)
    match command.name:
        case "status":
            return await read_status(context, as_json=command.json)
        case "interrupt" if command.cancel:
            return await cancelled_lines(context, command.cancel, command.task)
        case "interrupt":
            return await sent_lines(
                context,
                command.chamber,
                command.text,
                command.requires,
                command.task,
                typed_at=command.typed_at,
            )
        case "resume" | "start" | "stop":
            return await _run_for_worker(context, command)
        case "answer":
            return await answer(context, command.request, command.words, as_json=command.json)
        case "worktree" | "__complete":
            return await _run_for_program(context, command)


async def _run_for_worker(context: Context, command: OperatorCommand) -> str:
    """Run a command that starts, stops or resumes a chamber's worker."""
    if command.name == "resume":
        return await resumed_lines(context, command.chamber, command.task)
    # Late: it reads the configuration of agents, which few daemons need.
    from orchestra_server.operator_commands.chambers.run_start import (  # noqa: PLC0415
        started_lines,
        stopped_lines,
    )

    if command.name == "stop":
        return await stopped_lines(context, command.chamber, command.task)
    return await started_lines(
        context,
        command.chamber,
        command.task,
        agent=command.agent,
        policy=command.policy,
        text=command.text,
    )


async def _run_for_program(context: Context, command: OperatorCommand) -> str:
    """Run a command that a client's hook or a shell asks for."""
    if command.name == "worktree":
        # Late: making chambers needs as much memory as all other commands here.
        from orchestra_server.usecases.workers.open_worktree import (  # noqa: PLC0415
            open_worktree,
        )

        return await open_worktree(context, name=command.chamber, brief=command.text)
    return as_lines(name_lines(await context.store.snapshot(), command.kind))
