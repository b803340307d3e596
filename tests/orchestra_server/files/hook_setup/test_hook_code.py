"""The hook's code lies in the git directory: nothing that a repository tracks runs in its place."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_server.files.hook_setup.hook_code import code_file, code_folder
from orchestra_server.files.hook_setup.hook_probe import probe_hook
from orchestra_server.files.hook_setup.hook_settings import HOOK, HOOK_SETTINGS
from orchestra_server.files.installation.install import initialise, undo
from tests.support.hooks.hooked_checkout import (
    HookedCheckout,
    Session,
    hooked_checkout,
    names_in,
    send,
)

SETTINGS = Path(".claude", "settings.local.json")


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "a shop")


def test_only_the_owner_can_read_the_code_and_its_folder_is_named_by_its_hash(
    checkout: HookedCheckout,
) -> None:
    code = code_file(checkout.main / ".git")
    assert code.stat().st_mode & 0o777 == 0o644
    for folder in code.parents[:2]:
        assert folder.stat().st_mode & 0o777 == 0o700
    assert len(code.parent.name) == 16


def test_a_file_in_the_repository_with_the_hooks_name_is_never_run(
    checkout: HookedCheckout,
) -> None:
    chamber = checkout.chamber()
    mark = checkout.main / "ran"
    for directory in (chamber, checkout.main):
        (directory / HOOK).write_text(f"open({str(mark)!r}, 'w')")
        (directory / HOOK.parent / "_json.py").write_text(f"open({str(mark)!r}, 'w')")
    send(chamber, "Hello")
    assert "Hello" in Session(chamber).fire("PostToolBatch").context
    assert probe_hook(chamber, checkout.document().id, checkout.main, checkout.main / ".git").ready
    assert not mark.exists()


@pytest.mark.parametrize("way", ["another command", "another folder", "an interpreter of its own"])
def test_the_probe_runs_no_command_that_orchestra_would_not_write(
    checkout: HookedCheckout, way: str
) -> None:
    chamber = checkout.chamber()
    mark, git = checkout.main / "ran", checkout.main / ".git"
    program = checkout.main / "python"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    program.chmod(0o755)
    for directory in (chamber, checkout.main):
        text = (directory / SETTINGS).read_text()
        changed = {
            "another command": text.replace("set -- ", f"touch '{mark}'; "),
            "another folder": text.replace(str(code_folder(git)), str(checkout.main)),
            "an interpreter of its own": text.replace(sys.executable, "./python"),
        }[way]
        assert changed != text
        (directory / SETTINGS).write_text(changed)
    answer = probe_hook(chamber, checkout.document().id, checkout.main, git)
    assert not answer.ready
    assert "starts a hook that is not ours; it was not run" in answer.note
    assert not mark.exists()


def test_the_script_at_the_documented_path_starts_the_same_code(checkout: HookedCheckout) -> None:
    chamber = checkout.chamber()
    send(chamber, "Hello")
    ended = subprocess.run(
        [sys.executable, "-I", str(chamber / HOOK), "mail"],
        input=Session(chamber).payload("PostToolBatch", {}),
        capture_output=True,
        check=True,
    )
    assert b"Hello" in ended.stdout
    assert ended.stderr == b""


def test_init_writes_deleted_code_again(checkout: HookedCheckout) -> None:
    code_file(checkout.main / ".git").write_text("broken(")
    (line,) = initialise(checkout.main, Path(sys.executable))
    assert line == f"{code_folder(checkout.main / '.git')}: written"
    assert initialise(checkout.main, Path(sys.executable)) == []


def test_undo_keeps_the_code_while_chambers_use_it(
    checkout: HookedCheckout,
) -> None:
    chamber = checkout.chamber()
    undo(checkout.main)
    send(chamber, "Hello")
    assert "Hello" in Session(chamber).fire("PostToolBatch").context


def test_undo_removes_the_code(checkout: HookedCheckout) -> None:
    assert "orchestra" in names_in(checkout.main / ".git")
    undo(checkout.main)
    assert names_in(checkout.main / ".git") == ["HEAD", "info", "objects", "refs"]


@pytest.mark.parametrize("reader", ["its session", "a subagent"])
def test_hook_settings_that_a_repository_tracks_are_not_used(
    checkout: HookedCheckout, reader: str
) -> None:
    chamber = checkout.chamber()
    settings = chamber / HOOK_SETTINGS
    foreign = {**json.loads(settings.read_bytes()), "root": "/home/ann/shop"}
    settings.write_text(json.dumps(foreign))
    send(chamber, "Hello")
    call = {"tool_name": "Read", "tool_input": {"file_path": f"{chamber}/a"}}
    session = Session(chamber) if reader == "its session" else checkout.subagent()
    assert session.fire("PreToolUse", call).denial == ""
    settings.write_text(json.dumps({**foreign, "root": str(chamber)}))
    assert session.fire("PreToolUse", call).denial
