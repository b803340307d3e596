"""A command that a repository brings: bounded in time and output, and ended with all it started."""

import asyncio
import os
import shutil
import threading
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import ProgramWatch, watch_programs
from orchestra_server.git.process.run_command import CommandResult, run_command
from tests.support.waiting import until


def ran(command: str | tuple[str, ...], directory: Path, seconds: float = 10) -> CommandResult:
    return run_command(
        command, directory, waits_for="the gate", seconds=seconds, low_priority=True, alone=True
    )


def has_ended(pid: Path) -> bool:
    stat = Path(f"/proc/{pid.read_text().strip()}/stat")
    return not stat.exists() or stat.read_text().split()[2] == "Z"


@pytest.mark.parametrize("command", ["echo out; echo err >&2", ("printf", "out\nerr\n")])
def test_both_outputs_are_returned_in_order(command: str | tuple[str, ...], tmp_path: Path) -> None:
    ended = ran(command, tmp_path)
    assert (ended.passed, ended.output) == (True, "out\nerr\n")


def test_a_failure_has_its_status_and_a_missing_program_is_one(tmp_path: Path) -> None:
    assert (ran("exit 3", tmp_path).status, ran("exit 3", tmp_path).passed) == (3, False)
    missing = ran(("no-such-program",), tmp_path)
    assert (missing.passed, missing.status) == (False, 127)
    assert "No such file or directory" in missing.output


def test_a_command_runs_in_its_directory_without_a_terminal_or_variables_of_orchestra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCHESTRA_REDIS_URL", "redis://:secret@localhost")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    ended = ran("pwd; env | grep -E 'ORCHESTRA|GIT_DIR'; test -t 0 || cat; : < /dev/tty", tmp_path)
    assert ended.output.splitlines()[0] == str(tmp_path)
    assert "secret" not in ended.output
    assert "elsewhere" not in ended.output
    assert not ended.passed


async def test_a_command_that_never_ends_is_ended_with_its_children_at_the_deadline(
    tmp_path: Path,
) -> None:
    ended = ran("trap '' TERM; sleep 100 & echo $! > pid; wait; sleep 100", tmp_path, seconds=4)
    assert ended.late
    assert not ended.passed
    assert "it took longer than 4 s and was ended" in ended.output
    await until(lambda: has_ended(tmp_path / "pid"))


@pytest.mark.parametrize(
    "leaves",
    [
        "sleep 100 &",
        "setsid sleep 100 &",
        "cd /; setsid sleep 100 &",
        'cd /; setsid sh -c "while :; do sleep 100 & wait; done" &',
    ],
)
async def test_processes_left_by_a_command_are_ended_and_not_waited_for(
    leaves: str, tmp_path: Path
) -> None:
    ended = ran(f"{leaves} echo $! > {tmp_path}/pid; true", tmp_path)
    assert ended.passed
    assert ended.seconds < 60
    await until(lambda: has_ended(tmp_path / "pid"))


def test_an_endless_output_is_cut_in_the_middle(tmp_path: Path) -> None:
    ended = ran("echo begin; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end", tmp_path)
    assert ended.output.startswith("begin\n")
    assert ended.output.endswith("end\n")
    assert len(ended.output) < 200_000
    assert "bytes …" in ended.output


async def test_a_command_ends_when_nobody_waits_any_more_and_reports_how_long_it_takes(
    tmp_path: Path,
) -> None:
    told = list[str]()
    watch = ProgramWatch(lambda waits_for, _seconds: told.append(waits_for))
    faults = list[str]()

    def run() -> None:
        with watch_programs(watch):
            try:
                ran("echo $$ > pid; exec sleep 100", tmp_path)
            except Refused as fault:
                faults.append(str(fault))

    thread = threading.Thread(target=run)
    thread.start()
    await until(lambda: bool(told))
    watch.stop.set()
    await until(lambda: not thread.is_alive())
    assert told[0] == "the gate"
    assert faults == ["the gate was cancelled and was ended; nothing of it is kept"]
    await until(lambda: has_ended(tmp_path / "pid"))


def test_a_command_gives_way_to_another(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="was cancelled"):
        run_command("sleep 100", tmp_path, waits_for="the gate", seconds=9, gives_way=lambda: True)


def test_a_command_is_ended_before_its_files_fill_the_disk_and_does_not_begin_on_a_full_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shutil.disk_usage(tmp_path)

    def usage(place: Path) -> tuple[int, int, int]:
        written = tmp_path / "written"
        if place != tmp_path:
            return whole.total, 0, whole.total
        used = written.stat().st_size if written.exists() else 0
        return 1 << 40, used, (300 << 20) - used

    monkeypatch.setattr(shutil, "disk_usage", usage)
    ended = ran("while :; do head -c 10000000 /dev/zero >> written; sleep 0.01; done", tmp_path)
    assert (ended.passed, ended.fills, ended.late) == (False, True, False)
    assert ended.output == f"\nit filled the disk of {tmp_path} and was ended\n"
    assert (tmp_path / "written").stat().st_size < 200 << 20
    with pytest.raises(Refused, match=r"the gate cannot run: the disk of .* is full; free some"):
        ran("true", tmp_path)


@pytest.mark.parametrize("low_priority", [True, False])
async def test_a_command_that_nobody_waits_for_runs_at_low_priority_with_everything_it_starts(
    tmp_path: Path, *, low_priority: bool
) -> None:
    go = tmp_path / "go"
    command = f"sleep 100 & echo $! > child; echo $$ > own; until test -f {go}; do sleep 0.05; done"
    running = asyncio.create_task(
        asyncio.to_thread(
            run_command, command, tmp_path, waits_for="the gate", seconds=60,
            low_priority=low_priority, alone=True,
        )
    )  # fmt: skip
    own, child = tmp_path / "own", tmp_path / "child"
    await until(lambda: own.exists() and own.read_text().endswith("\n"))
    wanted = os.nice(0) + (10 if low_priority else 0)
    for pid in (own, child):
        assert niceness(pid) == wanted
        if shutil.which("ionice"):
            assert ("idle" in await disk_class(pid.read_text().strip())) == low_priority
    go.touch()
    assert (await running).passed


async def disk_class(pid: str) -> str:
    told = asyncio.create_subprocess_exec("ionice", "-p", pid, stdout=PIPE)
    return (await (await told).communicate())[0].decode()


def niceness(pid: Path) -> int:
    return os.getpriority(os.PRIO_PROCESS, int(pid.read_text()))
