"""No file of the repository that one stands in is imported in place of a library."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# What a command loads of others, and modules of the standard library that an entry point loads.
SHADOWS = ("msgspec.py", "argparse.py", "dataclasses.py", "mcp.py", "git/__init__.py", "hiredis.py")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    for name in SHADOWS:
        place = tmp_path / "repo" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"raise SystemExit('{name} of the repository was imported')")
    return tmp_path / "repo"


def start(directory: Path, *arguments: str, python_path: str | None = None) -> str:
    environ = {**os.environ, **({} if python_path is None else {"PYTHONPATH": python_path})}
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "python_path", [None, "", ".", f"{os.pathsep}src", f".{os.pathsep}/nowhere"]
)
@pytest.mark.parametrize("module", ["orchestra_tui.command_line", "orchestra_server"])
def test_python_m_imports_nothing_from_the_working_directory(
    hostile: Path, module: str, python_path: str | None
) -> None:
    assert "orchestra" in start(hostile, "-m", module, "--version", python_path=python_path)


def test_the_installed_script_imports_nothing_through_relative_path_entries(
    hostile: Path,
) -> None:
    script = Path(sys.executable).with_name("orchestra")
    assert start(hostile, str(script), "--version", python_path=".").startswith("orchestra ")


def test_the_server_starts_in_a_repository_with_a_module_named_mcp(hostile: Path) -> None:
    said = start(hostile, "-m", "orchestra_server", python_path=".")
    assert "is not in a git repository" in said, "it came up, and noticed where it is"
    assert "was imported" not in said


def test_child_processes_do_not_inherit_relative_path_entries(hostile: Path) -> None:
    code = (
        "import os, orchestra_core.process.import_path as i; i.drop_working_directory();"
        "print(os.environ.get('PYTHONPATH'))"
    )
    for given, remaining in (
        (".", "None"),
        (f"/a{os.pathsep}.{os.pathsep}/b", "/a:/b"),
        ("/a", "/a"),
    ):
        assert start(hostile, "-c", code, python_path=given).strip() == remaining


def test_a_deleted_working_directory_is_not_an_error(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = (
        f"import os; os.rmdir({str(gone)!r});"
        "import orchestra_core.process.import_path as i; i.drop_working_directory(); print('well')"
    )
    assert start(gone, "-c", code, python_path=".").strip() == "well"
