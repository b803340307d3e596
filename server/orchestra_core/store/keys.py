"""Every key and channel name; the braces keep a project in one cluster slot."""

from dataclasses import dataclass
from functools import cached_property

DOCUMENT_HASHES = (
    "tasks",
    "chambers",
    "agents",
    "discoveries",
    "interrupts",
    "requests",
    "workers",
    "collisions",
    "clones",
    "days",
)


@dataclass(frozen=True)  # without slots, so that names can be cached
class Keys:
    """The key names of one project."""

    project: str
    section: str = ""  # for the store check: keys apart from the project's own, in the same slot

    def _key(self, name: str) -> str:
        return f"orchestra:{{{self.project}}}:{self.section}{name}"

    @cached_property
    def sequence(self) -> str:
        """The number of the last event."""
        return self._key("seq")

    @cached_property
    def stream(self) -> str:
        """The project's history; entry `<seq>-<nonce>` holds event `seq` in its field `e`."""
        return self._key("events")

    @cached_property
    def archive(self) -> str:
        """Hash: an ended task's id and all its documents in one."""
        return self._key("archive")

    @cached_property
    def ended(self) -> str:
        """Sorted set: the ids of the archived tasks by the moment of their end."""
        return self._key("ended")

    @cached_property
    def counts(self) -> str:
        """Hash: how many fields each hash of documents has, to notice a lost one.

        Its field `moves` counts what went into the archive and came back.
        """
        return self._key("counts")

    @cached_property
    def checkpoint(self) -> str:
        """Hash: `state`, the documents as they were after event `seq`, where replaying begins."""
        return self._key("checkpoint")

    @cached_property
    def claims(self) -> str:
        """Hash: the name of each live chamber and the id of the chamber that holds it."""
        return self._key("claims")

    @cached_property
    def presence(self) -> str:
        """Hash: what each chamber's worker does now."""
        return self._key("presence")

    @cached_property
    def heartbeats(self) -> str:
        """Hash: when each clone was last heard, and from which machine."""
        return self._key("heartbeats")

    @cached_property
    def verdicts(self) -> str:
        """Hash: the gates' verdicts by their ids; read one by one, and never in a snapshot."""
        return self._key("verdicts")

    @cached_property
    def channel(self) -> str:
        """The Pub/Sub channel that rings for each event, with the event itself."""
        return self._key("bell")

    @cached_property
    def presence_channel(self) -> str:
        """The Pub/Sub channel of presence reports, which history does not keep."""
        return self._key("presence-bell")

    def documents(self, kind: str) -> str:
        """Return the key of a hash in DOCUMENT_HASHES, which maps id to JSON."""
        return self._key(kind)

    def operation(self, operation: str) -> str:
        """Return the key that holds an operation's first answer for a day."""
        return self._key(f"operation:{operation}")

    def transcript(self, chamber_id: str) -> str:
        """Return the key of the capped stream of what a started worker said and did."""
        return self._key(f"transcript:{chamber_id}")

    def activity(self, chamber_id: str) -> str:
        """Return the key of the capped stream of one worker's activity, tool by tool."""
        return self._key(f"activity:{chamber_id}")
