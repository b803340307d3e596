"""Refs of Orchestra's own on a remote: put there, taken, deleted; no hook of the person's runs."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.remotes.published_refs import (
    chamber_ref,
    fetch,
    landed_ref,
    publish,
    withdraw,
)
from orchestra_server.git.repository.repository import Repository, open_repository
from tests.support.git.repositories import TestRepository, run_git, small_repository

REF = chamber_ref("add-login-1a2b", "auth")


@pytest.fixture
def origin(tmp_path: Path) -> TestRepository:
    seed = small_repository(tmp_path / "seed")
    run_git(tmp_path, "clone", "-q", "--bare", str(seed.path), str(tmp_path / "origin.git"))
    return TestRepository(tmp_path / "origin.git")


def clone_of(origin: TestRepository, name: str) -> tuple[TestRepository, Repository]:
    path = origin.path.with_name(name)
    run_git(origin.path, "clone", "-q", str(origin.path), str(path))
    return TestRepository(path), open_repository(path)


def test_a_commit_goes_from_one_clone_to_another_and_is_deleted_again(
    origin: TestRepository,
) -> None:
    (ours, repo), (_, other) = clone_of(origin, "a"), clone_of(origin, "b")
    first = ours.commit("one", {"one.py": "1\n"})
    publish(repo, "origin", {REF: first})
    assert fetch(other, "origin", [REF, landed_ref("add-login-1a2b")]) == {REF: first}
    ours.git("commit", "--quiet", "--amend", "-m", "again")
    publish(repo, "origin", {REF: ours.head})
    assert fetch(other, "origin", [REF]) == {REF: ours.head}
    withdraw(repo, "origin", [REF, landed_ref("add-login-1a2b")])
    assert origin.git("for-each-ref", "refs/orchestra") == ""
    assert fetch(other, "origin", [REF]) == {}
    withdraw(repo, "origin", [REF])


def test_no_hook_of_the_person_runs_and_no_tag_goes_along(
    origin: TestRepository, tmp_path: Path
) -> None:
    (ours, repo), (theirs, other) = clone_of(origin, "a"), clone_of(origin, "b")
    for repository in (ours, theirs):
        for hook in ("pre-push", "reference-transaction", "post-index-change"):
            repository.hook(hook, f"echo {hook} >> {tmp_path}/ran; exit 1")
    ours.git("config", "push.followTags", "true")
    ours.path.joinpath(".git/hooks/reference-transaction").unlink()
    commit = ours.commit("one", {"one.py": "1\n"})
    ours.git("tag", "-a", "-m", "v1", "v1")
    (tmp_path / "ran").unlink(missing_ok=True)
    publish(repo, "origin", {REF: commit})
    assert fetch(other, "origin", [REF]) == {REF: commit}
    assert not (tmp_path / "ran").exists()
    assert origin.git("tag") == ""
    assert theirs.git("for-each-ref", "--format=%(refname)", "refs/tags") == ""


def test_a_remote_that_does_not_answer_is_one_line_with_its_name(origin: TestRepository) -> None:
    ours, repo = clone_of(origin, "a")
    origin.path.rename(origin.path.with_name("away"))
    for call in (
        lambda: publish(repo, "origin", {REF: ours.head}),
        lambda: withdraw(repo, "origin", [REF]),
        lambda: fetch(repo, "origin", [REF]),
    ):
        with pytest.raises(Refused, match=r"^the remote origin ") as refused:
            call()
        assert "\n" not in str(refused.value)


def test_a_remote_that_refuses_the_ref_is_one_line_with_its_words(origin: TestRepository) -> None:
    ours, repo = clone_of(origin, "a")
    origin.hook("pre-receive", "echo no such refs here >&2; exit 1")
    with pytest.raises(Refused, match=r"the remote origin did not take the work: .*"):
        publish(repo, "origin", {REF: ours.head})
