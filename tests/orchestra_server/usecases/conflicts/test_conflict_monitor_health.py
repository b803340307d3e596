"""What the conflict monitor's rounds say of a chamber that is not watched or not in order."""

import errno
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestra_core.names import chamber_id
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.watch import file_watcher
from orchestra_server.git.watch.watch_limit import WATCHES
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts import conflict_monitor, health_watch, watched_health
from orchestra_server.usecases.conflicts.get_conflicts import get_conflicts
from tests.support.conductor.tasks import chambers_open
from tests.support.git.conflict_scene import Scene, radar_scene
from tests.support.stores.store_watch import Watch


@pytest.fixture
def watches(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the system has watches left, as its last item; looks are frequent."""
    real, has_watches = file_watcher.changes_below, [False]

    def watch_if_any_is_left(*arguments: Any, **options: Any) -> Any:
        if not has_watches[-1]:
            raise OSError(errno.ENOSPC, "no space left on device")
        return real(*arguments, **options)

    monkeypatch.setattr(file_watcher, "changes_below", watch_if_any_is_left)
    monkeypatch.setattr(conflict_monitor, "ROUND_SECONDS", 0.2)
    return has_watches


NOT_WATCHED = (f"not watched: {WATCHES}",)


def health_of_all(told: Watch) -> set[tuple[str, ...]]:
    return {chamber.health for chamber in told.state.chambers.values()}


async def test_chambers_without_watches_say_so_and_are_looked_at_in_rounds(
    context: Context, watches: list[bool]
) -> None:
    async with radar_scene(context) as scene:
        await scene.told.until(lambda told: health_of_all(told) == {NOT_WATCHED})
        scene.auth.write("README", "by auth\n")
        scene.api.write("README", "by api\n")
        await scene.next("collision.appeared")
        answer = await get_conflicts(context, task_id=scene.task_id)
        assert set(answer.not_watched) == {"auth", "api"}

        watches.append(True)
        await scene.told.until(lambda told: health_of_all(told) == {()})
        scene.api.write("README", "by auth\n")
        await scene.next("collision.cleared")


async def test_a_limit_reached_while_chambers_are_watched_is_noticed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit(_directory: Path) -> str:
        return WATCHES

    await scene.watched()
    monkeypatch.setattr(watched_health, "reached_limit", limit)
    await chambers_open(scene.context, scene.task_id, ["docs"])
    await scene.told.until(lambda told: health_of_all(told) == {NOT_WATCHED})


@pytest.fixture(params=["watch", "rounds"])
def notices_health(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ways to notice that a chamber is in disorder."""
    if request.param == "watch":
        if sys.platform != "linux":
            pytest.skip("only Linux tells of single files")
        monkeypatch.setattr(conflict_monitor, "ROUND_SECONDS", 1_000)
        monkeypatch.setattr(conflict_monitor, "_HEALTH_SECONDS", 1_000)
        monkeypatch.setattr(conflict_monitor, "_HEALTH_DELAY", 0.01)
        return

    def no_watch_left(_files: object) -> None:
        raise OSError

    monkeypatch.setattr(health_watch, "file_changes", no_watch_left)
    monkeypatch.setattr(conflict_monitor, "ROUND_SECONDS", 0.2)


async def test_what_is_wrong_with_a_chamber_is_recorded_and_that_it_is_over(
    notices_health: None, context: Context
) -> None:
    async with radar_scene(context) as scene:
        chamber = chamber_id(scene.task_id, "auth")

        def health(told: Watch) -> tuple[str, ...]:
            return told.state.chambers[chamber].health

        await scene.watched()
        scene.auth.git("switch", "--quiet", "--detach")
        await scene.told.until(lambda told: health(told)[:1] != ())
        assert health(scene.told)[0].startswith("detached: ")
        scene.auth.git("switch", "--quiet", "-")
        await scene.told.until(lambda told: health(told) == ())

        settings = scene.auth.path / HOOK_SETTINGS
        away = settings.rename(settings.with_name("away"))
        await scene.told.until(lambda told: health(told)[:1] != ())
        assert health(scene.told)[0].startswith("hook gone: ")
        away.rename(settings)
        await scene.told.until(lambda told: health(told) == ())

        scene.auth.write("README", "half done")
        scene.auth.git("stash")
        await scene.told.until(lambda told: health(told)[:1] != ())
        assert health(scene.told)[0].startswith("stash: ")


async def test_a_chamber_whose_directory_comes_back_is_compared_again(
    notices_health: None, context: Context
) -> None:
    async with radar_scene(context) as scene:
        await scene.watched()
        away = scene.auth.path.with_name("away")
        scene.auth.path.rename(away)
        await scene.told.until(
            lambda told: any(chamber.health for chamber in told.state.chambers.values())
        )
        answer = await get_conflicts(context, task_id=scene.task_id)
        assert answer.not_compared == ["auth"]
        away.rename(scene.auth.path)
        await scene.told.until(lambda told: health_of_all(told) == {()})
        scene.auth.write("README", "by auth\n")
        scene.api.write("README", "by api\n")
        await scene.next("collision.appeared")
