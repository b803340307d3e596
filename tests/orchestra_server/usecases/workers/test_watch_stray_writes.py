"""What changes elsewhere while a worker's command runs is told, and only then."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.events import Event
from orchestra_core.models import Chamber, Presence
from orchestra_core.workers.presence import PresenceState
from orchestra_server.git.watch.file_watcher import FileWatcher
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.workers import watch_stray_writes
from orchestra_server.usecases.workers.watch_stray_writes import (
    StrayWriteWatch,
    changed_files,
    stray_write_words,
    watched_folders,
)
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.waiting import until, until_awaited


@dataclass(frozen=True)
class Watched:
    """A watch of a main checkout with two chambers; `watchers` are all that it has started."""

    context: Context
    watch: StrayWriteWatch
    chambers: dict[str, Chamber]
    watchers: list[FileWatcher]

    @property
    def main(self) -> Path:
        return self.context.project.main_checkout

    def runs(self, name: str, command: str, since: int = 0) -> None:
        """Report that a worker's command begins, or with "" that it has ended."""
        chamber, tool = self.chambers[name], "Bash" if command else ""
        since = since or int(time.time() * 1_000)
        presence = Presence(
            chamber_id=chamber.id, state="working", tool=tool, detail=command, since=since
        )
        self.watch.note(chamber, presence)

    def is_in_turn(self, name: str, state: PresenceState, since: int = 1) -> None:
        """Report that a worker is in a turn, or that it has ended one."""
        chamber = self.chambers[name]
        self.watch.note(chamber, Presence(chamber_id=chamber.id, state=state, since=since))

    async def until_unwatched(self) -> None:
        await until(lambda: all(watcher.is_stopped for watcher in self.watchers))

    async def told(self) -> list[Event]:
        events = await self.context.store.events()
        return [event for event in events if event.kind == "checkout.changed"]

    async def until_told(self) -> Event:
        async def is_told() -> bool:
            return bool(await self.told())

        await until_awaited(is_told)
        (event,) = await self.told()
        return event


@asynccontextmanager
async def watched(context: Context, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Watched]:
    ready, watchers = list[str](), list[FileWatcher]()

    def noted(*paths: object, **options: object) -> FileWatcher:
        told = {**options, "on_ready": lambda: ready.append("")}
        watchers.append(FileWatcher(*paths, **told))  # type: ignore[arg-type]
        return watchers[-1]

    monkeypatch.setattr(watch_stray_writes, "FileWatcher", noted)
    task = await a_started_task(context)
    sides = await chambers_open(context, task, ["auth", "web"])
    chambers = {name: await chamber_of(context, task, name) for name in sides}
    watch = StrayWriteWatch(context)
    running = asyncio.create_task(watch.run())
    try:
        scene = Watched(context, watch, chambers, watchers)
        for name in chambers:
            scene.is_in_turn(name, "starting")
        await until(lambda: 0 < len(watchers) == len(ready))
        yield scene
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_change_in_the_main_checkout_is_reported_to_history_and_worker(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(context, monkeypatch) as scene:
        scene.runs("auth", "python gen.py")
        await asyncio.to_thread((scene.main / "made.txt").write_text, "x")
        event = await scene.until_told()
        words = "while `python gen.py` ran, made.txt changed in the main checkout"
        assert (event.chamber, event.actor, event.data.result) == ("auth", "orchestra", words)
        auth, web = (Path(scene.chambers[name].path) for name in ("auth", "web"))
        await until((auth / ".INTERRUPT").exists)
        mail = await asyncio.to_thread((auth / ".INTERRUPT").read_text)
        assert f"W{words[1:]}. If your command did that" in mail
        assert not (web / ".INTERRUPT").exists()


async def test_a_change_while_two_commands_run_or_none_is_not_told(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(context, monkeypatch) as scene:
        judged = set[str]()
        judge = scene.watch.judge

        async def noting(top: Path, paths: Sequence[str]) -> None:
            await judge(top, paths)
            judged.update(Path(path).name for path in paths)

        monkeypatch.setattr(scene.watch, "judge", noting)
        scene.runs("auth", "make", since=1)
        scene.runs("web", "make", since=1)
        await asyncio.to_thread((scene.main / "by-one-of-two.txt").write_text, "x")
        await until(lambda: "by-one-of-two.txt" in judged)
        scene.runs("web", "", since=2)
        await asyncio.to_thread((scene.main / "by-auth.txt").write_text, "x")
        event = await scene.until_told()
        assert event.data.result == "while `make` ran, by-auth.txt changed in the main checkout"
        scene.runs("auth", "", since=2)
        by_hand = scene.main / "by-hand.txt"
        await asyncio.to_thread(by_hand.write_text, "x")
        await judge(scene.main, [str(by_hand)])
        assert len(await scene.told()) == 1


async def test_a_change_in_an_idle_sibling_is_reported_and_one_in_the_own_chamber_is_not(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(context, monkeypatch) as scene:
        scene.runs("auth", "make")
        for name in ("auth", "web"):
            chamber = scene.chambers[name]
            file = Path(chamber.path, "made.txt")
            await asyncio.to_thread(file.write_text, "x")
            scene.watch.siblings_changed({chamber.id: [str(file)]})
        event = await scene.until_told()
        assert event.data.result == "while `make` ran, made.txt changed in chamber web"
        assert len(await scene.told()) == 1


async def test_nothing_is_watched_without_a_worker_in_a_turn(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(context, monkeypatch) as scene:
        first = len(scene.watchers)
        scene.is_in_turn("auth", "idle", since=2)
        assert not scene.watchers[0].is_stopped
        scene.is_in_turn("web", "finished", since=2)
        await scene.until_unwatched()
        scene.is_in_turn("auth", "working", since=3)
        await until(lambda: len(scene.watchers) == 2 * first)
        auth = scene.chambers["auth"]
        scene.watch.note(replace(auth, state="closed"), None)
        await scene.until_unwatched()


async def test_a_chamber_at_the_path_of_a_closed_one_is_its_own_workers(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(context, monkeypatch) as scene:
        web = scene.chambers["web"]
        scene.watch.note(replace(web, state="closed"), None)
        later = replace(web, id="later/web", task_id="later")
        scene.chambers["web"] = later
        scene.runs("web", "make", since=1)
        file = Path(later.path, "made.txt")
        await asyncio.to_thread(file.write_text, "x")
        await scene.watch.judge(Path(later.path), [str(file)])
        assert await scene.told() == []
        scene.runs("web", "", since=2)
        scene.runs("auth", "pytest")
        await asyncio.to_thread((scene.main / "made.txt").write_text, "x")
        assert (await scene.until_told()).chamber == "auth"


async def test_only_what_differs_from_the_last_commit_counts(context: Context) -> None:
    main = context.project.main_checkout
    (main / ".gitignore").write_text("build\n")
    (main / "build").mkdir()
    for name in ("a b.txt", "build/x", ".INTERRUPT"):
        (main / name).write_text("x")
    paths = [str(main / name) for name in ("a b.txt", "build/x", ".INTERRUPT", ".git/index")]
    ((file, at),) = await asyncio.to_thread(changed_files, main, paths)
    assert file == "a b.txt"
    assert abs(at / 1_000 - time.time()) < 60
    assert await asyncio.to_thread(changed_files, main, ["/elsewhere/x"]) == []


async def test_ignored_folders_are_not_watched_and_too_many_are_not_either(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = context.project.main_checkout
    (main / ".gitignore").write_text("build\n")
    for name in ("build", "src/inner", "node_modules"):
        (main / name).mkdir(parents=True, exist_ok=True)
    assert await asyncio.to_thread(watched_folders, main) == [main / "src"]
    monkeypatch.setattr(watch_stray_writes, "MOST_DIRECTORIES", 1)
    assert await asyncio.to_thread(watched_folders, main) is None


def test_many_files_are_counted_and_the_words_are_one_line() -> None:
    words = stray_write_words("make\nall", ["a", "b", "c", "d"], "the main checkout")
    assert words == "while `make all` ran, a, b, c and 1 more changed in the main checkout"
