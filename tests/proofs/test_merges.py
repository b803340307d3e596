"""Merging chambers in the object database gives what `git merge` gives in a working tree."""

import os
import subprocess
from collections import Counter
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from orchestra_server.git.merge.in_memory.disjoint_merges import DisjointMerges
from orchestra_server.git.merge.in_memory.edited_tree import TreeObjects
from orchestra_server.git.merge.merge import ChamberBranch, FailedMerge, merge_all
from orchestra_server.git.repository.commit_graph import read_ancestry
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.generated_repositories import Plan, built, plans
from tests.support.git.repositories import PLAIN_GIT, TestRepository
from tests.support.proofs import FULL, Tally, scaled


def generated(examples: int) -> hypothesis_settings:
    """Return how many repositories are generated; making each takes long."""
    return hypothesis_settings(
        max_examples=examples,
        deadline=None,
        derandomize=not FULL,
        database=None,
        suppress_health_check=list[HealthCheck]((HealthCheck.too_slow,)),
    )


def test_our_merge_gives_the_same_result_as_git_merge(tmp_path: Path, tally: Tally) -> None:
    outcomes = Counter[str]()

    @generated(scaled(12, 600))
    @given(plans())
    def agree(plan: Plan) -> None:
        with TemporaryDirectory(dir=tmp_path) as scratch:
            repository, commits = built(Path(scratch) / "shop", plan)
            merged = merged_by_us(repository, commits)
            assert repository.status == "", "the working tree was touched"
            expected = merged_by_git(repository, commits)
            assert merged == expected
            outcomes["clean merges" if expected else "conflicts"] += 1

    agree()
    tally(repositories=outcomes.total(), **{k.replace(" ", "_"): n for k, n in outcomes.items()})


def test_what_is_merged_in_memory_is_the_tree_that_git_writes(tmp_path: Path, tally: Tally) -> None:
    outcomes = Counter[str]()

    @generated(scaled(25, 1_500))
    @given(plans())
    def agree(plan: Plan) -> None:
        with TemporaryDirectory(dir=tmp_path) as scratch:
            repository, commits = built(Path(scratch) / "shop", plan)
            repo = open_repository(repository.path)
            base = repository.head
            for first, second in permutations(commits, 2):
                ancestry = read_ancestry(repo, base, commits)
                objects = TreeObjects(repo)
                merges = DisjointMerges(objects, ancestry, commits)
                assert merges.merge(first) == repository.git("rev-parse", f"{first}^{{tree}}")
                ancestry.take(first)
                tree = merges.merge(second)
                outcomes["merged in memory" if tree else "left to git"] += 1
                if tree:
                    objects.write()
                    assert tree == repository.git("merge-tree", "--write-tree", first, second)
                    repository.git("ls-tree", "-r", "-t", tree)

    agree()
    tally(**{k.replace(" ", "_"): n for k, n in outcomes.items()})


def merged_by_us(repository: TestRepository, commits: list[str]) -> str:
    """Return the merged tree, "" for a conflict."""
    branches = [ChamberBranch(f"chamber-{number}", commit) for number, commit in enumerate(commits)]
    repo = open_repository(repository.path)
    outcome = merge_all(repo, repository.head, branches, "all of it")
    if isinstance(outcome, FailedMerge):
        assert all(conflict.file for conflict in outcome.conflicts)
        return ""
    return repository.git("rev-parse", f"{outcome.commit}^{{tree}}")


def merged_by_git(repository: TestRepository, commits: list[str]) -> str:
    """Return the tree that `git merge` leaves, "" when a branch conflicts at whatever turn.

    One after another, and those that conflict once more behind the others.
    """
    waiting = commits
    while waiting:
        remaining = [commit for commit in waiting if not merges(repository, commit)]
        if len(remaining) == len(waiting):
            return ""
        waiting = remaining
    return repository.git("rev-parse", "HEAD^{tree}")


def merges(repository: TestRepository, commit: str) -> bool:
    """Merge a commit in the working tree; undo a merge that conflicts."""
    ended = subprocess.run(
        ["git", "-C", str(repository.path), "merge", "--quiet", "--no-ff", "--no-edit", commit],
        env={**os.environ, **PLAIN_GIT},
        capture_output=True,
        check=False,
    )
    if ended.returncode:
        repository.git("reset", "--quiet", "--hard")
        repository.git("clean", "--quiet", "-ffdx")
    return not ended.returncode
