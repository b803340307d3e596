from pathlib import Path

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.files.chamber.skeleton import create_skeleton_path, skeleton_path

OWN = (Path(".claude", "WORKER_CONTEXT.json"),)


def test_a_trailing_slash_makes_a_skeleton_path_a_directory(
    tmp_path: Path,
) -> None:
    assert skeleton_path(tmp_path, "src/a.py", OWN) == (tmp_path / "src/a.py", False)
    assert skeleton_path(tmp_path, "src/auth/", OWN) == (tmp_path / "src/auth", True)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", "leaves the chamber"),
        ("/etc/passwd", "leaves the chamber"),
        ("a/../../b", "leaves the chamber"),
        ("a\0b", "leaves the chamber"),
        ("elsewhere/a.py", "through a symlink"),
        (".git/config", "git's or Orchestra's own"),
        (".claude/WORKER_CONTEXT.json", "git's or Orchestra's own"),
        ("README/a.py", "is below a file"),
    ],
)
def test_a_forbidden_path_is_a_one_line_error(tmp_path: Path, path: str, told: str) -> None:
    chamber = tmp_path / "chamber"
    chamber.mkdir()
    (chamber / "README").write_text("hello")
    (chamber / "elsewhere").symlink_to(tmp_path)
    with pytest.raises(BadInput, match=told) as caught:
        skeleton_path(chamber, path, OWN)
    assert "\n" not in str(caught.value)


def test_skeleton_files_are_empty_and_an_existing_file_is_kept(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    for name in ("kept", "src/new.py"):
        create_skeleton_path(tmp_path / name, is_directory=False)
    create_skeleton_path(tmp_path / "docs" / "api", is_directory=True)
    assert (tmp_path / "kept").read_text() == "mine"
    assert (tmp_path / "src/new.py").read_text() == ""
    assert (tmp_path / "docs" / "api").is_dir()
