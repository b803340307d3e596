"""Whatever a worker does to files and index, saving and restoring brings all of it back."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestra_server.git.saves.remove_saved_worktree import remove_worktree
from orchestra_server.git.saves.restore import require_save, restore_work
from orchestra_server.git.saves.save import save_work
from tests.support.git.chambers import saved_ref, workshop
from tests.support.git.repositories import TestRepository

# Tracked and new, nested, with a space, non-ASCII, a newline and a leading dash.
NAMES = ("README", "src/app.py", "new", "src/a b", "ü/☃", "line\nbreak", "-dash")


def write(chamber: TestRepository, name: str) -> None:
    if not chamber.path.joinpath(name).is_symlink():
        chamber.write(name, f"{name}\r\nmixed\n\x00")


def link(chamber: TestRepository, name: str) -> None:
    remove(chamber, name)
    chamber.path.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
    chamber.path.joinpath(name).symlink_to("else where")


def remove(chamber: TestRepository, name: str) -> None:
    chamber.path.joinpath(name).unlink(missing_ok=True)


def make_program(chamber: TestRepository, name: str) -> None:
    write(chamber, name)
    if not chamber.path.joinpath(name).is_symlink():
        chamber.path.joinpath(name).chmod(0o755)


def stage(chamber: TestRepository, name: str) -> None:
    if name in chamber.git("ls-files", "-z", "--cached", "--others").split("\0"):
        chamber.git("add", "--all", "--", f":(literal){name}")


def unstage(chamber: TestRepository, name: str) -> None:
    chamber.git("rm", "--quiet", "-f", "--cached", "--ignore-unmatch", "--", f":(literal){name}")


def commit(chamber: TestRepository, name: str) -> None:
    chamber.git("commit", "--quiet", "--allow-empty", "-m", name)


STEPS: tuple[Callable[[TestRepository, str], None], ...] = (
    write, link, remove, make_program, stage, unstage, commit,
)  # fmt: skip


def whole(chamber: TestRepository) -> tuple[object, ...]:
    files = {
        str(path.relative_to(chamber.path)): (
            path.readlink() if path.is_symlink() else (path.read_bytes(), path.stat().st_mode)
        )
        for path in chamber.path.rglob("*")
        if path.name != ".git" and (path.is_symlink() or not path.is_dir())
    }
    return chamber.head, chamber.git("ls-files", "-s", "-z"), chamber.status, files


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(NAMES)), min_size=1, max_size=10))
def test_saving_and_restoring_reproduces_any_state(
    tmp_path: Path, steps: list[tuple[Callable[[TestRepository, str], None], str]]
) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as scratch:
        shop = workshop(Path(scratch) / "repo")
        [chamber] = shop.open("auth")
        for step, name in steps:
            step(chamber, name)
        before = whole(chamber)
        ref = saved_ref(chamber)
        if save_work(shop.repo, chamber.path, ref, "saved") is None:
            assert chamber.status == ""
            return
        remove_worktree(shop.repo, chamber.path)
        place = chamber.path.with_name("again")
        start = require_save(shop.repo, ref).tip
        shop.main.git("worktree", "add", "--quiet", "--detach", str(place), start)
        restore_work(shop.repo, ref, place)
        assert whole(TestRepository(place)) == before
