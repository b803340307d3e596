"""Whether files of Orchestra show in git's status."""

from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable
from orchestra_server.usecases.common.hide_orchestra_files import (
    FILES_SHOW,
    MAIL_SHOWS,
    hide_orchestra_files,
)
from tests.support.git.repositories import TestRepository

OWN = ".claude/WORKER_CONTEXT.json"


def test_our_files_do_not_show_in_git_status(repository: TestRepository) -> None:
    repository.write(OWN, "{}")
    assert repository.status == f"?? {OWN}"
    hide_orchestra_files(repository.path / ".git", repository.path)
    assert repository.status == ""


def test_our_files_are_hidden_in_a_folder_of_the_repository(repository: TestRepository) -> None:
    repository.write("src/.claude/MISSION_CONTEXT.json", "{}")
    hide_orchestra_files(repository.path / ".git", repository.path / "src")
    assert repository.status == ""


def test_our_files_are_hidden_although_the_projects_rules_include_them(
    repository: TestRepository,
) -> None:
    repository.commit("rules", {".gitignore": "!.claude/\n!.claude/**\n"})
    repository.write(OWN, "{}")
    hide_orchestra_files(repository.path / ".git", repository.path)
    assert repository.status == ""


def test_an_exclude_file_that_cannot_be_written_is_an_error(
    repository: TestRepository, tmp_path: Path
) -> None:
    (tmp_path / "common").touch()
    with pytest.raises(Unavailable, match="info"):
        hide_orchestra_files(tmp_path / "common", repository.path)


@pytest.mark.parametrize(
    ("rules", "sentences"),
    [
        ("!.*\n", [MAIL_SHOWS]),
        ("!.*\n/.INTERRUPT*\n", []),
        ("!.claude/**\n", []),
        ("*.log\n", []),
    ],
)
def test_mail_that_the_projects_rules_show_is_said_with_the_line_that_hides_it(
    repository: TestRepository, rules: str, sentences: list[str]
) -> None:
    repository.commit("rules", {".gitignore": rules})
    assert hide_orchestra_files(repository.path / ".git", repository.path) == sentences


def test_files_beside_the_projects_own_ignore_file_are_said_with_the_lines_that_hide_them(
    repository: TestRepository,
) -> None:
    repository.commit("rules", {".claude/.gitignore": "!*\n/[MPD]*_*.json\n/[DPW]*S*.json\n"})
    common_dir = repository.path / ".git"
    lines = "/WORKER_CONTEXT.json, /settings.local.json"
    assert hide_orchestra_files(common_dir, repository.path) == [FILES_SHOW.format(lines=lines)]
    rules = repository.read(".claude/.gitignore") + lines.replace(", ", "\n") + "\n"
    repository.commit("hidden by the project", {".claude/.gitignore": rules})
    repository.write(OWN, "{}")
    assert hide_orchestra_files(common_dir, repository.path) == []
    assert repository.status == ""
