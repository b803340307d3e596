"""A restore that ends anywhere on its way goes on when repeated, and touches nobody's work."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.saves import restore
from orchestra_server.git.saves.recreate_worktree import WorktreeToRecreate, recreate_worktree
from orchestra_server.git.saves.restore import finish_restore, require_save, restore_work
from orchestra_server.git.saves.restore_mark import mark_restoring
from orchestra_server.git.snapshot.ignored_files_to_save import NO_IGNORED_FILES
from tests.support.git.chambers import Workshop, close, saved_ref
from tests.support.git.repositories import TestRepository, small_repository

BRANCH = "orchestra/t-1/auth"
ALLOWED = ("-c", "protocol.file.allow=always")
# The step that the restore does not reach, and how many times it reaches it before: of the
# chamber, its submodule and the one inside come the files first and the index last.
STOPS = (
    ("restore_submodules", 0), ("restore_exact_files", 2), ("_put_index", 0), ("_put_index", 1),
    ("_put_index", 2), ("unmark_restoring", 2),
)  # fmt: skip


class Stopped(BaseException):
    """The process ends."""


@pytest.fixture
def shop(submodule_shop: Workshop) -> Workshop:
    return submodule_shop


def recreate(shop: Workshop, chamber: TestRepository, ref: str) -> None:
    wanted = WorktreeToRecreate(ref, chamber.path, BRANCH, "auth", "a chamber", NO_IGNORED_FILES)
    recreate_worktree(shop.repo, wanted)


def recreate_until(
    shop: Workshop, chamber: TestRepository, ref: str, step: str, times: int
) -> None:
    """Restore a chamber, and end before a step that has happened so many times."""
    real = getattr(restore, step)
    calls = list[str]()

    def stopping(*args: object, **named: object) -> object:
        if len(calls) == times:
            raise Stopped
        calls.append(step)
        return real(*args, **named)

    shop.open("auth", commit=require_save(shop.repo, ref).tip)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restore, step, stopping)
        with pytest.raises(Stopped):
            restore_work(shop.repo, ref, chamber.path)


def work_at_every_depth(chamber: TestRepository) -> None:
    chamber.write("README", "staged\n")
    chamber.git("add", "README")
    chamber.write("README", "not staged\n")
    maths = TestRepository(chamber.path / "libs/maths")
    maths.git("switch", "--quiet", "-c", "sums")
    maths.commit("sum", {"sum.txt": "4\n"})
    maths.write("maths.txt", "2 + 2\n")
    maths.write("new.txt", "untracked\n")
    chamber.write("libs/maths/inner/inner.txt", "changed\n")


def chamber_with_an_added_submodule(shop: Workshop, tmp_path: Path) -> TestRepository:
    """Add a submodule in a chamber, which the main checkout has on another branch."""
    origin = small_repository(tmp_path / "zlib", {"inner.txt": "inner\n"})
    words = (*ALLOWED, "submodule", "--quiet", "add", str(origin.path), "zlib")
    shop.main.git("switch", "--quiet", "-c", "other")
    shop.main.git(*words)
    shop.main.commit("zlib")
    shop.main.git("switch", "--quiet", "main")
    [chamber] = shop.open("auth")
    chamber.git(*words)
    return chamber


def seen(chamber: TestRepository) -> dict[str, str]:
    maths = TestRepository(chamber.path / "libs/maths")
    inner = TestRepository(maths.path / "inner")
    return {
        "chamber": chamber.status,
        "staged": chamber.git("diff", "--cached", "--submodule"),
        "files": chamber.git("diff", "--submodule=diff"),
        "submodule": maths.status,
        "commit": maths.head,
        "branch": maths.git("branch", "--show-current"),
        "innermost": inner.git("diff"),
    }


@pytest.mark.parametrize(("step", "times"), STOPS)
def test_an_interrupted_restore_with_submodules_is_completed_when_repeated(
    shop: Workshop, step: str, times: int
) -> None:
    [chamber] = shop.open("auth")
    work_at_every_depth(chamber)
    before = seen(chamber)
    ref = close(shop, chamber)
    recreate_until(shop, chamber, ref, step, times)
    recreate(shop, chamber, ref)
    assert seen(chamber) == before


def test_a_submodule_at_a_new_commit_is_no_obstacle_to_restoring(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    TestRepository(chamber.path / "libs/maths").commit("sum", {"sum.txt": "4\n"})
    chamber.git("add", "libs/maths")
    chamber.write("README", "not staged\n")
    before = seen(chamber)
    ref = close(shop, chamber)
    recreate_until(shop, chamber, ref, "_put_index", 0)
    recreate(shop, chamber, ref)
    assert seen(chamber) == before


def test_a_chamber_on_another_branch_comes_back_on_it(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.git("switch", "--quiet", "-c", "mine")
    commit = chamber.commit("mine", {"mine": "x\n"})
    chamber.write("README", "not staged\n")
    ref = close(shop, chamber)
    recreate_until(shop, chamber, ref, "_put_index", 0)
    recreate(shop, chamber, ref)
    assert (chamber.head, chamber.git("branch", "--show-current")) == (commit, "mine")
    assert chamber.status == " M README"


@pytest.mark.parametrize(
    ("step", "times", "file"),
    [
        ("fill_submodules", 0, "libs/maths/mine.txt"),
        ("_put_index", 1, "libs/maths/inner/mine.txt"),
    ],
)
def test_work_that_somebody_began_in_a_submodule_meanwhile_stays(
    shop: Workshop, step: str, times: int, file: str
) -> None:
    [chamber] = shop.open("auth")
    work_at_every_depth(chamber)
    ref = close(shop, chamber)
    recreate_until(shop, chamber, ref, step, times)
    chamber.write(file, "nowhere else\n")
    before = seen(chamber)
    with pytest.raises(Refused, match=f"{Path(file).parent} has uncommitted work; commit it"):
        recreate(shop, chamber, ref)
    assert (chamber.read(file), seen(chamber)) == ("nowhere else\n", before)


def test_a_commit_that_somebody_made_in_a_submodule_meanwhile_stays(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.write("README", "changed\n")
    ref = close(shop, chamber)
    recreate_until(shop, chamber, ref, "_put_index", 0)
    inner = TestRepository(chamber.path / "libs/maths/inner")
    commit = inner.commit("mine", {"mine.txt": "nowhere else\n"})
    with pytest.raises(Refused, match="libs/maths has uncommitted work; commit it"):
        recreate(shop, chamber, ref)
    assert inner.head == commit


def test_modes_are_restored_though_the_files_looked_finished(
    shop: Workshop,
) -> None:
    [chamber] = shop.open("auth")
    chamber.write("README", "staged\n")
    (chamber.path / "README").chmod(0o600)
    chamber.git("add", "README")
    ref = close(shop, chamber)
    recreate_until(shop, chamber, ref, "restore_exact_files", 0)
    recreate(shop, chamber, ref)
    assert (chamber.path / "README").stat().st_mode & 0o777 == 0o600


def test_an_added_submodule_is_filled_though_the_files_looked_finished(
    shop: Workshop, tmp_path: Path
) -> None:
    chamber = chamber_with_an_added_submodule(shop, tmp_path)
    before, ref = chamber.status, close(shop, chamber)
    recreate_until(shop, chamber, ref, "fill_submodules", 0)
    recreate(shop, chamber, ref)
    assert (chamber.status, chamber.read("zlib/inner.txt")) == (before, "inner\n")


def test_a_restore_resumes_between_an_added_submodule_and_the_index(
    shop: Workshop, tmp_path: Path
) -> None:
    chamber = chamber_with_an_added_submodule(shop, tmp_path)
    chamber.write("README", "not staged\n")
    chamber.write("zlib/inner.txt", "changed\n")
    before, ref = chamber.status, close(shop, chamber)
    recreate_until(shop, chamber, ref, "restore_submodules", 0)
    recreate(shop, chamber, ref)
    assert (chamber.status, chamber.read("zlib/inner.txt")) == (before, "changed\n")


@pytest.mark.parametrize("step", ["", "_put_index"])
def test_a_submodule_that_was_removed_stays_removed(shop: Workshop, step: str) -> None:
    [chamber] = shop.open("auth")
    chamber.git("rm", "--quiet", "-f", "libs/maths")
    chamber.write("README", "not staged\n")
    before, ref = chamber.status, close(shop, chamber)
    if step:
        recreate_until(shop, chamber, ref, step, 0)
    recreate(shop, chamber, ref)
    assert chamber.status == before
    assert not (chamber.path / "libs/maths").exists()


def test_a_worktree_left_by_another_saves_interrupted_restore_is_replaced(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.write("README", "first\n")
    chamber.write("first.txt", "1\n")
    first = close(shop, chamber, 1)
    [chamber] = shop.open("auth")
    chamber.write("README", "second\n")
    second = close(shop, chamber, 2)
    recreate_until(shop, chamber, first, "_put_index", 0)
    recreate(shop, chamber, second)
    assert (chamber.status, chamber.read("README")) == (" M README", "second\n")
    recreate(shop, chamber, first)
    assert (chamber.status, chamber.read("README")) == (" M README\n?? first.txt", "first\n")


def test_work_in_a_restored_submodule_stays_when_the_restore_is_repeated(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    work_at_every_depth(chamber)
    ref = close(shop, chamber)
    recreate(shop, chamber, ref)
    chamber.write("libs/maths/maths.txt", "written later\n")
    with pytest.raises(Refused, match="libs/maths has uncommitted work; commit it"):
        recreate(shop, chamber, ref)
    assert chamber.read("libs/maths/maths.txt") == "written later\n"


@pytest.mark.parametrize("unfinished", [0, 2, None])  # other saves, sorting before and after
def test_modes_that_somebody_changed_after_a_restore_stay_when_it_is_finished_again(
    shop: Workshop, unfinished: int | None
) -> None:
    [chamber] = shop.open("auth")
    work_at_every_depth(chamber)
    maths = TestRepository(chamber.path / "libs/maths")
    files = [chamber.path / "README", maths.path / "maths.txt"]
    for file in files:
        file.chmod(0o600)
    ref = close(shop, chamber)
    recreate(shop, chamber, ref)
    before = seen(chamber)
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    for file in files:
        file.chmod(0o640)
    if unfinished is not None:
        for repository in (chamber, maths):
            admin = Path(repository.git("rev-parse", "--absolute-git-dir"))
            mark_restoring(admin, saved_ref(chamber, unfinished))
    finish_restore(shop.repo, ref, chamber.path)
    assert [file.stat().st_mode & 0o777 for file in files] == [0o640, 0o640]
    assert seen(chamber) == before


@pytest.mark.parametrize("branch", ["alpha", "zulu"])
def test_a_submodule_is_put_back_on_its_branch_when_the_restore_is_repeated(
    shop: Workshop, branch: str
) -> None:
    [chamber] = shop.open("auth")
    work_at_every_depth(chamber)
    before, ref = seen(chamber), close(shop, chamber)
    recreate(shop, chamber, ref)
    TestRepository(chamber.path / "libs/maths").git("switch", "--quiet", "-c", branch)
    assert seen(chamber) == {**before, "branch": branch}
    recreate(shop, chamber, ref)
    assert seen(chamber) == before
