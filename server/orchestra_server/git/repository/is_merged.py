"""Whether a commit's work has arrived somewhere, squashed and rebased included."""

from orchestra_server.git.process.identity import KEEPER
from orchestra_server.git.repository.repository import Repository


def is_ancestor(repo: Repository, commit: str, of: str) -> bool:
    """Return whether `commit` is `of` or one of its ancestors."""
    return repo.run("merge-base", "--is-ancestor", commit, of).status == 0


def is_merged(repo: Repository, commit: str, into: str) -> bool:
    """Return whether `into` already has what `commit` brings.

    In this order: as an ancestor; because merging would change nothing; because each commit, or
    all of them squashed into one, has its equal there (the patch ids that `git cherry` compares).
    """
    if is_ancestor(repo, commit, into):
        return True
    fork = repo.run("merge-base", into, commit).out.strip()
    if not fork or _tree(repo, fork) == _tree(repo, commit):
        return False  # commits that undo each other would look as if they had arrived
    merge = repo.run("merge-tree", "--write-tree", into, commit)
    if merge.status == 0 and merge.out.strip() == _tree(repo, into):
        return True
    return _has_equals(repo, commit, into) or _has_squash(repo, fork, commit, into)


def _tree(repo: Repository, commit: str) -> str:
    return repo.git("rev-parse", f"{commit}^{{tree}}").strip()


def _has_equals(repo: Repository, commit: str, into: str) -> bool:
    cherry = repo.run("cherry", into, commit)
    lines = cherry.out.splitlines()
    merges = repo.run("rev-list", "--merges", "--count", f"{into}..{commit}").out.strip()
    # `git cherry` leaves merges out, and a merge can hold work of its own.
    return bool(lines) and merges == "0" and all(line.startswith("-") for line in lines)


def _has_squash(repo: Repository, fork: str, commit: str, into: str) -> bool:
    """Compare the whole of the work with each commit there, by a commit that no ref names."""
    squashed = repo.git(
        "commit-tree", f"{commit}^{{tree}}", "-p", fork, "-m", "all at once",
        env=KEEPER,
    ).strip()  # fmt: skip
    return repo.run("cherry", into, squashed).out.startswith("-")
