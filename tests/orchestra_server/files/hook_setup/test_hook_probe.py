"""A chamber is proven ready by its hook's own answer, and what keeps it from that is said."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from orchestra_server.domain.chambers.chamber_lifecycle import HookProbe
from orchestra_server.files.hook_setup import hook_probe
from orchestra_server.files.hook_setup.hook_probe import EVENT, SETTINGS, probe_hook
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("any_command_is_ours")

ANSWERING = """
import json, sys
asked = json.loads(sys.stdin.read())
print(json.dumps({"handshake": asked["nonce"], "chamber_id": "t/auth", "spool_writable": %s}))
"""


@pytest.fixture
def any_command_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the probe run commands that fail in ways in which the real hook does not."""

    def agrees(*_: object) -> bool:
        return True

    monkeypatch.setattr(hook_probe, "_is_ours", agrees)


@pytest.fixture
def chamber(tmp_path: Path) -> Path:
    path = tmp_path / "chamber"
    path.mkdir()
    return path


def settle_in(directory: Path, command: str) -> None:
    """Write a settings file whose handler is `command`, beside one of somebody else."""
    marked = f"{command} # interrupt_monitor.py"
    handlers = [
        {"type": "command", "command": shell_command} for shell_command in ("false", marked)
    ]
    path = directory / SETTINGS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"hooks": {"SessionStart": [{"hooks": handlers}]}}))


def python(source: str) -> str:
    return f"{shlex.quote(sys.executable)} -I -S -c {shlex.quote(source)}"


def test_a_hook_that_answers_proves_the_chamber_ready(chamber: Path, tmp_path: Path) -> None:
    settle_in(chamber, python(ANSWERING % "True"))
    assert probe_hook(chamber, "t/auth", tmp_path, tmp_path / ".git") == HookProbe(ready=True)


def test_a_hook_that_cannot_write_to_the_spool_is_ready_and_says_so(
    chamber: Path, tmp_path: Path
) -> None:
    settle_in(chamber, python(ANSWERING % "False"))
    answer = probe_hook(chamber, "t/auth", tmp_path, tmp_path / ".git")
    assert answer.ready
    assert "cannot write to the spool" in answer.note


def test_without_hooks_in_the_chamber_the_main_checkouts_are_probed(
    chamber: Path, tmp_path: Path
) -> None:
    settle_in(tmp_path, python(ANSWERING % "True"))
    assert probe_hook(chamber, "t/auth", tmp_path, tmp_path / ".git") == HookProbe(ready=True)


def test_the_probe_sends_the_payload_that_a_client_sends(chamber: Path, tmp_path: Path) -> None:
    settle_in(chamber, f"cat > {shlex.quote(str(tmp_path / 'told'))}")
    probe_hook(chamber, "t/auth", tmp_path, tmp_path / ".git")
    received = json.loads((tmp_path / "told").read_text())
    assert (received["hook_event_name"], received["cwd"]) == (EVENT, str(chamber))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("/nonexistent/python -I", "did not answer"),
        ("cat >/dev/null", "did not answer"),
        ("cat", "did not answer"),
        (python(ANSWERING.replace('asked["nonce"]', '"x"') % "True"), "does not repeat the nonce"),
        (python(ANSWERING.replace("auth", "api") % "True"), "takes the chamber for 't/api'"),
    ],
    ids=["no interpreter", "silent", "echo", "another nonce", "another chamber"],
)
def test_a_broken_hook_is_described_in_one_line(
    chamber: Path, tmp_path: Path, command: str, why: str
) -> None:
    settle_in(chamber, command)
    answer = probe_hook(chamber, "t/auth", tmp_path, tmp_path / ".git")
    assert not answer.ready
    assert why in answer.note
    assert "\n" not in answer.note


def test_the_reason_for_a_chamber_without_hooks_names_the_settings_file(
    chamber: Path, tmp_path: Path
) -> None:
    answer = probe_hook(chamber, "t/auth", tmp_path, tmp_path / ".git")
    assert answer == HookProbe(
        ready=False, note=f"{chamber / SETTINGS} starts no hook of Orchestra"
    )
    (chamber / ".claude").mkdir()
    (chamber / SETTINGS).write_text("{broken")
    assert not probe_hook(chamber, "t/auth", tmp_path, tmp_path / ".git").ready


async def test_a_hook_that_hangs_is_killed_with_its_children(
    chamber: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_probe, "_SECONDS", 0.2)
    settle_in(chamber, f"sleep 600 & echo $! > {tmp_path / 'pid'}; sleep 600")
    assert "did not end" in probe_hook(chamber, "t/auth", tmp_path, tmp_path / ".git").note
    pid = int((tmp_path / "pid").read_text())
    await until(lambda: not is_running(pid))


def is_running(pid: int) -> bool:
    """Say whether a process runs; a killed one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
