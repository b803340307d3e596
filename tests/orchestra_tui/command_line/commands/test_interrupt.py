"""The command that sends a message, beside a daemon that is killed."""

import asyncio
import json
from pathlib import Path

from orchestra_core.daemon.daemon_files import daemon_socket, make_daemon_directories
from orchestra_core.settings import Settings
from orchestra_server.operator_commands.operator_command import OperatorCommand, run_command
from orchestra_server.usecases.common.transaction import Context
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from tests.support.commands.run_command import orchestra
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import small_repository


async def test_a_message_is_sent_once_though_the_daemon_is_killed_before_its_answer(
    settings: Settings, tmp_path: Path
) -> None:
    shop = small_repository(tmp_path / "shop")
    async with open_project(CommandContext(shop.path, settings)) as context:
        task = await a_started_task(context)
        await chambers_open(context, task, ["auth"])
        make_daemon_directories(context.project.git_dir)

        async def run_and_die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            question = json.loads(await reader.readline())
            if question["call"] == "command":
                await run_command(context, OperatorCommand(**question["command"]))
                await worker_reads_all(context)
            writer.close()

        place = daemon_socket(context.project.git_dir)
        async with await asyncio.start_unix_server(run_and_die, place):
            done = await asyncio.to_thread(
                orchestra, shop.path, settings, "interrupt", "auth", "Use PR 12"
            )
        sent = (await context.store.snapshot()).interrupts
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Interrupt {next(iter(sent))} to auth" in done.stdout
    assert [interrupt.state for interrupt in sent.values()] == ["delivered"]


async def worker_reads_all(context: Context) -> None:
    for identifier in (await context.store.snapshot()).interrupts:
        await context.store.stamp_interrupt(
            identifier, "delivered", at=context.clock(), actor="auth"
        )
