"""A new window of tmux, with a program in its place that notes what it is asked."""

import asyncio
from asyncio.subprocess import Process
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_tui.terminal import tmux_window
from orchestra_tui.terminal.tmux_window import is_in_tmux, open_window


def fake_tmux(folder: Path, script: str) -> str:
    """Put a program called tmux into a folder, and return a search path that begins there."""
    program = folder / "tmux"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_the_room_is_in_tmux_where_its_environment_says_so_and_the_program_is_there(
    tmp_path: Path,
) -> None:
    path = fake_tmux(tmp_path, "exit 0")
    assert is_in_tmux({"TMUX": "/tmp/x,1,0", "PATH": path})
    assert not is_in_tmux({"PATH": path})
    assert not is_in_tmux({"TMUX": "/tmp/x,1,0", "PATH": str(tmp_path / "empty")})


async def test_a_window_runs_the_command_in_the_directory_and_keeps_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    monkeypatch.setenv("PATH", fake_tmux(tmp_path, f'printf "%s\\n" "$@" > {asked}'))
    await open_window("auth", "/my shop/auth", "claude --resume c-1")
    assert asked.read_text().splitlines() == [
        "new-window", "-n", "auth", "-c", "/my shop/auth", "sh", "-c",
        'claude --resume c-1; exec "${SHELL:-/bin/sh}"',
    ]  # fmt: skip


async def test_the_error_has_the_words_of_tmux(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", fake_tmux(tmp_path, "echo no server running >&2; exit 1"))
    with pytest.raises(Refused, match="opened no window for auth: no server running"):
        await open_window("auth", "/", "true")


async def test_a_tmux_that_does_not_answer_is_ended_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Process] = []
    start = asyncio.create_subprocess_exec

    async def remembered(*command: str, stdin: int, stdout: int, stderr: int) -> Process:
        started.append(await start(*command, stdin=stdin, stdout=stdout, stderr=stderr))
        return started[0]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", remembered)
    monkeypatch.setattr(tmux_window, "_SECONDS", 0.1)
    monkeypatch.setenv("PATH", fake_tmux(tmp_path, "exec sleep 60"))
    with pytest.raises(Refused, match="no window for auth within"):
        await open_window("auth", "/", "true")
    assert started[0].returncode is not None
