"""A team's day of 24 hours, generated from a seed, and its replay at 144 times its speed.

The model: tasks start by the hour of the day as `STARTED` says, most of them at the desk, a few at
night. Each gets two to five chambers. A chamber's worker works for 20 to 70 minutes; it reports
what it does every 12 seconds, records an action every 45, finds something every 15 minutes and is
interrupted every 25, all at random around these means. Mail is posted at once, read after some
seconds and acted upon after some more. Then the chamber closes, and with the last one the task is
completed. Every run has the same day: 12,000 events and 38,000 reports.

`python -m benchmarks.rooms.working_day URL PROJECT SHARE` replays it in ten minutes; a SHARE below
1 is the part of the day after nine o'clock that takes so much less. It says how many events it has
sent.
"""

import random
import sys
import time
from collections.abc import Iterator
from itertools import count

from msgspec.structs import replace

from benchmarks.projects import invented_project
from benchmarks.rooms.pipeline import Pipeline, a_pipeline
from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import Agent, Discovery, Interrupt, Presence

DAY = 86_400.0  # seconds
SPEED = 144.0
# In each hour of the day.
STARTED = (0, 0, 1, 1, 0, 0, 0, 1, 3, 5, 5, 4, 2, 4, 5, 5, 4, 2, 1, 1, 1, 1, 0, 0)
_SHARE_BEGINS = 9 * 3_600.0
_SEED = 24
Moment = tuple[float, Event | Presence]  # second of the day


class Day:
    """Generates the events of a day; timestamps in its documents are those of the replay."""

    def __init__(self, began: int) -> None:
        self._began = began  # ms; when the day's first second is replayed
        self._chance = random.Random(_SEED)  # noqa: S311 - even and repeatable is what is wanted
        self._numbers = count(1)

    def moments(self) -> list[Moment]:
        """Return all events of the day in order."""
        moments: list[Moment] = []
        for hour, tasks in enumerate(STARTED):
            for _ in range(tasks):
                moments += self._task((hour + self._chance.random()) * 3_600.0)
        return sorted(moments, key=lambda moment: moment[0])

    def _at(self, second: float) -> int:
        return self._began + round(second * 1_000 / SPEED)

    def _event(
        self, second: float, kind: Kind, task_id: str, data: EventData, chamber: str = ""
    ) -> Moment:
        at = self._at(second)
        return second, Event(at=at, kind=kind, task_id=task_id, chamber=chamber, data=data)

    def _task(self, begins: float) -> Iterator[Moment]:
        number = next(self._numbers)
        task = replace(invented_project.task(number), started_at=self._at(begins))
        yield self._event(begins, "task.started", task.id, EventData(task=task))
        ends = begins
        for _ in range(self._chance.randint(2, 5)):
            lasts = self._chance.uniform(20, 70) * 60
            yield from self._chamber(next(self._numbers), number, begins + 5, lasts)
            ends = max(ends, begins + 5 + lasts)
        for share, phase in enumerate(invented_project.PHASES):
            task = replace(task, phase=phase.name)
            second = begins + (ends - begins) * share / len(invented_project.PHASES)
            yield self._event(second, "task.phase-advanced", task.id, EventData(task=task))
        done = replace(task, state="completed", finished_at=self._at(ends + 30))
        yield self._event(ends + 30, "task.completed", done.id, EventData(task=done))

    def _chamber(self, number: int, task: int, begins: float, lasts: float) -> Iterator[Moment]:
        chamber = replace(invented_project.chamber(number, task), created_at=self._at(begins))
        ends = begins + lasts
        yield self._event(
            begins, "chamber.created", chamber.task_id, EventData(chamber=chamber), chamber.name
        )
        yield from self._reports(chamber.id, begins, ends)
        for done, second in enumerate(self._every(45, begins, ends), 1):
            agent = Agent(
                id=f"{chamber.task_id}/worker-{chamber.name}",
                task_id=chamber.task_id,
                agent_id=f"worker-{chamber.name}",
                chamber=chamber.name,
                actions=done,
                last_action=f"edited part {done} of the session handling",
                last_at=self._at(second),
            )
            yield self._event(
                second, "agent.acted", agent.task_id, EventData(agent=agent), chamber.name
            )
        for second in self._every(900, begins, ends):
            discovery = Discovery(
                id=f"discovery-{next(self._numbers)}",
                task_id=chamber.task_id,
                agent_id=f"worker-{chamber.name}",
                chamber=chamber.name,
                text="the session table has no index on its user",
                severity=self._chance.choice(("info", "important", "critical")),
                at=self._at(second),
            )
            yield self._event(
                second,
                "discovery.shared",
                discovery.task_id,
                EventData(discovery=discovery),
                chamber.name,
            )
        for second in self._every(1_500, begins, ends - 120):
            yield from self._mail(chamber.task_id, chamber.name, second)
        closed = replace(chamber, state="closed", ended_at=self._at(ends))
        yield self._event(
            ends, "chamber.closed", closed.task_id, EventData(chamber=closed), chamber.name
        )

    def _reports(self, chamber_id: str, begins: float, ends: float) -> Iterator[Moment]:
        for second in self._every(12, begins, ends):
            tool = self._chance.choice(("Read", "Edit", "Bash", "Grep"))
            yield (
                second,
                Presence(chamber_id=chamber_id, state="working", tool=tool, since=self._at(second)),
            )

    def _mail(self, task_id: str, chamber: str, second: float) -> Iterator[Moment]:
        letter = Interrupt(
            id=f"interrupt-{next(self._numbers)}",
            task_id=task_id,
            chamber=chamber,
            message="the interface of the session store has changed",
            state="posted",
            sent_at=self._at(second),
            posted_at=self._at(second),
        )
        yield self._event(second, "interrupt.sent", task_id, EventData(interrupt=letter), chamber)
        second += self._chance.uniform(2, 60)
        letter = replace(letter, state="delivered", delivered_at=self._at(second))
        yield self._event(
            second, "interrupt.delivered", task_id, EventData(interrupt=letter), chamber
        )
        second += self._chance.uniform(2, 30)
        letter = replace(letter, state="acted", acted_at=self._at(second))
        yield self._event(second, "interrupt.acted", task_id, EventData(interrupt=letter), chamber)

    def _every(self, mean: float, begins: float, ends: float) -> Iterator[float]:
        second = begins + self._chance.expovariate(1 / mean)
        while second < ends:
            yield second
            second += self._chance.expovariate(1 / mean)


def replay(pipeline: Pipeline, share: float) -> int:
    """Send a day, or a part of it, at its speed; return the number of events."""
    first = 0.0 if share >= 1 else _SHARE_BEGINS
    last = DAY if share >= 1 else first + share * DAY
    began = time.perf_counter()
    events = 0
    for second, thing in Day(now_ms() - round(first * 1_000 / SPEED)).moments():
        if not first <= second < last:
            continue
        time.sleep(max(0.0, began + (second - first) / SPEED - time.perf_counter()))
        if isinstance(thing, Presence):
            pipeline.ask(pipeline.reported(thing))
        else:
            pipeline.ask(pipeline.prepared(Change(events=(thing,))))
            events += 1
    time.sleep(max(0.0, began + (last - first) / SPEED - time.perf_counter()))
    return events


if __name__ == "__main__":
    with a_pipeline(sys.argv[1], sys.argv[2]) as a_line:
        sys.stdout.write(f"{replay(a_line, float(sys.argv[3]))}\n")
