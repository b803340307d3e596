"""Orchestra's own files are in no status, diff, snapshot, save or commit, whatever is ignored."""

from pathlib import Path

import pytest

from orchestra_server.domain.chambers.orchestra_files import IGNORE_MARK
from orchestra_server.git.repository.worktree_status import read_status
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.snapshot.commit import commit_uncommitted_work
from orchestra_server.git.snapshot.diff import changed_files, diff_size, diff_text
from orchestra_server.git.snapshot.ephemeral_commit import ScratchObjects, snapshot_worktrees
from orchestra_server.git.snapshot.index_copy import read_state
from tests.support.git.chambers import Workshop, saved_ref, workshop
from tests.support.git.repositories import TestRepository

OWN = (
    ".INTERRUPT",
    ".orchestra-tmp-0a1b",
    ".claude/settings.local.json",
    ".claude/hooks/interrupt_monitor.json",
)
# Names that we share with people and other programs, with what we write there.
SHARED = {
    ".gemini/settings.json": '{"hooks": {"Stop": [{"hooks": [{"command": "interrupt_monitor"}]}]}}',
    ".opencode/plugins/orchestra.js": "// ours: interrupt_monitor\n",
    ".mcp.json": '{"mcpServers": {"orchestration": {"args": [".claude/tools/orchestration.py"]}}}',
    ".claude/.gitignore": f"{IGNORE_MARK}\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """The repository's own rules show whatever another rule would hide."""
    made = workshop(tmp_path / "shop")
    made.main.commit("rules", {".gitignore": "!.*\n!.claude/**\n"})
    return made


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    [made] = shop.open("auth")
    for path in OWN:
        made.write(path, "ours\n")
    for path, content in SHARED.items():
        made.write(path, content)
    return made


def files_of(repository: TestRepository, commit: str) -> list[str]:
    return repository.git("ls-tree", "-r", "--name-only", commit).split()


@pytest.mark.parametrize("staged", [False, True], ids=["untracked", "staged by the worker"])
def test_a_chamber_with_only_our_own_files_is_clean(
    chamber: TestRepository, *, staged: bool
) -> None:
    if staged:
        chamber.git("add", "--all")
    status = read_status(chamber.path)
    assert status.clean
    assert status.untracked == ()
    assert sorted(status.own_files) == sorted((*OWN, *SHARED))
    assert read_state(chamber.path).clean
    assert commit_uncommitted_work(chamber.path, "nothing") is None


@pytest.mark.parametrize("staged", [False, True], ids=["untracked", "staged by the worker"])
def test_work_is_committed_without_our_own_files(chamber: TestRepository, *, staged: bool) -> None:
    chamber.write("src/new.py", "new\n")
    if staged:
        chamber.git("add", "--all")
    commit = commit_uncommitted_work(chamber.path, "Add a file")
    assert commit is not None
    assert files_of(chamber, commit) == [".gitignore", "README", "src/app.py", "src/new.py"]
    assert all(chamber.read(path) == "ours\n" for path in OWN)


def test_a_tracked_file_with_one_of_our_names_is_committed(shop: Workshop) -> None:
    shop.main.commit("tracked", {".claude/settings.local.json": "{}\n"})
    [chamber] = shop.open("auth")
    chamber.write(".claude/settings.local.json", '{"theirs": true}\n')
    chamber.write(".INTERRUPT", "ours\n")
    status = read_status(chamber.path)
    assert (status.clean, status.own_files) == (False, (".INTERRUPT",))
    assert changed_files(chamber.path, chamber.head) == (".claude/settings.local.json",)
    commit = commit_uncommitted_work(chamber.path, "Change a setting")
    assert chamber.git("show", "--format=", "--name-only", str(commit)) == (
        ".claude/settings.local.json"
    )


def test_a_worker_can_commit_the_removal_of_one_of_our_files(
    chamber: TestRepository,
) -> None:
    chamber.git("add", ".INTERRUPT")
    chamber.git("commit", "--quiet", "-m", "all of it")
    chamber.git("rm", "--quiet", "--cached", ".INTERRUPT")
    commit = commit_uncommitted_work(chamber.path, "Take it out")
    assert commit is not None
    assert files_of(chamber, commit) == [".gitignore", "README", "src/app.py"]


def test_a_file_of_a_shared_name_that_holds_something_of_others_is_committed(
    chamber: TestRepository,
) -> None:
    chamber.write(".mcp.json", '{"mcpServers": {"orchestration": {}, "database": {}}}')
    commit = commit_uncommitted_work(chamber.path, "Register the database")
    assert ".mcp.json" in files_of(chamber, str(commit))


@pytest.mark.parametrize("ignored", [False, True], ids=["shown", "ignored"])
def test_staged_work_is_read_without_our_own_files(
    shop: Workshop, chamber: TestRepository, *, ignored: bool
) -> None:
    if ignored:
        chamber.write(".gitignore", ".*\n!.gitignore\n")
    chamber.write("src/new.py", "new\n")
    chamber.git("add", "--all", "--force")
    state = read_state(chamber.path)
    listed = shop.repo.git("ls-tree", "-r", "--name-only", state.work_tree)
    assert listed.split() == [".gitignore", "README", "src/app.py", "src/new.py"]


@pytest.mark.parametrize("staged", [False, True], ids=["untracked", "staged by the worker"])
def test_a_diff_shows_none_of_our_files(chamber: TestRepository, *, staged: bool) -> None:
    base = chamber.head
    chamber.write("new.py", "new\n")
    if staged:
        chamber.git("add", "--all")
    assert changed_files(chamber.path, base) == ("new.py",)
    assert diff_size(chamber.path, base).files == 1
    text = diff_text(chamber.path, base, 10_000)
    assert "ours" not in text
    assert "interrupt_monitor" not in text


@pytest.mark.parametrize("staged", [False, True], ids=["untracked", "staged by the worker"])
def test_comparing_chambers_repeatedly_includes_none_of_our_files(
    shop: Workshop, chamber: TestRepository, tmp_path: Path, *, staged: bool
) -> None:
    if staged:
        chamber.git("add", "--all")
    scratch = ScratchObjects(tmp_path / "scratch", shop.repo.common_dir / "objects")
    scratch.begin()
    for content in ("one\n", "two\n"):
        chamber.write("src/app.py", content)
        seen = snapshot_worktrees(scratch, shop.repo, {"auth": chamber.path})
        listed = shop.repo.git("ls-tree", "-r", "--name-only", seen["auth"], env=scratch.env)
        assert listed.split() == [".gitignore", "README", "src/app.py"]


def test_a_save_contains_none_of_our_files(shop: Workshop, chamber: TestRepository) -> None:
    chamber.write("new.py", "new\n")
    chamber.git("add", "--all")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    reached = shop.main.git("rev-list", "--objects", ref, "--not", "main")
    assert "new.py" in reached
    assert not [line for line in reached.splitlines() if line.endswith(OWN)]
