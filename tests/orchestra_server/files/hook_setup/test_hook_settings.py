"""What a hook is told beside its own code."""

import json
from pathlib import Path

import msgspec

from orchestra_server.files.hook_setup.hook_settings import (
    HOOK_SETTINGS,
    HookSettings,
    briefs_subagents,
    chamber_settings,
    is_isolated,
    is_outdated,
    main_settings,
)
from tests.support.samples.documents import a_chamber

REPORTS = Path("/m/.git/orchestra/spool/auth.1a2b3c4d")


def test_a_chambers_settings_say_whose_it_is_and_where_its_reports_go() -> None:
    chamber = a_chamber()
    raw = chamber_settings(chamber, main=Path("/m"), reports=REPORTS, own_hooks=True)
    settings = msgspec.json.decode(raw, type=HookSettings)
    assert (settings.mode, settings.root, settings.main) == ("chamber", chamber.path, "/m")
    assert (settings.own_hooks, settings.isolation) == (True, True)
    assert (settings.chamber_id, settings.chamber) == (chamber.id, chamber.name)
    assert Path(settings.spool, settings.slot) == REPORTS


def test_the_main_checkouts_settings_say_where_it_is_and_no_more() -> None:
    assert json.loads(main_settings(Path("/r"), REPORTS)) == {
        "mode": "main",
        "root": "/r",
        "spool": str(REPORTS.parent),
        "slot": REPORTS.name,
    }


def test_settings_without_a_spool_are_those_of_an_older_version(tmp_path: Path) -> None:
    place = tmp_path / HOOK_SETTINGS
    assert not is_outdated(tmp_path)
    place.parent.mkdir(parents=True)
    older: dict[str, object] = {"mode": "chamber", "root": str(tmp_path), "redis": {"port": 1}}
    for settings, outdated in (
        (older, True),
        ({**older, "spool": "/s"}, False),
        ({**older, "root": "/elsewhere"}, False),
        ({**older, "mode": "main"}, False),
    ):
        place.write_text(json.dumps(settings))
        assert is_outdated(tmp_path) == outdated


def test_isolation_is_on_unless_the_main_checkouts_settings_say_otherwise(tmp_path: Path) -> None:
    assert is_isolated(tmp_path)
    place = tmp_path / HOOK_SETTINGS
    place.parent.mkdir(parents=True)
    for isolation in (True, False):
        place.write_bytes(main_settings(tmp_path, tmp_path / "spool", isolation=isolation))
        assert is_isolated(tmp_path) is isolation
    place.write_text("not JSON")
    assert is_isolated(tmp_path)


def test_subagents_are_briefed_where_the_clients_worktrees_become_chambers(tmp_path: Path) -> None:
    assert not briefs_subagents(tmp_path)
    (tmp_path / HOOK_SETTINGS).parent.mkdir(parents=True)
    (tmp_path / HOOK_SETTINGS).write_bytes(main_settings(tmp_path, REPORTS))
    assert briefs_subagents(tmp_path)
    (tmp_path / HOOK_SETTINGS).write_bytes(main_settings(tmp_path, REPORTS, worktrees=False))
    assert not briefs_subagents(tmp_path)
