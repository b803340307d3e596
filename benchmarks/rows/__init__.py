"""The rows, in the order of the table."""

from benchmarks.figures.row import Benchmark
from benchmarks.rows.conductor import (
    archive,
    chambers,
    change,
    gates,
    growth,
    landing,
    radar,
    status,
    tools,
)
from benchmarks.rows.room import load, memory, opening, replay, review
from benchmarks.rows.workers import (
    discovery,
    heard,
    hook,
    interrupt,
    requests,
    started,
    steering,
    steering_keys,
)

ROWS: tuple[Benchmark, ...] = (
    load.KEYS,
    load.EVENT,
    load.PROCESSOR,
    memory.ROW,
    replay.ROW,
    opening.PAINT,
    opening.READY,
    review.ROW,
    change.ROW,
    tools.ROW,
    chambers.ROW,
    radar.ROW,
    gates.ROW,
    landing.ROW,
    interrupt.ROW,
    heard.ROW,
    discovery.ROW,
    requests.ROW,
    steering.ROW,
    steering_keys.ROW,
    started.ROW,
    hook.ROW,
    status.ROW,
    archive.ROW,
    growth.CHAMBERS,
    growth.EVENTS,
)
