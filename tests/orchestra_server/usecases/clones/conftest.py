"""Two clones of one origin that work on one project."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestra_core.project import find_project
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.common.transaction import Context
from tests.support.git.repositories import TestRepository, run_git


@dataclass(frozen=True)
class TwoClones:
    """A context in each; both have the same store and the same project id."""

    here: Context
    there: Context


def another_context(context: Context, path: Path) -> Context:
    """Return a context in another repository of the same project."""
    project = find_project(path, context.project.id)
    return Context(
        store=context.store,
        project=project,
        settings=context.settings,
        actor=context.actor,
        clock=context.clock,
    )


@pytest.fixture
async def clones(context: Context, repository: TestRepository) -> TwoClones:
    other = repository.path.with_name("there")
    run_git(repository.path, "clone", "-q", str(repository.path), str(other))
    there = another_context(context, other)
    await register_clone(there.store, there.project)
    await register_clone(context.store, context.project)
    return TwoClones(context, there)
