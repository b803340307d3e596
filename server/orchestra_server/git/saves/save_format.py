"""The form of saved work: one commit under a ref, whose parents hold what its tree cannot."""

from orchestra_core.errors import Refused
from orchestra_core.names import SAVED
from orchestra_server.git.process.identity import KEEPER
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save_extras import Aside, read_aside, same_aside, write_tree
from orchestra_server.git.snapshot.index_copy import State


def keep_under(repo: Repository, ref: str, state: State, aside: Aside, message: str) -> str:
    """Keep a state under a ref and return the commit; raises Refused when it holds other work."""
    present = commit_at(repo, ref)
    if not present:
        commit = _commit(repo, state, aside, message)
        repo.git("update-ref", "-m", "orchestra: save", ref, commit, "0" * len(commit))
        return commit
    if not holds(repo, present, state):
        raise Refused(f"{ref} holds other saved work already; save under another name")
    return present


def commit_at(repo: Repository, ref: str) -> str:
    """Return the commit a ref names, "" for none."""
    return repo.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").out.strip()


def is_saved(repo: Repository, state: State) -> bool:
    """Return whether some saved ref holds exactly this state."""
    listed = repo.git("for-each-ref", "--format=%(objectname) %(tree)", SAVED)
    candidates = (line.split() for line in listed.splitlines())
    return any(
        tree == state.work_tree and holds(repo, commit, state) for commit, tree in candidates
    )


def holds(repo: Repository, commit: str, state: State) -> bool:
    """Return whether saved work is exactly this state."""
    ran = repo.run("rev-parse", f"{commit}^{{tree}}", f"{commit}^1", f"{commit}^2^{{tree}}")
    same = ran.out.split() == [state.work_tree, state.head, state.index_tree]
    return same and same_aside(read_aside(repo, commit), state)


def _commit(repo: Repository, state: State, aside: Aside, message: str) -> str:
    index = _commit_tree(repo, state.index_tree, (state.head,), "Index of saved work")
    parents = [state.head, index]
    if aside.entries or aside.commits:
        kept = (state.head, *aside.commits)
        tree = write_tree(repo, aside.entries)
        parents.append(_commit_tree(repo, tree, kept, "What else there was of saved work"))
    return _commit_tree(repo, state.work_tree, tuple(parents), message)


def _commit_tree(repo: Repository, tree: str, parents: tuple[str, ...], message: str) -> str:
    named = [part for parent in parents for part in ("-p", parent)]
    return repo.git(
        "commit-tree", tree, *named, "-F", "-", "--no-gpg-sign", feed=message, env=KEEPER
    ).strip()
