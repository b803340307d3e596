"""Kills calls at one of their effects, and checks what must be true after each."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from orchestra_core.models import Chamber
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.client.reply_parser import as_bytes, as_list
from orchestra_core.store.store import Store
from orchestra_server.files.chamber.mailbox import unread
from orchestra_server.usecases.common.transaction import Context
from tests.support.git.repositories import PLAIN_GIT, TestRepository
from tests.support.kills.kill_driver import DriverRequest, Outcome
from tests.support.waiting import until

_ROOT = Path(__file__).parents[3]
# Files that a killed process may leave in a chamber: nobody reads them, and git ignores them.
_LITTER = re.compile(r"\.orchestra-tmp-|__pycache__")


class Driver:
    """A process that makes calls in children that it can kill."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    async def at_once(self, requests: Sequence[DriverRequest]) -> list[Outcome]:
        """Make calls at the same time, each in its own process; return how each ended."""
        return await asyncio.to_thread(self._at_once, requests)

    def _at_once(self, requests: Sequence[DriverRequest]) -> list[Outcome]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(msgspec.json.encode(requests) + b"\n")
        stdin.flush()
        line = stdout.readline()
        assert line, "the driver has ended"
        return msgspec.json.decode(line, type=list[Outcome])

    async def call(self, request: DriverRequest) -> Outcome:
        """Make one call; return how it ended."""
        (outcome,) = await self.at_once([request])
        assert not outcome.unexpected, outcome.error
        return outcome


@contextmanager
def driving() -> Generator[Driver]:
    """Run a driver within the block."""
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "tests.support.kills.kill_driver"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        env={**os.environ, **PLAIN_GIT},
    )
    with process:  # closes its stdin, by which it ends
        yield Driver(process)


@dataclass
class PreparedProject:
    """A repository and its store, which can be reset to how they were prepared."""

    store: Store
    settings: Settings
    main: TestRepository
    driver: Driver
    kept: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])

    @property
    def project(self) -> str:
        return self.store.keys.project

    @property
    def template(self) -> Path:
        return self.main.path.with_name("template")

    def context(self) -> Context:
        return Context(
            store=self.store,
            project=find_project(self.main.path, self.project),
            settings=self.settings,
            actor="conductor",
        )

    async def call(self, verb: str, arguments: Mapping[str, object], end_at: int = 0) -> Outcome:
        """Make a call in a process of its own, killed at an effect if one is named."""
        return await self.driver.call(self.request(verb, arguments, end_at))

    def request(self, verb: str, arguments: Mapping[str, object], end_at: int = 0) -> DriverRequest:
        return DriverRequest(
            verb=verb,
            arguments=dict(arguments),
            root=str(self.main.path),
            project=self.project,
            redis_url=self.settings.redis_url,
            end_at=end_at,
        )

    async def keep(self) -> None:
        """Remember repository and store as they are, after discarded files have been deleted."""
        worktrees = self.main.path / ".claude" / "worktrees"
        await until(lambda: not (worktrees / ".orchestra-gone").exists())
        shutil.copytree(self.main.path, self.template, symlinks=True)
        for key in await self._keys():
            self.kept[key] = as_bytes(await self.store.client.call("DUMP", key))

    async def put_back(self) -> None:
        """Reset repository and store to the kept state, at the same path."""
        await until(self._is_removed)
        shutil.copytree(self.template, self.main.path, symlinks=True)
        for key in await self._keys():
            await self.store.client.call("DEL", key)
        for key, value in self.kept.items():
            await self.store.client.call("RESTORE", key, 0, value)

    def _is_removed(self) -> bool:
        """Remove the repository, in which a deletion in the background may still be at work."""
        shutil.rmtree(self.main.path, ignore_errors=True)
        return not self.main.path.exists()

    async def _keys(self) -> list[bytes]:
        keys = await self.store.client.call("KEYS", f"orchestra:{{{self.project}}}:*")
        return [as_bytes(key) for key in as_list(keys)]


def reachable(main: TestRepository) -> set[str]:
    """Return every blob that a ref, an index or a file of a worktree holds."""
    listed = main.git("rev-list", "--objects", "--all", "--reflog", "--indexed-objects")
    objects = {line.split()[0] for line in listed.splitlines()}
    files = [path for path in _files_below(main.path) if not path.is_symlink()]
    if files:
        hashed = main.git("hash-object", "--no-filters", "--", *map(str, files))
        objects.update(hashed.split())
    return objects


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files outside of `.git`, and not those that are being deleted behind an answer."""
    for place, folders, names in os.walk(folder):
        folders[:] = [folder for folder in folders if folder not in {".git", ".orchestra-gone"}]
        yield from (Path(place, name) for name in names if name != ".git")


def blobs(main: TestRepository, contents: Sequence[str]) -> set[str]:
    """Return the blob ids of contents."""
    hashes: set[str] = set()
    for number, content in enumerate(contents):
        file = main.path.with_name(f"content-{number}")
        file.write_text(content)
        hashes.add(main.git("hash-object", "--no-filters", "--", str(file)))
    return hashes


async def picture(prepared: PreparedProject) -> dict[str, object]:
    """Return all that a finished call leaves, without what differs between runs."""
    state = await prepared.store.snapshot()
    main = prepared.main
    chambers = sorted(state.chambers.values(), key=lambda document: document.id)
    verdicts = [event.data.verdict for event in await prepared.store.events()]
    return {
        "verdicts": sorted((each.gate, each.tree, each.state) for each in verdicts if each),
        "tasks": sorted(
            (task.description, task.state, task.phase) for task in state.tasks.values()
        ),
        "chambers": [
            (chamber.name, chamber.state, bool(chamber.saved_ref)) for chamber in chambers
        ],
        "agents": sorted((agent.id, agent.actions) for agent in state.agents.values()),
        "discoveries": sorted(discovery.text for discovery in state.discoveries.values()),
        "interrupts": sorted(
            (interrupt.chamber, interrupt.message, interrupt.state)
            for interrupt in state.interrupts.values()
        ),
        "branches": main.branches,
        "tree": main.git("rev-parse", "HEAD^{tree}"),
        "status": main.status,
        "worktrees": _worktrees(main),
        "saved": [
            main.git("rev-parse", f"{chamber.saved_ref}^{{tree}}")
            for chamber in chambers
            if chamber.saved_ref
        ],
        "files": {chamber.name: _files(chamber) for chamber in chambers if chamber.is_live},
        "mail": {
            chamber.name: len(unread(Path(chamber.path))) for chamber in chambers if chamber.is_live
        },
        "locks": [
            str(path)
            for path in main.path.joinpath(".git").rglob("*.lock")
            if not path.name.startswith("orchestra")
        ],
    }


def differences(left: dict[str, object], right: dict[str, object]) -> dict[str, object]:
    """Return how two pictures differ."""
    return {name: (left[name], right[name]) for name in left if left[name] != right[name]}


def _worktrees(main: TestRepository) -> list[str]:
    """Return the worktrees with their branches and locks, but not where they stand."""
    lines = main.git("worktree", "list", "--porcelain").splitlines()
    return [line for line in lines if not line.startswith("HEAD")]


def _files(chamber: Chamber) -> list[tuple[str, str]]:
    worktree = TestRepository(Path(chamber.path))
    listed = worktree.git("ls-files", "--cached", "--others", "-z").split("\0")
    names = sorted({name for name in listed if name and not _LITTER.search(name)})
    return [(name, _content(worktree.path, worktree.path / name)) for name in names] + [
        ("status", worktree.status)
    ]


def _content(chamber: Path, path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    if path.is_dir():  # a submodule
        return TestRepository(path).status
    if ".claude" in path.relative_to(chamber).parts or path.name == ".INTERRUPT":
        return "there"  # with moments and secrets in it
    return path.read_text() if path.exists() else "missing"
