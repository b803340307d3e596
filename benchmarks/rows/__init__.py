"""The rows, in the order of the table."""

from benchmarks.row import Benchmark
from benchmarks.rows import (
    archive,
    chambers,
    change,
    growth,
    heard,
    hook,
    interrupt,
    landing,
    load,
    memory,
    opening,
    radar,
    replay,
    review,
    status,
    tools,
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
    landing.ROW,
    interrupt.ROW,
    heard.ROW,
    hook.ROW,
    status.ROW,
    archive.ROW,
    growth.CHAMBERS,
    growth.EVENTS,
)
