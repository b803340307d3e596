"""The identity of commits: the user's for the user's work, Orchestra's own for its records."""

from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.run import ceiling_env, run_git

# Saved work is Orchestra's record, not the user's commit: saving must succeed where git has no
# identity, and is never signed.
ORCHESTRA_IDENTITY = {
    "GIT_AUTHOR_NAME": "Orchestra",
    "GIT_AUTHOR_EMAIL": "orchestra@localhost",
    "GIT_COMMITTER_NAME": "Orchestra",
    "GIT_COMMITTER_EMAIL": "orchestra@localhost",
}


def require_identity(directory: Path) -> None:
    """Raise Refused, with the two commands to run, if git has no identity to commit with."""
    read_identity(directory)


def read_identity(directory: Path) -> tuple[str, str]:
    """Return author and committer, with the time, as a commit made now would name them.

    Raises Refused as `require_identity`.
    """
    said = [
        run_git(directory, "var", who, env=ceiling_env(directory))
        for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")
    ]
    if any(ran.status for ran in said):
        raise Refused(
            "git does not know whose commits these are; run: "
            "git config --global user.name 'Your Name' and "
            "git config --global user.email you@example.org"
        )
    author, committer = (ran.out.removesuffix("\n") for ran in said)
    return author, committer


def signing_option(directory: Path) -> tuple[str, ...]:
    """Return the option for plumbing that signs as `git commit` would by commit.gpgSign."""
    wanted = run_git(
        directory, "config", "--type=bool", "--get", "commit.gpgSign", env=ceiling_env(directory)
    )
    return ("--gpg-sign",) if wanted.out.strip() == "true" else ()
