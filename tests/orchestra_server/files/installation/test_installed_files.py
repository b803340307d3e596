"""The files of one working tree: what each gets, keeps and gives back."""

from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, Refused, Unavailable
from orchestra_core.project import find_project
from orchestra_server.files.installation import installed_files
from orchestra_server.files.installation.install_record import FileRecord, InstallRecord
from orchestra_server.files.installation.installed_files import (
    InstalledFile,
    decode_file,
    read_file,
)
from tests.support.git.repositories import small_repository

PYTHON = Path("/opt/python/bin/python3")


def files_of(
    root: Path, record: InstallRecord | None = None, agents: tuple[str, ...] = ()
) -> dict[str, InstalledFile]:
    files = installed_files.installed_files(find_project(root), PYTHON, record, agents)
    return {file.path.relative_to(root).as_posix(): file for file in files}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository((tmp_path / "repo").resolve()).path


@pytest.mark.parametrize("made_by_init", [True, False])
def test_git_ignores_a_committable_file_only_if_orchestra_made_it(
    root: Path, *, made_by_init: bool
) -> None:
    mcp_json = root / ".mcp.json"
    mcp_json.write_text("{}")
    record = FileRecord(path=str(mcp_json), before=None if made_by_init else b"{}", after="")
    exclude = files_of(root, InstallRecord(files=(record,)))[".git/info/exclude"]
    assert ("/.mcp.json" in exclude.installed("").splitlines()) is made_by_init


def test_the_files_of_another_agent_are_included_when_it_is_named(root: Path) -> None:
    assert ".codex/hooks.json" not in files_of(root)
    assert ".codex/hooks.json" in files_of(root, agents=("codex",))


def test_what_is_installed_in_a_users_file_is_uninstalled_again(root: Path) -> None:
    files = files_of(root)
    for name in (".mcp.json", ".claude/settings.local.json", ".git/info/exclude"):
        before = "# mine\n" if name.endswith("exclude") else '{\n  "mine": 1\n}\n'
        installed = files[name].installed(before)
        assert installed != before
        assert files[name].uninstalled(installed) == before


def test_a_file_of_ours_is_removed_whole_and_replaces_only_what_was_ours(root: Path) -> None:
    launcher = files_of(root)[".claude/tools/orchestration.py"]
    assert launcher.uninstalled("anything") is None
    assert launcher.installed("# Orchestra, an older version") == installed_files.launcher_source(
        PYTHON
    )
    with pytest.raises(Refused, match="is not Orchestra's"):
        launcher.installed("print('mine')")


def test_the_launcher_records_its_interpreter() -> None:
    assert f"RECORDED = {str(PYTHON)!r}" in installed_files.launcher_source(PYTHON).splitlines()


def test_a_directory_in_place_of_a_file_cannot_be_read(tmp_path: Path) -> None:
    assert read_file(tmp_path / "missing") is None
    with pytest.raises(Unavailable, match="cannot be read"):
        read_file(tmp_path)


def test_only_json_has_to_be_utf_8() -> None:
    assert decode_file(b"caf\xe9", Path("exclude")) == "caf\udce9"
    with pytest.raises(BadInput, match="is not UTF-8"):
        decode_file(b"caf\xe9", Path("settings.json"))
