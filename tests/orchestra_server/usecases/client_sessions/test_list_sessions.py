"""Asking Claude Code for its sessions."""

from pathlib import Path

import pytest

from orchestra_server.usecases.client_sessions import list_sessions as list_sessions_module
from orchestra_server.usecases.client_sessions.list_sessions import list_sessions


def a_client(folder: Path, script: str) -> dict[str, str]:
    """Put a program named `claude` there, and return the environment that finds it."""
    program = folder / "claude"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


async def test_the_client_is_asked_for_the_sessions_below_a_directory(tmp_path: Path) -> None:
    listed = (
        '[{"id":"a1","cwd":"/x","kind":"background","state":"blocked","waitingFor":"permission"},'
        '{"pid":1,"sessionId":"s2","kind":"interactive","status":"waiting"}]'
    )
    environ = a_client(tmp_path, f"echo \"$*\" > {tmp_path}/asked; echo '{listed}'")
    sessions = await list_sessions(Path("/repository"), environ)
    assert sessions is not None
    background, interactive = sessions
    assert (background.id, background.is_blocked, background.waits) == ("a1", True, False)
    assert background.waiting_for == "permission"
    assert (interactive.session_id, interactive.is_blocked, interactive.waits) == (
        "s2",
        False,
        True,
    )
    assert (tmp_path / "asked").read_text() == "agents --json --cwd /repository\n"


@pytest.mark.parametrize("script", ["echo nothing useful", "exit 1"])
async def test_nothing_is_known_about_sessions_if_the_client_gives_no_list(
    tmp_path: Path, script: str
) -> None:
    assert await list_sessions(Path("/x"), a_client(tmp_path, script)) is None


async def test_without_the_client_nothing_is_known(tmp_path: Path) -> None:
    assert await list_sessions(Path("/x"), {"PATH": str(tmp_path)}) is None


async def test_a_client_that_does_not_end_in_time_is_logged_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(list_sessions_module, "_SECONDS", 0.05)
    assert await list_sessions(Path("/x"), a_client(tmp_path, "exec sleep 100")) is None
    assert "it took too long" in caplog.text
