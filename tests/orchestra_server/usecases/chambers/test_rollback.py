from pathlib import Path

from msgspec.structs import replace

from orchestra_core.models import Chamber
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.chambers.rollback import remove_remains
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_chamber


def a_chamber_in(repository: TestRepository, name: str) -> Chamber:
    path = repository.path / ".claude" / "worktrees" / name
    return replace(a_chamber(name), path=str(path), base_commit=repository.head)


def add(repository: TestRepository, chamber: Chamber) -> None:
    repository.git("worktree", "add", "--quiet", "-b", chamber.branch, chamber.path)


def test_rollback_removes_worktree_branch_and_empty_folder(repository: TestRepository) -> None:
    auth, api = a_chamber_in(repository, "auth"), a_chamber_in(repository, "api")
    add(repository, auth)
    remove_remains(open_repository(repository.path), [auth, api])  # api was never added
    assert not Path(auth.path).parent.exists()
    assert repository.git("branch", "--list", "orchestra/*") == ""
    assert auth.path not in repository.git("worktree", "list")


def test_rollback_keeps_files_beside_a_failed_chamber(repository: TestRepository) -> None:
    auth, api = a_chamber_in(repository, "auth"), a_chamber_in(repository, "api")
    add(repository, auth)
    add(repository, api)
    remove_remains(open_repository(repository.path), [auth])
    assert not Path(auth.path).exists()
    assert Path(api.path).is_dir()
    assert api.branch in repository.git("branch", "--list", "orchestra/*")


def test_rollback_keeps_a_branch_that_has_moved(repository: TestRepository) -> None:
    auth = a_chamber_in(repository, "auth")
    add(repository, auth)
    moved_to = repository.at(Path(auth.path)).commit("mine", {"auth.py": "x\n"})
    remove_remains(open_repository(repository.path), [auth])
    assert repository.git("rev-parse", auth.branch) == moved_to


def test_rollback_keeps_a_directory_unknown_to_git(repository: TestRepository) -> None:
    auth = a_chamber_in(repository, "auth")
    notes = Path(auth.path, "notes")
    notes.parent.mkdir(parents=True)
    notes.write_text("mine", encoding="utf-8")
    remove_remains(open_repository(repository.path), [auth])
    assert notes.read_text(encoding="utf-8") == "mine"
