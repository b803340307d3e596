"""Registers this clone in the store, and sends its heartbeat while it has live chambers.

A copied machine has the clone id of its original. If both run, the one that was heard first keeps
the id and the chambers. The other takes a new id and leaves those chambers alone.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from orchestra_core.clone.clone_id import clone_id, dispute_clone_id, noted_clone, renew_clone_id
from orchestra_core.clone.clone_places import BEAT_MS, SILENT_MS
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Clone
from orchestra_core.process.file_lock import open_lock_file, try_lock_exclusive
from orchestra_core.process.machine import holder_digest, machine_digest
from orchestra_core.process.ticks import until_tick
from orchestra_core.project import Project
from orchestra_core.store.store import Contended, Store
from orchestra_server.git.remotes.addresses import noted, read_addresses
from orchestra_server.git.remotes.remembered_addresses import RememberedAddresses
from orchestra_server.git.repository.repository import Repository

DUTY_LOCK = "orchestra-mail.lock"  # held by the process that delivers mail and sends the heartbeat
_DUTIES = "mail"
_log = logging.getLogger(__name__)
ReadAddresses: TypeAlias = Callable[[Repository], Mapping[str, str]]


def describe_clone(
    project: Project, identifier: str, read: ReadAddresses = read_addresses
) -> Clone:
    """Return this clone's document, under its present name and with its remotes. Blocking."""
    addresses = read(Repository(project.main_checkout, project.git_dir))
    return replace(clone_at_its_place(project, identifier), remotes=noted(addresses))


def clone_at_its_place(project: Project, identifier: str) -> Clone:
    """Return this clone's document without its remotes."""
    return Clone(
        id=identifier,
        host=socket.gethostname(),
        path=str(project.main_checkout),
        machine=machine_digest(),
    )


async def register_clone(store: Store, project: Project) -> None:
    """Send one heartbeat at the start of a process; dispute the id if another machine has it.

    Raises OrchestraError.
    """
    contended = await _say_heard(store, project, None)
    if contended is None:
        await asyncio.to_thread(_note_dispute, project, disputed=False)
    elif await asyncio.to_thread(_nobody_is_on_duty, project.git_dir):
        await asyncio.to_thread(_note_dispute, project, disputed=True)


class CloneHeartbeat:
    """Sends the heartbeat while the clone has live chambers; run by the one process on duty."""

    def __init__(self, store: Store, project: Project, *, beat_ms: int = BEAT_MS) -> None:
        self._store = store
        self._project = project
        self._beat = beat_ms / 1_000
        self._silent_ms = SILENT_MS * beat_ms // BEAT_MS
        self._chambers_live = asyncio.Event()
        self._read_addresses = RememberedAddresses().read

    def chambers_live(self, *, here: bool) -> None:
        """Say whether this clone has live chambers; without any, the heartbeat stops."""
        if here:
            self._chambers_live.set()
        else:
            self._chambers_live.clear()

    async def run(self) -> None:
        """Send heartbeats until cancelled, then say that nobody is on duty here."""
        try:
            while True:
                with contextlib.suppress(OrchestraError):  # the next beat tries again
                    await self._say_on_duty()
                await asyncio.sleep(until_tick(self._beat))
                await self._chambers_live.wait()
        finally:
            with contextlib.suppress(OrchestraError):
                await self._say("")

    async def _say_on_duty(self) -> None:
        contended = await self._say(_DUTIES)
        if contended is not None:
            await self._settle(contended)
        else:
            await asyncio.to_thread(_note_dispute, self._project, disputed=False)

    async def _settle(self, first: Contended) -> None:
        """Wait for another heartbeat from the other machine; take a new id if it comes."""
        await asyncio.to_thread(_note_dispute, self._project, disputed=True)
        await asyncio.sleep((self._silent_ms - (first.now - first.heard_at)) / 1_000 + self._beat)
        second = await self._say(_DUTIES)
        if second is None:
            await asyncio.to_thread(_note_dispute, self._project, disputed=False)
        elif second.heard_at > first.heard_at:
            await self._take_new_id()

    async def _take_new_id(self) -> None:
        note = await asyncio.to_thread(noted_clone, self._project.git_dir)
        if note is None:
            return
        new_id = await asyncio.to_thread(renew_clone_id, self._project.git_dir, note.id)
        _log.warning(
            "another running machine has this clone's id: it keeps the id and the chambers; this "
            "clone is now %s and leaves the worktrees of those chambers alone",
            new_id,
        )
        await self._say(_DUTIES)

    async def _say(self, serves: str) -> Contended | None:
        return await _say_heard(
            self._store,
            self._project,
            serves,
            silent_ms=self._silent_ms,
            read=self._read_addresses,
        )


async def _say_heard(
    store: Store,
    project: Project,
    serves: str | None,
    *,
    silent_ms: int = SILENT_MS,
    read: ReadAddresses = read_addresses,
) -> Contended | None:
    described = await asyncio.to_thread(_describe, project, read)
    if described is None:
        return None
    clone, holder = described
    return await store.say_heard(clone, holder, serves, silent_ms=silent_ms)


def _describe(project: Project, read: ReadAddresses) -> tuple[Clone, str] | None:
    """Return this clone's document and holder, None where no id can be noted. Blocking."""
    clone_id(project.git_dir)
    note = noted_clone(project.git_dir)
    if note is None:
        return None
    return describe_clone(project, note.id, read), _holder(project.git_dir)


def _holder(common_dir: Path) -> str:
    try:
        return holder_digest(common_dir)
    except OSError:
        return machine_digest()


def _note_dispute(project: Project, *, disputed: bool) -> None:
    note = noted_clone(project.git_dir)
    if note is not None and note.disputed != disputed:
        dispute_clone_id(project.git_dir, note.id, disputed=disputed)


def _nobody_is_on_duty(common_dir: Path) -> bool:
    """Tell whether no process of this clone is on duty; one on duty settles the dispute itself."""
    try:
        descriptor = open_lock_file(common_dir / DUTY_LOCK)
    except OSError:
        return True
    try:
        return try_lock_exclusive(descriptor)
    finally:
        os.close(descriptor)
