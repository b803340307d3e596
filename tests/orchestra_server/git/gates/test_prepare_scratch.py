"""The setup runs once for each content that it depends on, and what it makes stays."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_core.configuration.gate_plan import Setup
from orchestra_core.errors import Refused
from orchestra_server.git.gates.prepare_scratch import CommitToJudge, copy_paths, prepare_scratch
from orchestra_server.git.gates.scratch_worktree import take_scratch
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.repositories import TestRepository, small_repository


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


def test_the_setup_runs_again_only_when_what_it_depends_on_has_changed(
    shop: TestRepository,
) -> None:
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


@pytest.mark.skipif(sys.platform == "darwin", reason="cp -c there")
@pytest.mark.parametrize("knows_reflinks", [True, False])
def test_a_copy_shares_blocks_where_cp_can_and_is_made_without_where_it_cannot(
    shop: TestRepository, monkeypatch: pytest.MonkeyPatch, *, knows_reflinks: bool
) -> None:
    programs, told = shop.path.parent / "programs", shop.path.parent / "told"
    programs.mkdir()
    refuses = "" if knows_reflinks else "echo unrecognized option >&2; exit 1"
    script = f'#!/bin/sh\necho "$@" >> {told}\n{refuses}\nexec {shutil.which("cp")} "$@"\n'
    (programs / "cp").write_text(script)
    (programs / "cp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    shop.write("copied/deep/file", "content\n")
    (shop.path / "copied" / "link").symlink_to("deep/file")
    path = prepare(shop, Setup(copy=("copied",)), shop.head)
    assert "--reflink=auto" in told.read_text()
    assert (path / "copied" / "deep" / "file").read_text() == "content\n"
    assert (path / "copied" / "link").is_symlink()


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("mkfs.btrfs") or not shutil.which("filefrag"),
    reason="needs root and btrfs-progs",
)
def test_a_copy_takes_no_space_where_the_file_system_shares_blocks(tmp_path: Path) -> None:
    image, mounted = tmp_path / "image", tmp_path / "mounted"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(256 << 20)
    subprocess.check_call(("mkfs.btrfs", "-q", str(image)))
    if subprocess.call(("mount", "-o", "loop", str(image), str(mounted))):
        pytest.skip("nothing can be mounted here")
    try:
        (mounted / "main" / "deps").mkdir(parents=True)
        (mounted / "main" / "deps" / "large").write_bytes(os.urandom(16 << 20))
        (mounted / "chamber").mkdir()
        copy_paths(mounted / "main", mounted / "chamber", ["deps"])
        copy = mounted / "chamber" / "deps" / "large"
        subprocess.check_call(("sync", "-f", str(mounted)))
        assert "shared" in subprocess.check_output(("filefrag", "-v", str(copy)), text=True)
        assert copy.read_bytes() == (mounted / "main" / "deps" / "large").read_bytes()
    finally:
        subprocess.check_call(("umount", str(mounted)))


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
def test_the_setup_runs_again_if_the_worktree_was_damaged_and_made_again(
    shop: TestRepository, damaged: str
) -> None:
    setup = Setup(command="mkdir -p deps; touch deps/installed", timeout=9)
    path = prepare(shop, setup, shop.head)
    (path / damaged).unlink()
    if damaged.endswith("index"):
        (path / damaged).write_text("torn")
    prepare(shop, setup, shop.head)
    assert (path / "deps" / "installed").exists()
