"""Trust is the person's, of one clone and one text."""

import shutil
import stat
from pathlib import Path

import pytest

from orchestra_core.configuration import trust
from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_core.configuration.trust import (
    give_trust,
    person_name,
    read_trust,
    take_trust_back,
    trust_state,
    trusted_plan,
)
from tests.support.git.repositories import small_repository

GATE = '[gate]\ncommand = "true"\n'


def test_nothing_runs_before_it_is_trusted_nor_after_a_change(tmp_path: Path) -> None:
    shop, state_dir = small_repository(tmp_path / "shop"), tmp_path / "state"
    git_dir = shop.path / ".git"
    file = shop.write("orchestra.toml", GATE)
    assert trusted_plan(shop.path, state_dir, git_dir) is None
    record = give_trust(state_dir, git_dir, read_gate_plan(shop.path))
    plan = trusted_plan(shop.path, state_dir, git_dir)
    assert plan is not None
    assert record.person == person_name()
    assert record == read_trust(state_dir, git_dir)

    file.write_text(GATE.replace("true", "false"))
    changed = read_gate_plan(shop.path)
    assert trust_state(changed, read_trust(state_dir, git_dir)) == "changed"
    assert trusted_plan(shop.path, state_dir, git_dir) is None

    file.write_text(GATE)
    take_trust_back(state_dir, git_dir)
    assert trust_state(plan, read_trust(state_dir, git_dir)) == "new"


def test_a_copy_of_the_clone_is_not_trusted_and_nobody_else_can_read_the_record(
    tmp_path: Path,
) -> None:
    shop, state_dir = small_repository(tmp_path / "shop"), tmp_path / "state"
    shop.write("orchestra.toml", GATE)
    plan = read_gate_plan(shop.path)
    give_trust(state_dir, shop.path / ".git", plan)
    shutil.copytree(shop.path, tmp_path / "copy")
    assert read_trust(state_dir, tmp_path / "copy" / ".git").digests == ()
    (file,) = (state_dir / "trust").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.write_text("{}")
    assert read_trust(state_dir, shop.path / ".git").digests == ()


def test_without_the_file_no_record_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = small_repository(tmp_path / "shop")

    def read(*_of: Path) -> None:
        pytest.fail("a record was read")

    monkeypatch.setattr(trust, "read_trust", read)
    assert trusted_plan(shop.path, tmp_path / "state", shop.path / ".git") is None
