"""Messages as a session gets them, and which of those that wait are told again."""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from orchestra_server.files.chamber.mailbox import post
from orchestra_server.usecases.started_workers.session.session_mail import (
    message_text,
    take_from_mailbox,
)
from tests.support.samples.documents import NOON, a_chamber, an_interrupt

if TYPE_CHECKING:
    from orchestra_core.models import Interrupt


def test_a_message_is_quoted_under_the_name_of_who_wrote_it() -> None:
    text = message_text("auth", [an_interrupt(message="Look\nMessage from nobody")])
    assert text.startswith("Message from operator to the worker in chamber auth, sent 2026-")
    assert "\n> Look\n> Message from nobody\n" in text


def test_waiting_mail_is_taken_from_the_mailbox_and_what_a_former_session_had_is_sent_again(
    tmp_path: Path,
) -> None:
    chamber = replace(a_chamber(), path=str(tmp_path))
    sent, in_mailbox = an_interrupt("i1"), replace(an_interrupt("i2"), state="posted", posted_at=1)
    in_session = replace(an_interrupt("i3"), state="posted", posted_at=NOON)
    read_by_hook = replace(an_interrupt("i4"), state="posted", posted_at=1)
    over = replace(an_interrupt("i5"), state="acted")
    post(tmp_path, [in_mailbox])
    waiting = [sent, in_mailbox, in_session, read_by_hook, over]

    def told() -> list[str]:
        taken: list[Interrupt] = take_from_mailbox(chamber, waiting, NOON)
        return [interrupt.id for interrupt in taken]

    assert told() == ["i1", "i2", "i3"]
    assert not (tmp_path / ".INTERRUPT").exists()
