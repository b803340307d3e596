"""Creates the demo's repository with its first commit."""

from collections.abc import Mapping
from pathlib import Path

from git import Actor, Repo

_AUTHOR = Actor("Orchestra demo", "demo@orchestra.invalid")


def create_demo_repository(directory: Path, files: Mapping[str, str], message: str) -> None:
    """Create a repository at `directory` whose branch `main` holds `files` in one commit.

    Its configuration has an identity, so that commits work even if the user has configured none.
    """
    directory.mkdir(parents=True)
    with Repo.init(directory, initial_branch="main") as repository:
        with repository.config_writer() as config:
            config.set_value("user", "name", _AUTHOR.name)
            config.set_value("user", "email", _AUTHOR.email)
            config.set_value("commit", "gpgsign", "false")
        for name, content in files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        repository.git.execute(["git", "add", "--", *files])
        repository.index.commit(message, author=_AUTHOR, committer=_AUTHOR)
