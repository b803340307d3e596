"""Mail that is unread for too long, and limits: a word and a bell, once."""

import pytest

from orchestra_core.events import EventData
from orchestra_tui.app import RoomApp
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import NOW, event, mail
from tests.support.room.headless_room import Room, room_of
from tests.support.waiting import until

LIMIT = 60_000


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    rung: list[int] = []

    def ring(_app: RoomApp) -> None:
        rung.append(1)

    monkeypatch.setattr(RoomApp, "bell", ring)
    return rung


async def arrive(room: Room, number: int, chamber: str, ago: int) -> None:
    """Let a message come that was sent `ago` ms before NOW."""
    letter = mail(number, chamber, "View", sent=ago, steps=(5,))
    data = EventData(interrupt=letter)
    await room.hear(event(number, 0, "interrupt.posted", chamber, data))


def counted(room: Room) -> tuple[int, int]:
    """Return how many messages the status line calls unread, and unread for too long."""
    screen = room.app.screen
    assert isinstance(screen, RoomScreen)
    return screen.status.status.unread, screen.status.status.overdue


async def test_mail_is_not_urgent_before_the_limit(bells: list[int]) -> None:
    async with room_of(stories.first_task(), unread_limit=LIMIT) as room:
        await arrive(room, 90, "auth", ago=LIMIT - 1)
        assert room.said == []
        assert counted(room) == (1, 0)
        assert bells == []


async def test_overdue_mail_is_announced_once_and_shown_until_it_is_read(
    bells: list[int],
) -> None:
    async with room_of(stories.first_task(), unread_limit=LIMIT) as room:
        await arrive(room, 90, "auth", ago=LIMIT)
        assert room.said == ["A message to auth has been unread for 1m00"]
        assert counted(room) == (1, 1)
        await arrive(room, 91, "auth", ago=1)
        assert len(room.said) == len(bells) == 1
        for number in (90, 91):
            read = mail(number, "auth", "View", sent=LIMIT, steps=(5, 9))
            data = EventData(interrupt=read)
            await room.hear(event(number + 10, 0, "interrupt.delivered", "auth", data))
        assert counted(room) == (0, 0)


async def test_a_message_becomes_urgent_without_any_event(
    bells: list[int],
) -> None:
    clock = Clock()
    async with room_of(stories.first_task(), clock=clock, unread_limit=LIMIT) as room:
        await arrive(room, 90, "auth", ago=LIMIT - 300)
        assert bells == []
        clock.now += 300
        await until(lambda: bool(bells))
        assert room.said == ["A message to auth has been unread for 1m00"]
        assert counted(room) == (1, 1)
        assert bells == [1]


async def test_a_room_that_opens_with_overdue_mail_announces_all_of_it_in_one_line(
    bells: list[int],
) -> None:
    async with room_of(stories.all_mail(), unread_limit=30_000) as room:
        assert room.said == ["2 messages to api, auth have been unread for 30s"]
        assert bells == [1]


async def test_a_limit_that_comes_near_is_announced(bells: list[int]) -> None:
    async with room_of(stories.first_task(), unread_limit=LIMIT) as room:
        words = "$8.00 of the task's $10 are used"
        await room.hear(event(90, 0, "worker.limit-neared", "auth", EventData(action=words)))
        assert room.said == [words]
        assert bells == [1]


async def test_without_unread_mail_no_timer_is_set() -> None:
    async with room_of(stories.empty(), unread_limit=LIMIT) as room:
        assert isinstance(room.app.screen, RoomScreen)
        assert not room.app.screen.ticking
