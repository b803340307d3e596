"""Hints in the client's own folders that a session may wait, or wait no more."""

import asyncio
from pathlib import Path

from orchestra_server.usecases.client_sessions.session_files import (
    blocked_places,
    busy_since,
    client_folder,
    waiting_sessions,
    watch_folder,
)
from tests.support.waiting import until


def write_job(jobs: Path, name: str, state: str, place: str) -> None:
    (jobs / name).mkdir(parents=True, exist_ok=True)
    (jobs / name / "state.json").write_text(f'{{"state": "{state}", "cwd": "{place}"}}')


def test_the_folder_is_the_configured_one_or_that_of_the_home() -> None:
    assert client_folder({"HOME": "/home/me"}) == Path("/home/me/.claude")
    assert client_folder({"HOME": "/x", "CLAUDE_CONFIG_DIR": "/c"}) == Path("/c")


def test_a_blocked_job_hints_at_the_place_that_it_names(tmp_path: Path) -> None:
    write_job(tmp_path, "a", "blocked", "/r/auth")
    write_job(tmp_path, "b", "working", "/r/api")
    write_job(tmp_path, "c", "blocked", "/r/web/src")
    (tmp_path / "pins.json").write_text("[]")
    places = ["/r/auth", "/r/aut", "/r/api", "/r/web"]
    assert blocked_places(tmp_path, places) == {"/r/auth", "/r/web"}
    assert blocked_places(tmp_path / "missing", places) == frozenset()


def test_a_session_has_a_file_that_says_whether_it_waits(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text('{"sessionId":"a","status":"waiting"}')
    (tmp_path / "2.json").write_text('{"sessionId":"b","status":"busy"}')
    assert waiting_sessions(tmp_path, ["a", "b", "c", ""]) == {"a": True, "b": False}


def test_only_a_file_of_a_seen_version_surely_says_that_its_session_is_busy(
    tmp_path: Path,
) -> None:
    def note(session_id: str, version: str, status: str) -> str:
        return (
            f'{{"pid":1,"sessionId":"{session_id}","version":"{version}",'
            f'"status":"{status}","statusUpdatedAt":7}}'
        )

    (tmp_path / "1.json").write_text(note("a", "2.1.332", "busy"))
    (tmp_path / "2.json").write_text(note("b", "2.1.332", "waiting"))
    (tmp_path / "3.json").write_text(note("c", "3.0.0", "busy"))
    (tmp_path / "4.json").write_text(note("d", "2.1.332", "busy"))
    (tmp_path / "5.json").write_text('{"sessionId":"e","status":"busy"}')
    (tmp_path / "6.json").write_text('{"sessionId":"f",')
    assert busy_since(tmp_path, ["a", "b", "c", "e", "f"]) == {"a": 7}


async def test_each_change_of_a_job_is_told_also_of_a_new_one(tmp_path: Path) -> None:
    write_job(tmp_path, "a", "working", "/r/auth")
    seen: list[frozenset[str]] = []

    def look() -> None:
        seen.append(blocked_places(tmp_path, ["/r/auth", "/r/api"]))

    watch = asyncio.create_task(watch_folder(tmp_path, look))
    await until(lambda: seen == [frozenset()])
    write_job(tmp_path, "a", "blocked", "/r/auth")
    await until(lambda: seen[-1] == frozenset({"/r/auth"}))
    write_job(tmp_path, "b", "working", "/r/api")
    write_job(tmp_path, "b", "blocked", "/r/api")
    await until(lambda: seen[-1] == frozenset({"/r/auth", "/r/api"}))
    watch.cancel()


async def test_without_the_folder_the_watch_ends(tmp_path: Path) -> None:
    await watch_folder(tmp_path / "missing", lambda: None)
