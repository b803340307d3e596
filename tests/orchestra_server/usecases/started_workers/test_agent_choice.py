"""The configuration is read at each start."""

from pathlib import Path

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.agent_choice import choose_agent


def test_a_change_of_the_configuration_holds_for_the_next_start(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(BadInput, match="there is no agent 'mine'"):
        choose_agent(context.project, "mine")
    folder = tmp_path / "orchestra"
    folder.mkdir()
    (folder / "config.toml").write_text('[agents.mine]\ncommand = "my-agent --acp"\n')
    assert choose_agent(context.project, "mine").command == ("my-agent", "--acp")
