"""What a decision reads, and the guards that void its change if that was outdated."""

import re
from collections.abc import Sequence

from orchestra_core.gates.gate_verdict import GateVerdict
from orchestra_core.models import (
    Agent,
    Chamber,
    Clone,
    Conflict,
    Discovery,
    Interrupt,
    Task,
    WorkerRequest,
)
from orchestra_core.state import ArchivedTask, ProjectState
from orchestra_core.store.client.client_protocol import Client
from orchestra_core.store.client.reply_parser import as_bytes, as_list, as_number
from orchestra_core.store.documents import (
    Read,
    decode,
    decode_archived,
    decode_verdict,
    hash_of,
    read_snapshot,
)
from orchestra_core.store.keys import Keys
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import StartedWorker

_SCAN_COUNT = 1_000


class Reads:
    """Reads for one decision; each document and claim is read once and becomes a guard."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self.guards: dict[tuple[str, str], bytes] = {}  # (key, field): value, b"" for none
        self.sizes: dict[str, int] = {}  # key: the number of fields it had
        self.archived: dict[str, ArchivedTask | None] = {}  # what the archive was asked for, by id

    async def task(self, task_id: str) -> Task | None:
        """Return a task."""
        return await self._document(Task, task_id)

    async def chamber(self, chamber_id: str) -> Chamber | None:
        """Return a chamber by its id, `<task id>/<name>`."""
        return await self._document(Chamber, chamber_id)

    async def agent(self, agent_id: str) -> Agent | None:
        """Return an agent by its id, `<task id>/<agent id>`."""
        return await self._document(Agent, agent_id)

    async def discovery(self, discovery_id: str) -> Discovery | None:
        """Return a discovery."""
        return await self._document(Discovery, discovery_id)

    async def interrupt(self, interrupt_id: str) -> Interrupt | None:
        """Return an interrupt."""
        return await self._document(Interrupt, interrupt_id)

    async def request(self, request_id: str) -> WorkerRequest | None:
        """Return a worker's request."""
        return await self._document(WorkerRequest, request_id)

    async def worker(self, chamber_id: str) -> StartedWorker | None:
        """Return the worker that Orchestra starts in a chamber."""
        return await self._document(StartedWorker, chamber_id)

    async def conflict(self, conflict_id: str) -> Conflict | None:
        """Return a conflict by its id, `<side>|<side>`."""
        return await self._document(Conflict, conflict_id)

    async def clone(self, clone_id: str) -> Clone | None:
        """Return a clone of the repository."""
        return await self._document(Clone, clone_id)

    async def day(self, day: str) -> DayAccount:
        """Return the account of a day, an empty one if there is none yet."""
        return await self._document(DayAccount, day) or DayAccount(id=day)

    async def verdict(self, verdict_id: str) -> GateVerdict | None:
        """Return a gate's verdict on a content."""
        raw = await self._field(self._keys.verdicts, verdict_id)
        return decode_verdict(raw) if raw else None

    async def verdicts(self, verdict_ids: Sequence[str]) -> list[GateVerdict | None]:
        """Return gates' verdicts on several contents with one command, unguarded."""
        if not verdict_ids:
            return []
        answer = as_list(await self._client.call("HMGET", self._keys.verdicts, *verdict_ids))
        return [decode_verdict(as_bytes(raw)) if raw else None for raw in answer]

    async def claim(self, name: str) -> str:
        """Return who holds a claim, "" when it is free."""
        return (await self._field(self._keys.claims, name)).decode()

    async def claims(self) -> dict[str, str]:
        """Return every claim and its holder, unguarded."""
        answer = as_list(await self._client.call("HGETALL", self._keys.claims))
        words = [as_bytes(word).decode() for word in answer]
        return dict(zip(words[::2], words[1::2], strict=True))

    async def chambers_of(self, task_id: str) -> list[Chamber]:
        """Return a task's chambers in the order they were created.

        A chamber that is added meanwhile voids the decision too. It shows in the number of
        chambers, which only moves to and from the archive can reduce, so those are counted as well.
        """
        key = self._keys.documents("chambers")
        archived = await self._archived(task_id)
        if archived is not None:
            return sorted(archived.chambers, key=lambda chamber: (chamber.created_at, chamber.name))
        await self._field(self._keys.counts, "moves")
        if key not in self.sizes:
            self.sizes[key] = as_number(await self._client.call("HLEN", key))
        # Characters with a meaning in Redis patterns are escaped.
        pattern = re.sub(r"([\\*?\[\]^-])", r"\\\1", task_id) + "/*"
        raw_chambers: dict[bytes, bytes] = {}
        cursor = b"0"
        while True:
            answer = await self._client.call(
                "HSCAN", key, cursor, "MATCH", pattern, "COUNT", _SCAN_COUNT
            )
            cursor, pairs = as_bytes(as_list(answer)[0]), as_list(as_list(answer)[1])
            names = map(as_bytes, pairs[0::2])
            raw_chambers |= dict(zip(names, map(as_bytes, pairs[1::2]), strict=True))
            if cursor == b"0":
                break
        chambers = [
            decode(Chamber, self.guards.setdefault((key, name), raw), f"{key} {name}")
            for name, raw in ((name.decode(), raw) for name, raw in raw_chambers.items())
        ]
        return sorted(chambers, key=lambda chamber: (chamber.created_at, chamber.name))

    async def state(self) -> ProjectState:
        """Return the whole state, unguarded: the change does not depend on it."""
        return await read_snapshot(self._client, self._keys)

    async def _document(self, kind: type[Read], document_id: str) -> Read | None:
        raw = await self._field(self._keys.documents(hash_of(kind)), document_id)
        if not raw and kind in {Task, Chamber, Agent}:
            return await self._in_archive(kind, document_id)
        name = f"{self._keys.documents(hash_of(kind))} {document_id}"
        return decode(kind, raw, name) if raw else None

    async def read_all(self, kind: type[Read], ids: Sequence[str]) -> list[Read | None]:
        """Return several documents of one kind in one command."""
        key = self._keys.documents(hash_of(kind))
        missing = [identifier for identifier in ids if (key, identifier) not in self.guards]
        if missing:
            answer = as_list(await self._client.call("HMGET", key, *missing))
            raws = [as_bytes(raw or b"") for raw in answer]
            self.guards.update(
                ((key, identifier), raw) for identifier, raw in zip(missing, raws, strict=True)
            )
        return [await self._document(kind, identifier) for identifier in ids]

    async def _in_archive(self, kind: type[Read], document_id: str) -> Read | None:
        """Return a document of an archived task."""
        archived = await self._archived(document_id.partition("/")[0])
        documents = archived.documents() if archived is not None else ()
        matches = (
            document
            for document in documents
            if isinstance(document, kind) and document.id == document_id
        )
        return next(matches, None)

    async def _archived(self, task_id: str) -> ArchivedTask | None:
        """Return an archived task, guarded; None for a live or unknown one."""
        if self.guards.get((self._keys.documents("tasks"), task_id)):
            return None
        if task_id not in self.archived:
            raw = await self._field(self._keys.archive, task_id)
            self.archived[task_id] = decode_archived(raw) if raw else None
        return self.archived[task_id]

    async def _field(self, key: str, field: str) -> bytes:
        if (key, field) not in self.guards:
            answer = await self._client.call("HGET", key, field)
            self.guards[key, field] = as_bytes(answer or b"")
        return self.guards[key, field]
