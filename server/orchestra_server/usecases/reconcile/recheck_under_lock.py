"""Checks whether a difference is still there once its chamber or task is locked."""

import asyncio

from orchestra_core.names import chamber_id, split_branch
from orchestra_server.usecases.health.observe_chamber import observe_chamber
from orchestra_server.usecases.reconcile.repair import Case


def chamber_name(case: Case) -> str:
    """Return the name of the chamber that a difference is about, "" for none."""
    return _chamber(case)[1]


async def is_as_seen(case: Case) -> bool:
    """Tell whether a chamber's or task's document, and a chamber's place, are still as observed.

    An unchanged document says nothing about the directory: a refused closing moves that aside and
    puts it back.
    """
    seen, subject = case.seen, case.difference.subject
    identity, _ = _chamber(case)
    if not identity and subject not in seen.state.tasks:
        return True
    now = await case.context.store.snapshot()
    chamber, current = seen.state.chambers.get(identity), now.chambers.get(identity)
    is_archived = chamber is not None and chamber.is_over and current is None
    if current != chamber and not is_archived:
        return False
    if subject in seen.state.tasks:
        return now.tasks.get(subject) == seen.state.tasks[subject]
    before = seen.chambers.get(identity)
    if chamber is None or before is None:
        return True
    at = await asyncio.to_thread(observe_chamber, case.repo, chamber)
    return (at.exists, at.link, at.linked) == (before.exists, before.link, before.linked)


def _chamber(case: Case) -> tuple[str, str]:
    """Return the id and the name of the chamber that a difference is about, or empty ones."""
    seen, subject = case.seen, case.difference.subject
    chamber = seen.state.chambers.get(subject)
    if chamber is not None:
        return chamber.id, chamber.name
    if case.difference.name not in {"orphan worktree", "orphan branch"}:
        return "", ""
    branch = next((tree.branch for tree in seen.trees if str(tree.path) == subject), subject)
    named = split_branch(branch)
    return (chamber_id(*named), named[1]) if named else ("", "")
