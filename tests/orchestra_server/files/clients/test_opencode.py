import json
import re
from pathlib import Path

from orchestra_server.files.clients.opencode import plugin
from orchestra_server.files.hook_setup.shell_guard import (
    chamber_command,
    closed_first,
    guarded,
    reported,
)

COMMAND = chamber_command(
    Path("/usr/bin/python3"), Path("/repo/it's/.claude/hooks/hook.py"), Path("/repo/it's")
)


def test_the_plugin_holds_the_commands_as_they_are_to_be_run() -> None:
    source = plugin("what stood there", "orchestra.js", COMMAND)
    held = [json.loads(text) for text in re.findall(r'^const \w+ = (".*")$', source, re.MULTILINE)]
    assert held == [
        closed_first(COMMAND, event)
        + guarded(COMMAND, COMMAND.mail, "opencode", reported(COMMAND, event, "opencode"))
        for event in ("PreToolUse", "UserPromptSubmit", "Stop")
    ]


def test_the_plugin_has_no_unfilled_placeholder_and_replaces_the_old_file() -> None:
    source = plugin("what stood there", "orchestra.js", COMMAND)
    assert "what stood there" not in source
    assert not re.search(r"@[A-Z]+@", source)
