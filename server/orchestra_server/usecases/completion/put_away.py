"""Closes the chambers of a completed task, here and in other clones."""

from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.chambers.close_transaction import close_all
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.begin_completion import BegunCompletion
from orchestra_server.usecases.completion.merge_and_land import PreparedLanding, naming_what_landed
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.exchange.close_across_clones import ask_to_close


async def put_away(
    context: Context, repo: Repository, begun: BegunCompletion, ready: PreparedLanding | None
) -> list[str]:
    """Close the chambers whose work has landed or is to be saved; return the kept branches."""
    leaving, landed = begun.there, dict[str, str]()
    if ready is not None:
        leaving = [
            chamber
            for chamber in leaving
            if chamber.state == "closing" or chamber.name in ready.order
        ]
        # The original commits of replayed work exist nowhere else: closing saves them.
        landed = {name: ready.tips[name] for name in ready.order if name not in ready.returning}
    names = [chamber.name for chamber in leaving]
    with naming_what_landed(begun.task, ready):  # what has landed is not undone
        async with lock_chambers(repo.common_dir, names):
            closed = await close_all(context, repo, begun.task, leaving, landed)
    return [chamber.branch for chamber, work in closed if work.branch_kept]


async def ask_others_to_close(
    context: Context, repo: Repository, begun: BegunCompletion, landing: PreparedLanding | None
) -> None:
    """Ask other clones to close the chambers whose work has landed or is to be saved."""
    ending = [
        chamber for chamber in begun.others if landing is None or chamber.name in landing.order
    ]
    await ask_to_close(context, repo, ending, landing.commit if landing else "")
