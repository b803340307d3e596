"""Contents of Git LFS files go to the remote, because commits hold pointers only."""

import shutil
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.remotes.lfs_contents import publish_lfs_contents
from orchestra_server.git.repository.repository import Repository, open_repository
from tests.support.git.lfs import a_git_lfs_that, keep_bins_in_lfs
from tests.support.git.repositories import TestRepository, run_git


@pytest.fixture
def repo(repository: TestRepository) -> Repository:
    return open_repository(repository.path)


def use_lfs(repository: TestRepository) -> None:
    (repository.path / ".git" / "lfs" / "objects").mkdir(parents=True)


def test_where_no_file_is_kept_in_lfs_no_program_runs(
    repository: TestRepository, repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_git_lfs_that(f"touch {tmp_path}/ran", tmp_path, monkeypatch)
    publish_lfs_contents(repo, "origin", repository.head)
    assert not (tmp_path / "ran").exists()


def test_where_nothing_is_new_the_remote_is_not_asked(
    repository: TestRepository, repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_lfs(repository)
    a_git_lfs_that(f'echo "$@" >>{tmp_path}/calls', tmp_path, monkeypatch)
    publish_lfs_contents(repo, "origin", repository.head)
    assert (tmp_path / "calls").read_text() == f"push --dry-run origin {repository.head}\n"


def test_the_words_of_a_remote_that_refuses_lfs_contents_are_kept(
    repository: TestRepository, repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_lfs(repository)
    script = 'test "$2" = --dry-run && echo push 1 || { echo "quota is used up" >&2; exit 2; }'
    a_git_lfs_that(script, tmp_path, monkeypatch)
    told = "the remote origin did not take the Git LFS files: quota is used up"
    with pytest.raises(Refused, match=told):
        publish_lfs_contents(repo, "origin", repository.head)


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="needs git-lfs")
def test_another_clone_gets_the_content_with_the_commit(
    repository: TestRepository, repo: Repository, tmp_path: Path
) -> None:
    run_git(tmp_path, "init", "-q", "--bare", str(tmp_path / "origin.git"))
    repository.git("remote", "add", "origin", f"file://{tmp_path}/origin.git")
    keep_bins_in_lfs(repository)
    commit = repository.commit("a big file", {"big.bin": "content\n"})
    publish_lfs_contents(repo, "origin", commit)
    repository.git("push", "-q", "--no-verify", "origin", "HEAD:refs/heads/main")
    run_git(tmp_path, "clone", "-q", "--no-checkout", f"file://{tmp_path}/origin.git", "other")
    other = TestRepository(tmp_path / "other")
    other.git("lfs", "install", "--local")
    other.git("checkout", "-q", "main")
    assert other.read("big.bin") == "content\n"
