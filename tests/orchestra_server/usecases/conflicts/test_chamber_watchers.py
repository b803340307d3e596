"""Watches that replace each other: none is left running, and no change between two is missed."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts import chamber_watchers
from tests.support.conductor.tasks import chambers_open
from tests.support.git.conflict_scene import Scene, radar_scene
from tests.support.waiting import until


class HeldWatcher:
    """A watch that is ready, tells and fails when the test says so."""

    made: ClassVar[list["HeldWatcher"]] = []

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        on_ready: Callable[[], None],
        on_changes: Callable[[Sequence[str]], None],
        on_failure: Callable[[str, bool], None],
    ) -> None:
        self.paths = frozenset(paths)
        self.on_ready = on_ready
        self.on_changes = on_changes
        self.on_failure = on_failure
        self.stopped = False
        self.made.append(self)

    def stop(self) -> None:
        self.stopped = True

    def retire(self) -> None:
        self.stopped = True


@pytest.fixture
def watchers(monkeypatch: pytest.MonkeyPatch) -> list[HeldWatcher]:
    """The watchers that the monitor has started, the newest last."""
    monkeypatch.setattr(HeldWatcher, "made", [])
    monkeypatch.setattr(chamber_watchers, "FileWatcher", HeldWatcher)
    return HeldWatcher.made


async def a_chamber_between_watches(
    scene: Scene, watchers: list[HeldWatcher]
) -> tuple[HeldWatcher, HeldWatcher]:
    """Have a chamber changed after its first look, its watch replaced before that is ready."""
    await until(lambda: len(watchers) == 1)
    watchers[0].on_ready()
    docs = (await chambers_open(scene.context, scene.task_id, ["docs"]))["docs"]
    await until(lambda: len(watchers) == 2)
    scene.auth.write("README", "by auth\n")
    scene.api.write("README", "by api\n")
    watchers[0].on_changes([str(scene.auth.path / "README"), str(scene.api.path / "README")])
    await scene.next("collision.appeared")  # so docs has been looked at by now
    docs.write("src/app.py", "by docs\n")
    scene.auth.write("src/app.py", "by auth\n")
    await chambers_open(scene.context, scene.task_id, ["more"])
    await until(lambda: len(watchers) == 3)
    return watchers[1], watchers[2]


async def test_a_change_missed_by_a_replaced_watch_is_found_by_the_next_one(
    watchers: list[HeldWatcher], context: Context
) -> None:
    async with radar_scene(context) as scene:
        _, newest = await a_chamber_between_watches(scene, watchers)
        newest.on_ready()
        newest.on_changes([str(scene.auth.path / "src" / "app.py")])
        appeared = await scene.next("collision.appeared")
        assert appeared.between == (f"{scene.task_id}/auth", f"{scene.task_id}/docs")
        await until(lambda: [watch.stopped for watch in watchers] == [True, True, False])


async def test_the_chambers_of_a_watch_that_fails_after_its_replacement_pass_to_the_next(
    watchers: list[HeldWatcher], context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    async with radar_scene(context) as scene:
        replaced, newest = await a_chamber_between_watches(scene, watchers)
        replaced.on_failure("no space left on device", False)  # noqa: FBT003 - as a watch calls it
        newest.on_ready()
        newest.on_changes([str(scene.auth.path / "src" / "app.py")])
        appeared = await scene.next("collision.appeared")
        assert appeared.between == (f"{scene.task_id}/auth", f"{scene.task_id}/docs")
        scene.api.write("README", "by auth\n")
        newest.on_changes([str(scene.api.path / "README")])
        await scene.next("collision.cleared")
    assert "not watched" not in caplog.text


async def test_the_monitor_stops_every_watch_that_it_started(
    watchers: list[HeldWatcher], context: Context
) -> None:
    async with radar_scene(context) as scene:
        await a_chamber_between_watches(scene, watchers)
    assert all(watch.stopped for watch in watchers)
