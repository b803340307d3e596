"""What must be true after a landing, read from git alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestra_server.domain.chambers.orchestra_files import is_own_file
from tests.support.git.repositories import TestRepository


class BrokenLandingError(AssertionError):
    """A landing did to the repository what it must not do."""


@dataclass(frozen=True, slots=True)
class ExpectedLanding:
    """What is to land on a branch that stands at `before`.

    `files` has by chamber's commit the content of each file that it adds, by path.
    """

    before: str
    files: Mapping[str, Mapping[str, str]]


def require_landed(
    repository: TestRepository, expected: ExpectedLanding, landed_commit: str
) -> None:
    """Raise BrokenLandingError unless exactly the chambers' own commits are on the branch.

    The branch stands at the commit that was answered, the checkout agrees with it, each commit is
    an ancestor of it, nothing else has come in but one merge for each, and no file of Orchestra's.
    """
    fault = (
        _branch_fault(repository, landed_commit)
        or _commits_fault(repository, expected)
        or _files_fault(repository, expected)
    )
    if fault:
        raise BrokenLandingError(fault)


def _branch_fault(repository: TestRepository, landed_commit: str) -> str:
    branch = repository.git("rev-parse", "refs/heads/main")
    if not branch == repository.head == landed_commit:
        return f"main is at {branch}, HEAD at {repository.head}, landed was {landed_commit}"
    if repository.git("rev-parse", "--symbolic-full-name", "HEAD") != "refs/heads/main":
        return "the checkout is not on main"
    if repository.status:
        return f"the checkout differs from main: {repository.status[:200]}"
    return ""


def _commits_fault(repository: TestRepository, expected: ExpectedLanding) -> str:
    since = ("rev-list", f"{expected.before}..main")
    brought = set(repository.git(*since, "--no-merges").split())
    own = set(expected.files)
    if brought != own:
        return f"{len(own - brought)} commits are missing, {len(brought - own)} are foreign"
    merges = repository.git(
        *since, "--merges", "--first-parent", "--format=%P", "--no-commit-header"
    )
    second = [line.split()[1:] for line in merges.splitlines()]
    if sorted(second) != sorted([commit] for commit in own):
        return f"{len(own)} chambers were merged by {len(second)} commits"
    if len(repository.git(*since).split()) != 2 * len(own):
        return "the branch has commits that no chamber made"
    return ""


def _files_fault(repository: TestRepository, expected: ExpectedLanding) -> str:
    files = {path: text for added in expected.files.values() for path, text in added.items()}
    changed = repository.git("diff-tree", "-r", "--name-status", expected.before, "main")
    if sorted(changed.splitlines()) != sorted(f"A\t{path}" for path in files):
        return f"other files have changed than the chambers' {len(files)}: {changed[:200]}"
    wrong = [path for path, text in files.items() if repository.read(path) != text]
    if wrong:
        return f"{wrong[0]} has another content than its chamber's"
    landed = repository.git("ls-tree", "-r", "--name-only", "main").splitlines()
    ours = list(filter(is_own_file, landed))
    return f"files of Orchestra's own have landed: {ours[0]}" if ours else ""
