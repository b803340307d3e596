"""The setup runs once for each content that it depends on, and what it makes stays."""

from pathlib import Path

import pytest

from orchestra_core.configuration.gate_plan import Setup
from orchestra_core.errors import Refused
from orchestra_server.git.gates.prepare_scratch import CommitToJudge, copy_paths, prepare_scratch
from orchestra_server.git.gates.scratch_worktree import take_scratch
from orchestra_server.git.repository.repository import open_repository
from tests.support.repositories import TestRepository, small_repository


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    files = {".gitignore": "deps\ncopied\n", "lock.json": "1\n"}
    return small_repository(tmp_path / "shop", files)


def prepare(shop: TestRepository, setup: Setup | None, commit: str) -> Path:
    repo = open_repository(shop.path)
    state = shop.path.parent / "state"
    with take_scratch(repo, state, waits_for="a gate", low_priority=False) as scratch:
        judged = CommitToJudge(commit, (repo.common_dir / "objects",), {})
        prepare_scratch(scratch, setup, judged, low_priority=False)
        return scratch.path


def test_it_runs_again_only_when_what_it_depends_on_has_changed(shop: TestRepository) -> None:
    log = shop.path.parent / "log"
    setup = Setup(
        command=f"echo run >> {log}; mkdir deps; cp lock.json deps/installed",
        timeout=9,
        depends=("lock.json",),
    )
    path = prepare(shop, setup, shop.head)
    prepare(shop, setup, shop.commit("code", {"code.py": "1\n"}))
    assert (path / "code.py").exists()
    assert log.read_text() == "run\n"
    prepare(shop, setup, shop.commit("dependency", {"lock.json": "2\n"}))
    assert (path / "deps" / "installed").read_text() == "2\n"
    assert log.read_text() == "run\nrun\n"
    prepare(shop, None, shop.head)
    assert not (path / "deps").exists()


def test_ignored_folders_are_copied_from_the_main_checkout(shop: TestRepository) -> None:
    shop.write("copied/deep/file", "content\n")
    (shop.path / "copied" / "link").symlink_to("deep/file")
    path = prepare(shop, Setup(copy=("copied", "missing")), shop.head)
    assert (path / "copied" / "link").read_text() == "content\n"
    assert (path / "copied" / "link").is_symlink()


@pytest.mark.parametrize("path", ["../secret", "/etc", "a/../../b"])
def test_nothing_is_copied_from_outside(path: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="leads out of the repository"):
        copy_paths(tmp_path, tmp_path / "to", [path])


def test_a_failing_setup_says_what_it_printed_and_is_tried_again(shop: TestRepository) -> None:
    failing = Setup(command="echo no network; test -f ../ok", timeout=9)
    with pytest.raises(Refused, match=r"the setup of orchestra\.toml fails .* no network"):
        prepare(shop, failing, shop.head)
    path = prepare(shop, Setup(command="true", timeout=9), shop.head)
    (path.parent / "ok").touch()
    prepare(shop, failing, shop.head)


@pytest.mark.parametrize("damaged", [".git/HEAD", ".git/index"])
def test_it_runs_again_where_the_worktree_was_damaged_and_made_anew(
    shop: TestRepository, damaged: str
) -> None:
    setup = Setup(command="mkdir -p deps; touch deps/installed", timeout=9)
    path = prepare(shop, setup, shop.head)
    (path / damaged).unlink()
    if damaged.endswith("index"):
        (path / damaged).write_text("torn")
    prepare(shop, setup, shop.head)
    assert (path / "deps" / "installed").exists()
