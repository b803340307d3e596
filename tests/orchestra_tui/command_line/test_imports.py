"""What a command loads: a second of imports would be felt at every call."""

import subprocess
import sys

import pytest

HEAVY = ("textual", "mcp", "git", "redis", "pydantic")


@pytest.mark.parametrize(
    ("modules", "allowed"),
    [
        ("main", ()),
        ("main, orchestra_tui.command_line.commands.room", ()),
        ("main, orchestra_tui.command_line.commands.down", ()),
        ("main, orchestra_tui.command_line.commands.status", ()),
        ("main, orchestra_tui.command_line.commands.events", ()),
        ("main, orchestra_tui.command_line.commands.interrupt", ()),
    ],
)
def test_a_command_imports_no_heavy_module_that_it_does_not_need(
    modules: str, allowed: tuple[str, ...]
) -> None:
    code = (
        f"import sys, orchestra_tui.command_line.{modules}\n"
        f"print(*(name for name in {HEAVY!r} if name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(ran.stdout.split()) <= set(allowed)
