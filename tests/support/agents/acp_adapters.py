"""Real agents of the Agent Client Protocol besides opencode, each on a scripted model.

They are 600 MB to install, so they run only where ORCHESTRA_TEST_ADAPTERS is set.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestra_server.agents.acp.acp_driver import AcpDriver
from tests.support.agents.agent_stage import Agent
from tests.support.agents.claude_code import client_environ
from tests.support.agents.other_models import GeminiModel, ResponsesModel
from tests.support.npm import CannotInstallError, cache_directory, install_package

SWITCH = "ORCHESTRA_TEST_ADAPTERS"
_CLAUDE = ("@agentclientprotocol/claude-agent-acp", "0.49.0", "dist/index.js")
_GEMINI = ("@google/gemini-cli", "0.61.0", "bundle/gemini.js")
_CODEX = ("@zed-industries/codex-acp", "0.16.0", "bin/codex-acp.js")


def _command(package: str, version: str, program: str) -> tuple[str, ...]:
    """Return a Node program's command, installed on first use; skips the test if that fails."""
    if not os.environ.get(SWITCH):
        pytest.skip(f"{SWITCH} is not set")
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on the PATH")
    where = cache_directory() / f"{package.rpartition('/')[2]}-{version}"
    file = where / "node_modules" / package / program
    if not file.exists():
        where.mkdir(parents=True, exist_ok=True)
        try:
            install_package(where, f"{package}@{version}")
        except CannotInstallError as error:
            pytest.skip(f"{package} {version} cannot be installed here: {error}")
    return (node, str(file))


def _gemini_environ(home: Path, model_url: str) -> Mapping[str, str]:
    settings = {
        "security": {
            "auth": {"selectedType": "gemini-api-key"},
            "folderTrust": {"enabled": False},
        },
        "privacy": {"usageStatisticsEnabled": False},
        "general": {"enableAutoUpdate": False},
        "model": {"skipNextSpeakerCheck": True},
    }
    (home / ".gemini").mkdir(exist_ok=True)
    (home / ".gemini" / "settings.json").write_text(json.dumps(settings))
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GEMINI_API_KEY": "made-up",
        "GEMINI_MODEL": "gemini-2.5-pro",
        "GOOGLE_GEMINI_BASE_URL": model_url,
    }


def _codex_environ(home: Path, model_url: str) -> Mapping[str, str]:
    provider = ("name", "scripted"), ("base_url", f"{model_url}/v1"), ("wire_api", "responses")
    lines = [f'{name} = "{value}"' for name, value in (*provider, ("env_key", "SCRIPTED_KEY"))]
    heads = ['model = "gpt-5.2"', 'model_provider = "scripted"', "[model_providers.scripted]"]
    (home / ".codex").mkdir(exist_ok=True)
    (home / ".codex" / "config.toml").write_text("\n".join([*heads, *lines, ""]))
    return {"PATH": os.environ["PATH"], "HOME": str(home), "SCRIPTED_KEY": "made-up"}


ADAPTERS = (
    Agent("claude-agent-acp", AcpDriver(), lambda: _command(*_CLAUDE), client_environ),
    Agent(
        "gemini",
        AcpDriver(),
        lambda: (*_command(*_GEMINI), "--acp"),
        _gemini_environ,
        model=GeminiModel,
    ),
    Agent(
        "codex",
        AcpDriver(),
        lambda: _command(*_CODEX),
        _codex_environ,
        model=ResponsesModel,
        denial="aborted",
    ),
)
