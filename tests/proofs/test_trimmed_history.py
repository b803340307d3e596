"""A history that is trimmed at random moments agrees with one that never was.

Tasks begin, act and end at random; followers lose their connection, keys are lost and mended.
"""

import random

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import Task
from orchestra_core.state import ProjectState
from orchestra_core.store.archive import archive_ended
from orchestra_core.store.checkpoint import replay, trim_history
from orchestra_core.store.damage import find_damage, mend_damage
from orchestra_core.store.follow import Snapshot
from orchestra_core.store.store import DISORDER_MS, Store
from tests.support.proofs import Tally, scaled
from tests.support.samples.documents import NOON, a_task, an_agent
from tests.support.stores.store_watch import Watch, commit, watching
from tests.support.stores.valkey import Server

_STEPS = scaled(60, 400)
_MINUTE = 60_000
_LOSABLE = ("tasks", "agents")


class Project:
    """The store, and a model of it that keeps each event."""

    def __init__(self, store: Store, server: Server, watch: Watch, chance: random.Random) -> None:
        self.store = store
        self.server = server
        self.watch = watch
        self.chance = chance
        self.now = NOON
        self.model = ProjectState()
        self.history = list[Event]()
        self.trimmed = 0
        self.mended = 0

    async def act(self) -> None:
        """Start a task, or go on with an open one, or end it."""
        self.now += self.chance.randint(1, 1_000) * _MINUTE
        open_tasks = [task for task in self.model.tasks.values() if task.is_open]
        if not open_tasks or self.chance.random() < 0.2:
            task = replace(a_task(f"task-{len(self.history)}"), started_at=self.now)
            await self._write("task.started", task, EventData(task=task))
        elif self.chance.random() < 0.3:
            task = replace(open_tasks[0], state="completed", finished_at=self.now)
            await self._write("task.completed", task, EventData(task=task))
        else:
            task = self.chance.choice(open_tasks)
            agent = an_agent(task_id=task.id, actions=self.now)
            await self._write("agent.acted", task, EventData(agent=agent))

    async def _write(self, kind: Kind, task: Task, data: EventData) -> None:
        event = Event(at=self.now, kind=kind, task_id=task.id, data=data)
        self._note((await commit(self.store, Change(events=(event,)))).events)

    def _note(self, events: tuple[Event, ...]) -> None:
        for event in events:
            assert self.model.apply(event)
            self.history.append(event)

    async def trim(self) -> None:
        before = self.now - self.chance.randint(0, 5_000) * _MINUTE
        removed = await trim_history(self.store, before, self.chance.randint(1, 30))
        self.trimmed += removed

    async def archive(self) -> None:
        await archive_ended(self.store, self.now, self.chance.randint(0, 5))
        self._note(tuple(await self.store.events(self.model.seq)))

    async def lose_and_mend(self) -> None:
        """Lose a hash of documents, or the counter, and mend what is found."""
        keys = self.store.keys
        lost = self.chance.choice([keys.sequence, *map(keys.documents, _LOSABLE)])
        await self.store.client.call("DEL", lost)
        assert await trim_history(self.store, self.now, 1) in {0, 1}
        self.trimmed = len(self.history) - len(await self.store.events())
        for damage in await find_damage(self.store):
            assert await mend_damage(self.store, damage)
            self.mended += 1

    async def cut_off(self) -> None:
        """Cut the follower off, and let it miss some events that are gone when it is back."""
        self.server.command("CLIENT", "KILL", "TYPE", "pubsub")
        for _ in range(self.chance.randint(1, 8)):
            await self.act()
            await self.trim()

    async def leave_behind(self) -> None:
        """Cut the follower off, and trim all but the last event."""
        self.server.command("CLIENT", "KILL", "TYPE", "pubsub")
        for task in [task for task in self.model.tasks.values() if task.is_open]:
            ended = replace(task, state="completed", finished_at=self.now)
            await self._write("task.completed", ended, EventData(task=ended))
        self.now += 2 * DISORDER_MS
        await self.act()
        self.trimmed += await trim_history(self.store, self.now, len(self.history))
        assert len(await self.store.events()) == 1

    async def check(self) -> None:
        """Compare snapshot, replay and history with the model."""
        assert await self.store.snapshot() == self.model
        assert await replay(self.store) == self.model
        assert await self.store.events() == self.history[self.trimmed :]
        assert await find_damage(self.store) == []
        gone = {event.task_id for event in self.history[: self.trimmed]}
        assert not any(task.is_open and task.id in gone for task in self.model.tasks.values())

    async def catch_up(self) -> None:
        await self.watch.until(lambda seen: seen.state.seq >= self.model.seq)
        assert self.watch.state == self.model


@pytest.mark.parametrize("seed", range(scaled(2, 60)))
async def test_a_trimmed_history_gives_what_an_untrimmed_one_gives(
    store: Store, valkey_server: Server, seed: int, tally: Tally
) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable is what is wanted
    async with watching(store) as watch:
        project = Project(store, valkey_server, watch, chance)
        steps = (
            *(project.act,) * 8,
            *(project.trim,) * 3,
            *(project.lose_and_mend,) * 2,
            *(project.archive, project.cut_off, project.catch_up),
        )
        for _ in range(_STEPS):
            await chance.choice(steps)()
            await project.check()
        await project.leave_behind()
        await project.lose_and_mend()
        await project.check()
        await project.catch_up()
        assert isinstance(watch.seen[-1], Snapshot)
    assert project.trimmed
    assert project.mended
    snapshots = sum(isinstance(update, Snapshot) for update in watch.seen)
    tally(
        events=len(project.history),
        trimmed=project.trimmed,
        mended=project.mended,
        snapshots=snapshots,
    )
