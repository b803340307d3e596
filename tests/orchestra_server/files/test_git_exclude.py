"""Our block in `info/exclude`, and nothing else of that file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.errors import Unavailable
from orchestra_server.files.git_exclude import (
    MCP_JSON,
    PATTERNS,
    ensure_excluded,
    exclude_file,
    forget_excluded,
    with_patterns,
    without_block,
)


def test_the_block_is_added_once_and_removed_completely(tmp_path: Path) -> None:
    place = exclude_file(tmp_path)
    place.parent.mkdir()
    place.write_bytes(b"# mine \xff\n*.log\n")
    assert ensure_excluded(tmp_path)
    assert not ensure_excluded(tmp_path)
    assert forget_excluded(tmp_path)
    assert not forget_excluded(tmp_path)
    assert place.read_bytes() == b"# mine \xff\n*.log\n"


def test_a_repository_without_an_exclude_file_gets_one(tmp_path: Path) -> None:
    ensure_excluded(tmp_path)
    assert "**/.claude/worktrees/" in exclude_file(tmp_path).read_text().splitlines()


def test_patterns_are_added_to_the_existing_block() -> None:
    first = with_patterns("a\n", PATTERNS)
    second = with_patterns(first + "b\n", (*PATTERNS, MCP_JSON))
    assert second.count("orchestra: begin") == 1
    assert MCP_JSON in second.splitlines()
    assert without_block(second) == "a\nb\n"


@given(st.text(alphabet="ab#/*!\n ", max_size=30))
def test_removing_the_block_restores_any_text_except_a_missing_last_newline(text: str) -> None:
    expected = text if not text or text.endswith("\n") else f"{text}\n"
    assert without_block(with_patterns(text, PATTERNS)) == expected


def test_a_symlinked_exclude_file_is_changed_at_its_target(tmp_path: Path) -> None:
    place = exclude_file(tmp_path)
    place.parent.mkdir()
    (tmp_path / "real").write_text("x\n")
    place.symlink_to(tmp_path / "real")
    ensure_excluded(tmp_path)
    assert place.is_symlink()
    assert (tmp_path / "real").read_text().startswith("x\n# orchestra: begin")


def test_the_error_for_an_unwritable_file_names_it(tmp_path: Path) -> None:
    exclude_file(tmp_path).mkdir(parents=True)
    with pytest.raises(Unavailable, match="exclude cannot be read or written"):
        ensure_excluded(tmp_path)
