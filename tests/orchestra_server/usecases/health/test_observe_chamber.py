"""What is seen at a chamber's path, on a real repository."""

import shutil
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.health.observe_chamber import ChamberObservation, observe_chamber
from tests.support.conductor.tasks import chamber_of
from tests.support.git.repositories import TestRepository


def replace_by_link(auth: TestRepository) -> None:
    elsewhere = auth.path.with_name("elsewhere")
    auth.path.rename(elsewhere)
    auth.path.symlink_to(elsewhere)


CHANGES: list[tuple[str, Callable[[TestRepository], object], dict[str, object]]] = [
    ("unchanged", lambda _auth: None, {}),
    ("directory deleted", lambda auth: shutil.rmtree(auth.path), {"exists": False}),
    ("git file deleted", lambda auth: (auth.path / ".git").unlink(), {"linked": False}),
    (
        "git file of another repository",
        lambda auth: (auth.path / ".git").write_text("gitdir: /nowhere\n"),
        {"linked": False},
    ),
    ("hook deleted", lambda auth: (auth.path / HOOK_SETTINGS).unlink(), {"hooked": False}),
]


@pytest.mark.parametrize(
    ("change", "facts"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
async def test_a_chambers_directory_git_file_and_hook_are_observed(
    context: Context,
    task_id: str,
    auth: TestRepository,
    change: Callable[[TestRepository], object],
    facts: dict[str, object],
) -> None:
    change(auth)
    chamber = await chamber_of(context, task_id, "auth")
    observation = observe_chamber(open_repository(context.project.root), chamber)
    fields = ("exists", "link", "linked", "hooked")
    expected = {"exists": True, "link": "", "linked": True, "hooked": True, **facts}
    assert {name: getattr(observation, name) for name in fields} == expected


async def test_a_link_in_a_chambers_place_is_observed_with_its_target_and_no_more(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    replace_by_link(auth)
    chamber = await chamber_of(context, task_id, "auth")
    observation = observe_chamber(open_repository(context.project.root), chamber)
    assert observation == ChamberObservation(link=str(auth.path.with_name("elsewhere")))


async def test_a_chamber_that_never_had_a_hook_misses_none(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    (auth.path / HOOK_SETTINGS).unlink()
    chamber = replace(await chamber_of(context, task_id, "auth"), ready_at=0)
    assert observe_chamber(open_repository(context.project.root), chamber).hooked
