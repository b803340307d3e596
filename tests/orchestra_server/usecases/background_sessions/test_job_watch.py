"""Hints in the client's own folder that a session in the background may be blocked."""

import asyncio
from pathlib import Path

from orchestra_server.usecases.background_sessions.job_watch import (
    hinted_places,
    jobs_folder,
    watch_jobs,
)
from tests.support.waiting import until


def write_job(jobs: Path, name: str, state: str, place: str) -> None:
    (jobs / name).mkdir(parents=True, exist_ok=True)
    (jobs / name / "state.json").write_text(f'{{"state": "{state}", "cwd": "{place}"}}')


def test_the_folder_is_the_configured_one_or_that_of_the_home() -> None:
    assert jobs_folder({"HOME": "/home/me"}) == Path("/home/me/.claude/jobs")
    assert jobs_folder({"HOME": "/x", "CLAUDE_CONFIG_DIR": "/c"}) == Path("/c/jobs")


def test_a_blocked_job_hints_at_the_place_that_it_names(tmp_path: Path) -> None:
    write_job(tmp_path, "a", "blocked", "/r/auth")
    write_job(tmp_path, "b", "working", "/r/api")
    write_job(tmp_path, "c", "blocked", "/r/web/src")
    (tmp_path / "pins.json").write_text("[]")
    places = ["/r/auth", "/r/aut", "/r/api", "/r/web"]
    assert hinted_places(tmp_path, places) == {"/r/auth", "/r/web"}
    assert hinted_places(tmp_path / "missing", places) == frozenset()


async def test_each_change_of_a_job_is_told_also_of_a_new_one(tmp_path: Path) -> None:
    write_job(tmp_path, "a", "working", "/r/auth")
    seen: list[frozenset[str]] = []

    def look() -> None:
        seen.append(hinted_places(tmp_path, ["/r/auth", "/r/api"]))

    watch = asyncio.create_task(watch_jobs(tmp_path, look))
    await until(lambda: seen == [frozenset()])
    write_job(tmp_path, "a", "blocked", "/r/auth")
    await until(lambda: seen[-1] == frozenset({"/r/auth"}))
    write_job(tmp_path, "b", "working", "/r/api")
    write_job(tmp_path, "b", "blocked", "/r/api")
    await until(lambda: seen[-1] == frozenset({"/r/auth", "/r/api"}))
    watch.cancel()


async def test_without_the_folder_the_watch_ends(tmp_path: Path) -> None:
    await watch_jobs(tmp_path / "missing", lambda: None)
