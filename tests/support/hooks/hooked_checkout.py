"""A provisioned chamber, and a client that runs the hooks of its settings files."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from orchestra_core.clock import now_ms
from orchestra_core.models import Chamber, Interrupt, Presence
from orchestra_core.project import Project
from orchestra_core.store.store import Store
from orchestra_server.files.chamber.chamber_files import ProvisionPlan, provision_chamber
from orchestra_server.files.chamber.mailbox import post
from orchestra_server.files.hook_setup.hook_code import HOOKS_IN_GIT
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.files.installation.install import initialise
from orchestra_server.files.spool.receipts import Receipt, read_receipts
from orchestra_server.files.spool.spool_folder import (
    SpoolFile,
    claim_files,
    locked_spool,
    waiting_receipts,
)
from orchestra_server.files.spool.worker_reports import read_report
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from tests.support.samples.documents import NOON, a_task, sending

NOTHING: Mapping[str, object] = {}
Subject = Literal[
    "mail",
    "presence",
    "guard",
    "bash",
    "tools",
    "binding",
    "request",
    "wake",
    "gemini",
    "codex",
]


class HookHandler(Struct):
    """A handler in a settings file."""

    command: str
    timeout: int


class HookGroup(Struct):
    """A group of handlers in a settings file."""

    hooks: list[HookHandler]
    matcher: str = "*"


class HookSettingsFile(Struct):
    """The part of a settings file that holds hooks."""

    hooks: dict[str, list[HookGroup]] = {}


def read_settings_file(path: Path) -> HookSettingsFile:
    """Return the part of a settings file that a client reads."""
    return msgspec.json.decode(path.read_bytes(), type=HookSettingsFile)


class EventAnswer(Struct, rename="camel"):
    """What a hook answers in the form of its event."""

    hook_event_name: str
    additional_context: str = ""
    permission_decision: str = ""
    permission_decision_reason: str = ""


class HookAnswer(Struct, rename="camel"):
    """What a hook printed; all empty when it printed nothing."""

    decision: str = ""
    reason: str = ""
    hook_specific_output: EventAnswer | None = None

    @property
    def context(self) -> str:
        return self.hook_specific_output.additional_context if self.hook_specific_output else ""

    @property
    def denial(self) -> str:
        specific = self.hook_specific_output
        denied = specific is not None and specific.permission_decision == "deny"
        return specific.permission_decision_reason if specific is not None and denied else ""


@dataclass(frozen=True)
class Session:
    """One client: its working directory, and the subagent inside which it calls.

    Another client than Claude Code may run the same hooks.
    """

    directory: Path
    session_id: str = "s-1"
    agent_id: str = ""
    settings: Path | None = None
    is_claude: bool = True

    def payload(self, event: str, fields: Mapping[str, object]) -> bytes:
        """Return the client's JSON for an event."""
        shape: dict[str, object] = {
            "session_id": self.session_id,
            "cwd": str(self.directory),
            "hook_event_name": event,
            **({"agent_id": self.agent_id, "agent_type": "worker"} if self.agent_id else {}),
            **fields,
        }
        return json.dumps(shape).encode()

    def commands(self, event: str, subject: Subject = "mail") -> list[str]:
        """Return the commands that the settings name for an event."""
        path = self.settings or self.directory / ".claude" / "settings.local.json"
        settings = read_settings_file(path)
        groups = settings.hooks.get(event, [])
        handlers = [hook for group in groups for hook in group.hooks]
        commands = [handler.command for handler in handlers]
        if event == "FileChanged":
            return commands
        of_bash = [
            hook.command for group in groups if group.matcher == "Bash" for hook in group.hooks
        ]
        if subject == "bash":
            return of_bash
        commands = [command for command in commands if command not in of_bash]
        mark = "/orchestra/spool/" if subject == "presence" else f" {subject} 2>/dev/null"
        return [command for command in commands if mark in command]

    def start(
        self, event: str, fields: Mapping[str, object] = NOTHING, subject: Subject = "mail"
    ) -> subprocess.Popen[bytes]:
        """Start the one handler of an event with its stdin already written."""
        (command,) = self.commands(event, subject)
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=self.directory,
            env={
                **os.environ,
                "CLAUDE_PROJECT_DIR": str(self.directory),
                "CLAUDE_PID": str(os.getpid()) if self.is_claude else "",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # Claude Code does not mind either
            process.stdin.write(self.payload(event, fields))
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdin = None
        return process

    def fire(
        self, event: str, fields: Mapping[str, object] = NOTHING, subject: Subject = "mail"
    ) -> HookAnswer:
        """Fire an event and return the hook's answer; it must succeed and print nothing else."""
        return finish(self.start(event, fields, subject))


def finish(process: subprocess.Popen[bytes]) -> HookAnswer:
    """Wait for a hook and return its answer."""
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, b"")
    return msgspec.json.decode(stdout, type=HookAnswer) if stdout else HookAnswer()


@dataclass(frozen=True)
class HookedCheckout:
    """A main checkout, not a real repository, with `orchestra init` done and its chambers."""

    main: Path
    project_id: str = "test"

    @property
    def common_dir(self) -> Path:
        """The git directory, with the spool in it."""
        return self.main / ".git"

    def chamber(self, name: str = "auth", below: str = "") -> Path:
        """Provision a chamber for a task in the directory `below`, and return its path."""
        plan = self.provision_plan(name, below)
        path = Path(plan.chamber.path)
        path.mkdir(parents=True, exist_ok=True)
        if not (path / ".git").exists():
            self._register_worktree(path)
        provision_chamber(plan)
        return path

    def _register_worktree(self, path: Path) -> None:
        """Register the directory as a worktree of the checkout, for git."""
        admin = self.common_dir / "worktrees" / path.name
        admin.mkdir(parents=True, exist_ok=True)
        for place, content in (
            (admin / "HEAD", "ref: refs/heads/none\n"),
            (admin / "commondir", "../..\n"),
            (admin / "gitdir", f"{path}/.git\n"),
            (path / ".git", f"gitdir: {admin}\n"),
        ):
            place.write_text(content)

    def document(self, name: str = "auth", below: str = "") -> Chamber:
        """Return a chamber's document."""
        return Chamber(
            id=f"{a_task().id}/{name}",
            task_id=a_task().id,
            name=name,
            state="live",
            path=str(self.main / below / ".claude" / "worktrees" / name),
            branch=f"orchestra/{a_task().id}/{name}",
            brief=f"Do {name}",
            created_at=NOON,
        )

    def provision_plan(self, name: str = "auth", below: str = "") -> ProvisionPlan:
        """Return the plan that provisions a chamber."""
        return ProvisionPlan(
            project=Project(self.project_id, self.main, self.common_dir),
            task=a_task(),
            chamber=self.document(name, below),
        )

    def subagent(self, agent_id: str = "a-1", session_id: str = "s-0") -> Session:
        """Return a subagent of the session in the main checkout."""
        return Session(self.main, session_id, agent_id)


def hooked_checkout(path: Path, project_id: str = "test") -> HookedCheckout:
    """Make a main checkout and install Orchestra in it."""
    for folder in ("info", "objects", "refs"):
        (path / ".git" / folder).mkdir(parents=True)
    (path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    initialise(path, Path(sys.executable))
    return HookedCheckout(path.resolve(), project_id)


def send(chamber: Path, *messages: str, start: int = 1) -> list[Interrupt]:
    """Post messages to a chamber, with the ids i1, i2 and so on."""
    interrupts = [
        Interrupt(
            id=f"i{start + index}",
            task_id=a_task().id,
            chamber=chamber.name,
            message=message,
            actor="operator",
            sent_at=NOON + index,
        )
        for index, message in enumerate(messages)
    ]
    post(chamber, interrupts)
    return interrupts


def read_reports(checkout: HookedCheckout) -> list[Presence]:
    """Read and remove the files of the spool, as the daemon does; receipts stay."""
    with locked_spool(checkout.common_dir, patience=20) as locked:
        assert locked
        reports = list[Presence | None]()
        for file in claim_files(checkout.common_dir, 10_000):
            if not file.receipt_state:
                reports.append(read_report(file.read(), file.written_ns))
                file.path.unlink()
    return [report for report in reports if report is not None]


def receipts_of(chamber: Path) -> list[Receipt]:
    """Return the receipts that a chamber's hooks have left, oldest first."""
    files = [file for file in _receipt_files(chamber) if file.name.startswith(f"{chamber.name}.")]
    receipts = [
        receipt
        for file in files
        for receipt in read_receipts(file.read(), file.receipt_state, file.path.stat().st_mtime_ns)
    ]
    return sorted(receipts, key=lambda stamp: (stamp.at, stamp.state == "acted"))


def remove_receipts(chamber: Path) -> None:
    """Remove the receipts of a chamber and its neighbours."""
    for file in _receipt_files(chamber):
        file.path.unlink()


def _receipt_files(chamber: Path) -> list[SpoolFile]:
    settings = json.loads((chamber / HOOK_SETTINGS).read_bytes())
    return list(waiting_receipts(Path(settings["main"], ".git")))


async def take_in(store: Store, checkout: HookedCheckout) -> None:
    """Take the files of the spool into the store."""
    await take_in_spool(store, checkout.common_dir, now_ms)


def code_of(directory: Path) -> Path:
    """Return the code that the settings of a chamber or a main checkout run."""
    settings = (directory / ".claude" / "settings.local.json").read_text()
    version = re.search(r"/orchestra/hooks/([0-9a-f]{16})", settings)
    assert version is not None
    of_hook = json.loads((directory / HOOK_SETTINGS).read_bytes())
    common_dir = Path(of_hook.get("main") or of_hook["root"], ".git")
    return common_dir / HOOKS_IN_GIT / version[1] / "interrupt_monitor.py"


async def sent(store: Store, chamber: Path, *messages: str) -> list[Interrupt]:
    """Send interrupts the way the conductor does: the store first, then the file."""
    interrupts = send(chamber, *messages)
    for interrupt in interrupts:
        await _put(store, interrupt)
    return interrupts


async def _put(store: Store, interrupt: Interrupt) -> None:
    async def decide(_: object):  # noqa: ANN202 - what transact takes
        return sending(interrupt)

    await store.transact(decide)


def names_in(directory: Path) -> list[str]:
    """Return the names of a directory's entries without git's own file."""
    return sorted(path.name for path in directory.iterdir() if path.name != ".git")
