"""The real Claude Code: what a worker's shell and tools are kept from."""

import asyncio

import pytest

from tests.e2e.conftest import ClientSetup
from tests.e2e.test_working import open_chamber, work
from tests.support.scripted_model import CallTool, ModelAnswer, ModelRequest, Say

pytestmark = pytest.mark.timeout(400)


def bash(command: str) -> CallTool:
    return CallTool("Bash", {"command": command, "description": "Run it"})


async def test_a_command_that_writes_elsewhere_is_denied_and_one_in_the_chamber_runs(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    main = client_setup.repository.path
    commands = [
        f"cd {chamber.path} && echo x > {main}/a.py",
        f"python3 - <<'E'\nopen('{main}/a.py', 'w').write('x')\nE",
        "git stash",
        "echo PRICE > a.py && git add -A && git commit -qm 'Add prices' && cat a.py",
        'echo "[$CLAUDE_PROJECT_DIR]"',
    ]

    def script(request: ModelRequest) -> ModelAnswer:
        turn = request.turn
        return [bash(commands[turn])] if turn < len(commands) else [Say("My part is done.")]

    requests = await asyncio.to_thread(work, client_setup, chamber, script)
    results = requests[-1].results()
    assert [one.is_error for one in results] == [True, True, True, False, False]
    assert f"Use {chamber.path}/a.py instead." in results[0].words()
    assert "which is in the main checkout" in results[1].words()
    assert "Commit on your own branch instead" in results[2].words()
    assert results[3].words() == "PRICE"
    assert results[4].words() == "[]"
    assert not (main / "a.py").exists()
