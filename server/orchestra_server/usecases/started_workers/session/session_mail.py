"""Messages to a started worker: each goes in through its session, and none twice.

A message is `posted` when the session has it, `delivered` when the model has it, and `acted` when
the worker has done something after that. A message that was only posted when the daemon died is
sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from orchestra_core.clock import Clock
from orchestra_core.models import Chamber, Interrupt, InterruptState
from orchestra_core.store.store import Store
from orchestra_server.agents.agent_driver import Abilities, Session
from orchestra_server.agents.reports import (
    PromptRead,
    Report,
    Said,
    ToolBegan,
    ToolEnded,
    TurnBegan,
    TurnEnded,
)
from orchestra_server.files.chamber.mailbox import letter_of, mail_ids, withdraw
from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.take_mail import mail_text
from orchestra_server.usecases.started_workers.record_worker import until_stored

if TYPE_CHECKING:
    from orchestra_server.files.hook.json_files import Fields

_ACTOR = "orchestra"


@dataclass(slots=True)
class SessionMail:
    """The messages of one session, from being sent to being acted on."""

    store: Store
    clock: Clock
    chamber: Chamber
    unread: list[str] = field(default_factory=list[str])  # sent, not yet read by the model
    read: list[str] = field(default_factory=list[str])  # read by the model, not yet acted on
    told: set[str] = field(default_factory=set[str])

    async def tell(self, session: Session, interrupt: Interrupt) -> None:
        """Send the worker a message; one that asks to stop aborts the turn and is read at once.

        Raises Refused if the agent has ended.
        """
        if interrupt.id in self.told:
            return
        self.told.add(interrupt.id)
        await self._stamp([interrupt.id], "posted")
        self.unread.append(interrupt.id)
        text = message_text(self.chamber.name, [interrupt])
        if interrupt.requires == "review":
            await session.prompt(text, interrupt.id)
        else:
            await session.interrupt(text, interrupt.id)

    async def take(self, report: Report, abilities: Abilities) -> None:
        """Stamp the messages that a report shows as read or acted on."""
        match report:
            case PromptRead(prompt_id=prompt_id):
                await self._was_read(prompt_id)
            case ToolEnded() | TurnBegan() if not abilities.tells_prompts_read:
                for prompt_id in tuple(self.unread):
                    await self._was_read(prompt_id)
            case Said() | ToolBegan() | TurnEnded():
                read, self.read = self.read, []
                await self._stamp(read, "acted")
            case _:
                pass

    async def _was_read(self, prompt_id: str) -> None:
        if prompt_id in self.unread:
            self.unread.remove(prompt_id)
            self.read.append(prompt_id)
            await self._stamp([prompt_id], "delivered")

    async def _stamp(self, ids: Sequence[str], state: InterruptState) -> None:
        actor = _ACTOR if state == "posted" else self.chamber.name
        for interrupt_id in ids:
            at = self.clock()

            async def stamp(interrupt_id: str = interrupt_id, at: int = at) -> None:
                await self.store.stamp_interrupt(interrupt_id, state, at=at, actor=actor)

            await until_stored(stamp)


def message_text(chamber: str, interrupts: Sequence[Interrupt]) -> str:
    """Return messages as a worker reads them, each under its author's name."""
    reader = Reader({"chamber": chamber}, {})
    letters: list[Fields] = [msgspec.to_builtins(letter_of(interrupt)) for interrupt in interrupts]
    return mail_text(reader, letters)


def take_from_mailbox(
    chamber: Chamber, interrupts: Sequence[Interrupt], started_at: int
) -> list[Interrupt]:
    """Take the unread messages that no hook has out of the mailbox, and return them. Blocking.

    Messages posted since the worker's start went to its session, which has ended.
    """
    path = Path(chamber.path)
    posted = [interrupt.id for interrupt in interrupts if interrupt.state == "posted"]
    taken = withdraw(path, chamber.name, posted)
    with_hooks = mail_ids(path) if posted else set[str]()

    def is_free(interrupt: Interrupt) -> bool:
        if interrupt.state == "sent" or interrupt.id in taken:
            return True
        return interrupt.posted_at >= started_at and interrupt.id not in with_hooks

    return [interrupt for interrupt in interrupts if interrupt.is_unread and is_free(interrupt)]
