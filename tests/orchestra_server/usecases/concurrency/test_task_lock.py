from pathlib import Path

from orchestra_server.usecases.concurrency.task_lock import is_task_locked, lock_task, try_lock_task


async def test_a_task_is_locked_within_the_block(tmp_path: Path) -> None:
    assert not is_task_locked(tmp_path, "t-1")
    async with lock_task(tmp_path, "t-1"):
        assert is_task_locked(tmp_path, "t-1")
    assert not is_task_locked(tmp_path, "t-1")


async def test_another_task_is_not_locked(tmp_path: Path) -> None:
    async with lock_task(tmp_path, "t-1"), lock_task(tmp_path, "t-2"):
        assert not is_task_locked(tmp_path, "t-3")


async def test_any_task_id_gives_a_file_in_the_lock_folder(tmp_path: Path) -> None:
    async with lock_task(tmp_path, "../../t/1"):
        [file] = (tmp_path / "orchestra" / "tasks").iterdir()
        assert file.name.isalnum()


async def test_trying_for_a_lock_that_somebody_holds_says_so_at_once(tmp_path: Path) -> None:
    with try_lock_task(tmp_path, "t-1") as is_held:
        assert is_held
        assert is_task_locked(tmp_path, "t-1")
    async with lock_task(tmp_path, "t-1"):
        with try_lock_task(tmp_path, "t-1") as is_held:
            assert not is_held
