"""What is read ahead of a landing is used only for the commits that it was read of."""

import time
from pathlib import Path

import pytest

from orchestra_server.git.merge.inputs import landing_inputs
from orchestra_server.git.merge.inputs.landing_inputs import LandingInputs, read_landing
from tests.support.git.chambers import TASK, Workshop, workshop
from tests.support.git.git_count import counted_git

WRITING = {
    "unpack-objects",
    "hash-object",
    "commit-tree",
    "mktree",
    "update-ref",
    "merge",
    "commit",
}
BRANCHES = [f"orchestra/{TASK}/auth", f"orchestra/{TASK}/api"]


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


def inputs_of(shop: Workshop) -> LandingInputs:
    inputs = read_landing(shop.repo, "main", BRANCHES)
    assert inputs is not None
    return inputs


def test_a_reading_fits_the_commits_that_it_was_read_of_and_writes_nothing(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chambers = shop.open("auth", "api")
    tips = [chamber.commit("work", {f"{chamber.path.name}.py": "new"}) for chamber in chambers]
    before = shop.main.git("count-objects", "-v")
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        inputs = inputs_of(shop)
        assert not WRITING & {*count.commands}
    assert shop.main.git("count-objects", "-v") == before
    assert inputs.fits(shop.main.head, tips)
    assert not inputs.fits(tips[0], tips)
    assert not inputs.fits(shop.main.head, tips[:1])


def test_a_reading_grows_old_in_seconds(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    tips = [chamber.head for chamber in shop.open("auth", "api")]
    inputs = inputs_of(shop)
    assert inputs.fits(shop.main.head, tips)
    assert inputs.is_of_target(shop.main.head)
    later = time.monotonic() + 10.1
    monkeypatch.setattr(landing_inputs.time, "monotonic", lambda: later)
    assert not inputs.fits(shop.main.head, tips)
    assert not inputs.is_of_target(shop.main.head)


def test_nothing_is_read_ahead_of_a_branch_that_is_gone_or_a_detached_head(shop: Workshop) -> None:
    shop.open("auth", "api")
    assert read_landing(shop.repo, "", BRANCHES) is None
    assert read_landing(shop.repo, "gone", BRANCHES) is None
    assert read_landing(shop.repo, "main", [*BRANCHES, "gone"]) is None
    assert read_landing(shop.repo, "main", []) is None


def test_files_of_orchestras_own_and_the_targets_folders_and_former_commits_are_read(
    shop: Workshop,
) -> None:
    auth, _ = shop.open("auth", "api")
    own_file = ".claude/WORKER_CONTEXT.json"
    auth.write(own_file, "{}")
    auth.git("add", "--force", own_file)
    auth.git("commit", "--quiet", "--message", "forced")
    dropped = shop.main.commit("dropped", {"folder/file": "x"})
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    shop.main.commit("again", {"other/file": "x"})
    inputs = inputs_of(shop)
    assert inputs.own_files == (own_file,)
    assert dropped in inputs.target.former
    assert "other" in inputs.folders
    assert "folder" not in inputs.folders
