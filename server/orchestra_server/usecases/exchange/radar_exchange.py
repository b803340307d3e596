"""The conflict monitor's part with other clones: publishes its chambers' work, fetches theirs.

Work is published as the monitor sees it, uncommitted changes included, while the task has live
chambers in several clones. It runs concurrently with the checks, so no remote delays them.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress

from orchestra_core.change import Change
from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber
from orchestra_core.names import split_chamber_id
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.domain.chambers.chamber_lifecycle import together
from orchestra_server.domain.tasks import exchange
from orchestra_server.git.process.foreign_programs import brief_programs
from orchestra_server.git.remotes.addresses import read_addresses, remote_at
from orchestra_server.git.remotes.published_refs import (
    CHAMBERS,
    chamber_ref,
    fetch,
    publish,
)
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.snapshot.ephemeral_commit import RepositoryWithScratch, is_ephemeral
from orchestra_server.usecases.completion.checks.confirmation import unintended_between
from orchestra_server.usecases.concurrency.task_lock import lock_task
from orchestra_server.usecases.exchange.shared_tasks import chambers_of_others, places_to_publish

# Seconds between two rounds: the work of a worker that writes without a pause is published this
# often.
PAUSE = 10.0
_ACTOR = "orchestra"
_log = logging.getLogger(__name__)


class RadarExchange:
    """Publishes and fetches for one clone; `changed` is called when others' new work has come."""

    def __init__(
        self,
        store: Store,
        project: Project,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._project = project
        self._clock = clock
        self._changed = changed
        self._state = ProjectState()
        self._snapshots: Mapping[str, str] = {}
        self._env: Mapping[str, str] = {}
        self._fetched = dict[str, str]()  # by chamber id: the commit that is here
        self._chosen = dict[str, str]()  # by snapshot: the commit published for it
        self._has_cleaned = False
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def take_state(self, state: ProjectState) -> None:
        """Start what is due; `state` is the monitor's, which keeps it up to date."""
        self._state = state
        clone = self._clone()
        if places_to_publish(state, clone) or chambers_of_others(state, clone) or self._fetched:
            self._wake()

    def take_snapshots(self, snapshots: Mapping[str, str], env: Mapping[str, str]) -> None:
        """Publish what the monitor has just seen: commits by chamber id, to be found with `env`."""
        self._snapshots, self._env = dict(snapshots), env
        if self._due(self._state):
            self._wake()

    def here(self) -> list[tuple[Chamber, str]]:
        """Return other clones' live chambers whose published work is here, each with its commit."""
        others = chambers_of_others(self._state, self._clone())
        return [
            (chamber, self._fetched[chamber.id])
            for chamber in others
            if chamber.id in self._fetched
        ]

    async def close(self) -> None:
        """Stop; what is published stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _wake(self) -> None:
        self._woken.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._go_round()
            except (OrchestraError, OSError) as fault:
                _log.warning("the work of other clones is not exchanged: %s", fault)
            except Exception:  # noqa: BLE001 - nobody else would hear of it
                _log.exception("the work of other clones is not exchanged; the next change tries")
            await asyncio.sleep(PAUSE)

    async def _go_round(self) -> None:
        repo = await asyncio.to_thread(open_repository, self._project.main_checkout)
        addresses = await asyncio.to_thread(read_addresses, repo)
        if not self._has_cleaned or self._fetched.keys() - self._wanted().keys():
            await asyncio.to_thread(_drop_ended, repo, set(self._wanted()))
            self._fetched = {
                chamber_id: commit
                for chamber_id, commit in self._fetched.items()
                if chamber_id in self._wanted()
            }
            self._has_cleaned = True
        await self._fetch(repo, addresses)
        due = self._due(self._state)
        for task_id in dict.fromkeys(split_chamber_id(chamber_id).task_id for chamber_id in due):
            await self._publish(repo, addresses, task_id)

    def _wanted(self) -> dict[str, Chamber]:
        return {chamber.id: chamber for chamber in chambers_of_others(self._state, self._clone())}

    async def _fetch(self, repo: Repository, addresses: Mapping[str, str]) -> None:
        by_remote: dict[str, list[Chamber]] = defaultdict(list)
        for chamber in self._wanted().values():
            remote = remote_at(addresses, chamber.published_on)
            if remote and chamber.published != self._fetched.get(chamber.id):
                by_remote[remote].append(chamber)
        for remote, chambers in by_remote.items():
            refs = {chamber.id: chamber_ref(chamber.task_id, chamber.name) for chamber in chambers}
            with brief_programs():
                commits = await asyncio.to_thread(fetch, repo, remote, refs.values())
            for chamber in chambers:
                with suppress(KeyError):  # withdrawn meanwhile
                    self._fetched[chamber.id] = commits[refs[chamber.id]]
        if by_remote:
            self._changed()

    def _due(self, state: ProjectState) -> dict[str, str]:
        """Return the commits to publish, by chamber id."""
        return {
            chamber_id: self._snapshots[chamber_id]
            for chamber_id in places_to_publish(state, self._clone())
            if chamber_id in self._snapshots
            and self._chosen.get(self._snapshots[chamber_id], self._snapshots[chamber_id])
            != state.chambers[chamber_id].published
        }

    async def _publish(self, repo: Repository, addresses: Mapping[str, str], task_id: str) -> None:
        """Publish a task's chambers unless it is completing: a handover publishes by itself."""
        async with lock_task(repo.common_dir, task_id):
            state = await self._store.snapshot()
            due = {
                key: commit
                for key, commit in self._due(state).items()
                if split_chamber_id(key).task_id == task_id
            }
            places, env = places_to_publish(state, self._clone()), self._env
            scratch = RepositoryWithScratch(repo.top, repo.common_dir, env)
            chosen = {at: await asyncio.to_thread(_intended, scratch, at) for at in due.values()}
            self._chosen = {at: chosen.get(at, at) for at in self._snapshots.values()} | chosen
            due = {key: chosen[at] for key, at in due.items()}
            for address in dict.fromkeys(places[key] for key in due):
                commits = {key: commit for key, commit in due.items() if places[key] == address}
                refs = {chamber_ref(*split_chamber_id(key)): at for key, at in commits.items()}
                with brief_programs():
                    await asyncio.to_thread(publish, repo, remote_at(addresses, address), refs, env)
                await self._note(commits, address)

    async def _note(self, commits: Mapping[str, str], address: str) -> None:
        async def decide(reads: Reads) -> Change:
            return together(
                [
                    exchange.published(chamber, commit, address, at=self._clock(), actor=_ACTOR)
                    for chamber_id, commit in commits.items()
                    if (chamber := await reads.chamber(chamber_id)) is not None and chamber.is_live
                ]
            )

        await self._store.transact(decide)

    def _clone(self) -> str:
        return clone_id(self._project.git_dir)


def _intended(repo: Repository, snapshot: str) -> str:
    """Return the snapshot, or only its committed part if new files would need a confirmation.

    Such files look like secrets, dumps or the output of tools.
    """
    if not is_ephemeral(repo, snapshot):
        return snapshot
    head = repo.git("rev-parse", f"{snapshot}^").strip()
    return head if unintended_between(repo, head, snapshot) else snapshot


def _drop_ended(repo: Repository, live: set[str]) -> None:
    """Delete this clone's copies of what ended chambers published."""
    listed = repo.git("for-each-ref", "--format=%(refname)", f"{CHAMBERS}/")
    for ref in listed.split():
        if ref.removeprefix(f"{CHAMBERS}/") not in live:
            repo.git("update-ref", "-d", ref)
