"""The worktree in which gates run: exact, used again, and apart from the clone."""

import asyncio
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.gates import scratch_worktree
from orchestra_server.git.gates.scratch_worktree import (
    gates_folder,
    is_wanted,
    sweep_scratch,
    take_scratch,
)
from orchestra_server.git.process.foreign_programs import ProgramWatch, watch_programs
from orchestra_server.git.repository.repository import Repository, open_repository
from tests.support.git.repositories import TestRepository, run_git, small_repository
from tests.support.waiting import until


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop", {".gitignore": "cache\n", "a.txt": "1\n"})


@pytest.fixture
def repo(shop: TestRepository) -> Repository:
    return open_repository(shop.path)


def files_in(path: Path) -> dict[str, str]:
    return {
        str(file.relative_to(path)): file.read_text()
        for file in path.rglob("*")
        if file.is_file() and ".git" not in file.relative_to(path).parts
    }


def check_out(repo: Repository, state: Path, commit: str, kept: tuple[str, ...] = ()) -> Path:
    with take_scratch(repo, state, waits_for="a gate", low_priority=False) as scratch:
        scratch.check_out(commit, (repo.common_dir / "objects",), kept)
        return scratch.path


def test_the_scratch_worktree_holds_exactly_the_commits_tree_whatever_the_last_gate_left(
    shop: TestRepository, repo: Repository, tmp_path: Path
) -> None:
    first = shop.head
    second = shop.commit("two", {"b/c.txt": "2\n"})
    path = check_out(repo, tmp_path / "state", second)
    assert path.name == "shop"
    assert files_in(path) == {".gitignore": "cache\n", "a.txt": "1\n", "b/c.txt": "2\n"}
    (path / "a.txt").write_text("changed\n")
    (path / "new.txt").write_text("new\n")
    (path / "cache").mkdir()
    (path / "cache" / "kept").write_text("made by the setup\n")
    (path / ".git" / "index.lock").touch()
    assert check_out(repo, tmp_path / "state", first, ("cache/",)) == path
    assert files_in(path) == {
        ".gitignore": "cache\n", "a.txt": "1\n", "cache/kept": "made by the setup\n",
    }  # fmt: skip
    assert run_git(path, "rev-parse", "HEAD").strip() == first
    (path / ".git" / "index").write_bytes(b"broken")
    check_out(repo, tmp_path / "state", second)
    assert files_in(path).keys() == {".gitignore", "a.txt", "b/c.txt"}


def test_what_a_gate_does_to_git_stays_there(
    shop: TestRepository, repo: Repository, tmp_path: Path
) -> None:
    before = shop.git("for-each-ref"), shop.git("worktree", "list"), shop.status
    path = check_out(repo, tmp_path / "state", shop.head)
    run_git(
        path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x", "--allow-empty"
    )
    run_git(path, "branch", "from-the-gate")
    assert (shop.git("for-each-ref"), shop.git("worktree", "list"), shop.status) == before


async def test_one_gate_runs_at_a_time_and_who_is_polite_learns_that_another_waits(
    shop: TestRepository, repo: Repository, tmp_path: Path
) -> None:
    state, taken = tmp_path / "state", list[str]()
    watch = ProgramWatch()

    def take() -> None:
        with (
            watch_programs(watch),
            take_scratch(repo, state, waits_for="the landing", low_priority=False),
        ):
            taken.append("landing")

    with take_scratch(repo, state, waits_for="the radar", low_priority=True):
        thread = threading.Thread(target=take)
        thread.start()
        await until(lambda: is_wanted(repo, state))
        assert taken == []
    await until(lambda: not thread.is_alive())
    assert taken == ["landing"]
    assert not is_wanted(repo, state)
    watch.stop.set()
    with (
        take_scratch(repo, state, waits_for="the radar", low_priority=True),
        watch_programs(watch),
        pytest.raises(Refused, match="the landing was cancelled before it began"),
        take_scratch(repo, state, waits_for="the landing", low_priority=False),
    ):
        pass


async def test_the_gate_of_a_killed_process_is_ended_before_the_next_one_begins(
    shop: TestRepository, repo: Repository, tmp_path: Path
) -> None:
    path = check_out(repo, tmp_path / "state", shop.head)
    (path.parent / "in-use").touch()
    sleeper = await asyncio.create_subprocess_exec("sleep", "100", cwd=path, start_new_session=True)
    check_out(repo, tmp_path / "state", shop.head)
    async with asyncio.timeout(60):
        assert await sleeper.wait()


def test_the_files_of_a_clone_that_is_gone_are_deleted(
    shop: TestRepository, repo: Repository, tmp_path: Path
) -> None:
    check_out(repo, tmp_path / "state", shop.head)
    assert sweep_scratch(tmp_path / "state") == []
    shutil.rmtree(shop.path)
    place = gates_folder(tmp_path / "state", repo.common_dir)
    assert sweep_scratch(tmp_path / "state") == [place]
    assert not place.exists()


def test_nothing_that_a_gate_does_to_gits_index_or_attributes_keeps_a_file_from_being_exact(
    shop: TestRepository, repo: Repository, tmp_path: Path
) -> None:
    second = shop.commit("two", {"b.txt": "2\n"})
    path = check_out(repo, tmp_path / "state", second)
    run_git(path, "update-index", "--skip-worktree", "a.txt")
    (path / "a.txt").write_text("changed\n")
    (path / ".git" / "info").mkdir(exist_ok=True)
    (path / ".git" / "info" / "attributes").write_text("* eol=crlf\n")
    run_git(path, "rm", "--cached", "--quiet", "b.txt")
    (path / "staged.txt").write_text("staged\n")
    run_git(path, "add", "staged.txt")
    third = shop.commit("three", {"c.txt": "3\n"})
    check_out(repo, tmp_path / "state", third)
    assert (path / "c.txt").read_bytes() == b"3\n"
    assert files_in(path) == {
        ".gitignore": "cache\n", "a.txt": "1\n", "b.txt": "2\n", "c.txt": "3\n",
    }  # fmt: skip
    assert run_git(path, "diff", "--cached", "--name-only") == ""


@pytest.mark.parametrize("left", ["left.txt", "b/left.txt", ".hidden/deep/left.txt", "cache/left"])
def test_whatever_a_gate_leaves_is_deleted_and_what_it_deletes_comes_back(
    shop: TestRepository, repo: Repository, tmp_path: Path, left: str
) -> None:
    commit = shop.commit("two", {"b/c.txt": "2\n", "d/e.txt": "3\n"})
    path = check_out(repo, tmp_path / "state", commit)
    whole = files_in(path)
    (path / left).parent.mkdir(parents=True, exist_ok=True)
    (path / left).write_text("by a gate\n")
    shutil.rmtree(path / "d")
    check_out(repo, tmp_path / "state", commit)
    assert files_in(path) == whole
    assert not (path / left).parent.exists() or (path / left).parent in {path, path / "b"}


def test_a_file_in_place_of_a_folder_and_a_folder_in_place_of_a_file_are_put_right(
    shop: TestRepository, repo: Repository, tmp_path: Path
) -> None:
    commit = shop.commit("two", {"b/c.txt": "2\n"})
    path = check_out(repo, tmp_path / "state", commit)
    whole = files_in(path)
    shutil.rmtree(path / "b")
    (path / "b").write_text("a file\n")
    (path / "a.txt").unlink()
    (path / "a.txt").mkdir()
    (path / "a.txt" / "inner").touch()
    check_out(repo, tmp_path / "state", commit)
    assert files_in(path) == whole


def test_git_does_not_look_for_what_was_left_where_nothing_was(
    shop: TestRepository, repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = list[str]()
    run = scratch_worktree.git_output

    def note(directory: Path, *args: str, **options: Mapping[str, str]) -> str:
        commands.extend(word for word in args if word in {"clean", "read-tree"})
        return run(directory, *args, env=options.get("env"))

    monkeypatch.setattr(scratch_worktree, "git_output", note)
    second = shop.commit("two", {"b/c.txt": "2\n"})
    path = check_out(repo, tmp_path / "state", second, ("made/",))
    (path / "made").mkdir()
    (path / "made" / "by the setup").touch()
    check_out(repo, tmp_path / "state", f"{second}~1", ("made/",))
    assert commands == ["read-tree", "read-tree"]
    check_out(repo, tmp_path / "state", second)
    assert commands[2:] == ["clean", "read-tree"]
    assert not (path / "made").exists()
