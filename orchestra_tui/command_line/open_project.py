"""Opens the store of a command's project, and takes in what hooks have left."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from orchestra_core.models import OPERATOR
from orchestra_core.project import moved_from
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.answer_in_time import PATIENCE
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.print_output import warn


@asynccontextmanager
async def open_project(
    place: CommandContext, *, patience: float = PATIENCE, follow_move: bool = True
) -> AsyncGenerator[Context]:
    """Open the store, so that reads include what workers have done up to now.

    What a call waits for is printed on stderr. If the repository was moved, its tasks and chambers
    are updated first, unless the caller wants to see that itself.
    """
    project = place.project()
    async with open_store(project.id, place.settings) as store:
        context = Context(
            store=store,
            project=project,
            settings=place.settings,
            actor=OPERATOR,
            patience=patience,
            on_wait=lambda waits_for: warn(f"waiting for {waits_for}"),
        )
        await take_in_spool(store, project.git_dir, context.clock)
        former = moved_from(project) if follow_move else None
        if former is not None:
            from orchestra_server.usecases.reconcile.reconcile import (  # noqa: PLC0415 - seldom
                reconcile,
            )

            await reconcile(context)
            warn(f"this repository was at {former.parent}; its tasks and chambers are here now")
        yield context
