"""Samples of several things by turns, so that whatever else the machine does meets all alike."""

import os
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_MOST_ROUNDS = 5_000
_ENOUGH = 1.0  # seconds for a measurement; less only shows that it works


def by_turns(
    measures: Sequence[Callable[[], float]], seconds: float, least: int = 3
) -> list[list[float]]:
    """Call all measures in turn, A B A B, for `seconds` and at least `least` rounds.

    A first round is thrown away: it finds files that are not in memory yet. In less than a second
    there is one round and nothing more.
    """
    if seconds >= _ENOUGH:
        for measure in measures:
            measure()
    samples: list[list[float]] = [[] for _ in measures]
    until = time.perf_counter() + seconds
    for done in range(_MOST_ROUNDS):
        if done >= (least if seconds >= _ENOUGH else 1) and time.perf_counter() > until:
            break
        for taken, measure in zip(samples, measures, strict=True):
            taken.append(measure())
    return samples


async def by_turns_async(
    measures: Sequence[Callable[[], Awaitable[float]]], seconds: float, least: int = 3
) -> list[list[float]]:
    """Do the same with coroutines, one at a time."""
    if seconds >= _ENOUGH:
        for measure in measures:
            await measure()
    samples: list[list[float]] = [[] for _ in measures]
    until = time.perf_counter() + seconds
    for done in range(_MOST_ROUNDS):
        if done >= (least if seconds >= _ENOUGH else 1) and time.perf_counter() > until:
            break
        for taken, measure in zip(samples, measures, strict=True):
            taken.append(await measure())
    return samples


async def taken_ms(work: Awaitable[object]) -> float:
    """Return how many milliseconds it takes."""
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1_000


def ms(work: Callable[[], object]) -> float:
    """Return how many milliseconds a plain function takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def command_ms(
    command: Sequence[str],
    directory: Path,
    environ: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> float:
    """Return how many milliseconds a command takes from its start to its end; it must succeed."""
    began = time.perf_counter()
    ended = subprocess.run(
        command, cwd=directory, env=environ, input=stdin, capture_output=True, check=False
    )
    taken = (time.perf_counter() - began) * 1_000
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)}: {ended.stderr.decode(errors='replace')}")
    return taken


def command_cpu_ms(
    command: Sequence[str], directory: Path, stdin: bytes, environ: Mapping[str, str] | None = None
) -> float:
    """Return how many milliseconds of processor a command takes, with all that it has started."""
    with subprocess.Popen(
        command,
        cwd=directory,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        if process.stdin is not None:
            # /bin/true reads nothing, and a hook reads no more than it keeps.
            with suppress(BrokenPipeError):
                process.stdin.write(stdin)
            with suppress(BrokenPipeError):
                process.stdin.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return (used.ru_utime + used.ru_stime) * 1_000
