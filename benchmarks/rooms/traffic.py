"""`python -m benchmarks.rooms.traffic URL PROJECT RATE TASKS CHAMBERS`: events at an even rate.

Each touches a task, a chamber and the feed. It stops when its standard input ends, and says how
many events it has sent.
"""

import random
import select
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from benchmarks.projects import invented_project
from benchmarks.rooms.pipeline import Pipeline, a_pipeline
from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.events import Event, EventData

_STEP = 0.01  # seconds between two batches, at rates that need batches


def main() -> None:
    """Send events until the process is told to stop."""
    url, project, *numbers = sys.argv[1:]
    rate, tasks, chambers = map(int, numbers)
    with a_pipeline(url, project) as pipeline:
        sys.stdout.write(f"{_send(pipeline, rate, changes(tasks, chambers))}\n")


def changes(tasks: int, chambers: int) -> Iterator[Change]:
    """Yield changes without end, each of another task and chamber, the same at every run."""
    chosen = random.Random(5)  # noqa: S311 - even and repeatable is what is wanted
    while True:
        number = chosen.randrange(chambers)
        chamber = invented_project.chamber(number, max(0, tasks - 1 - number // 10))
        phase = chosen.choice(invented_project.PHASES).name
        task = replace(invented_project.task(chosen.randrange(tasks)), phase=phase)
        event = Event(
            at=now_ms(),
            kind="task.phase-advanced",
            actor="conductor",
            task_id=task.id,
            chamber=chamber.name,
            data=EventData(task=task, chamber=chamber),
        )
        yield Change(events=(event,))


@contextmanager
def traffic(url: str, project: str, rate: int, tasks: int, chambers: int) -> Generator[None]:
    """Send events from a separate process; at rate 0 there is none."""
    if not rate:
        yield
        return
    numbers = (str(rate), str(tasks), str(chambers))
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.rooms.traffic", url, project, *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as sender:
        try:
            yield
        finally:
            sender.kill()


def _send(pipeline: Pipeline, rate: int, source: Iterator[Change]) -> int:
    began = time.perf_counter()
    sent = 0
    step = max(_STEP, 1 / rate)
    while not select.select([sys.stdin], [], [], step)[0]:
        due = int((time.perf_counter() - began) * rate) - sent
        if due > 0:
            pipeline.ask(*(pipeline.prepared(next(source)) for _ in range(due)))
            sent += due
    return sent


if __name__ == "__main__":
    main()
