"""When the operator is called, and with which words."""

import pytest

from orchestra_core.worker_state import WorkerState
from orchestra_tui.presentation.notices import (
    NoticeWhen,
    Occasion,
    looks_at_room,
    notice_of,
    occasions_of,
    to_announce,
)

NOBODY: frozenset[str] = frozenset()
ASKS = WorkerState("needs-you", "permission: Bash pip install ndjson", 5, "permission")


def an_occasion(chamber: str, reason: str = "asks") -> Occasion:
    return Occasion(f"t/{chamber} permission 5", "t", chamber, reason)


def test_only_workers_that_need_somebody_are_occasions() -> None:
    working = WorkerState("working", "Bash pytest", 1)
    stuck = WorkerState("stuck", "Bash sleep", 1, "silent")
    unread = WorkerState("needs-you", "message unread: x", 1, "unread")
    others = [("t-1/api", working), ("t-1/web", stuck), ("t-1/docs", unread)]
    occasions = occasions_of([("t-1/auth", ASKS), *others])
    assert occasions == [
        Occasion("t-1/auth permission 5", "t-1", "auth", "permission: Bash pip install ndjson")
    ]


def test_an_occasion_is_announced_once_and_its_return_again() -> None:
    auth = an_occasion("auth")
    new, told = to_announce([auth], NOBODY, "away", looks=False)
    assert new == [auth]
    assert to_announce([auth], told, "away", looks=False) == ([], told)
    _, told = to_announce([], told, "away", looks=False)
    assert to_announce([auth], told, "away", looks=False)[0] == [auth]


def test_the_same_worker_with_another_need_is_another_occasion() -> None:
    (first,) = occasions_of([("t/auth", ASKS)])
    (second,) = occasions_of([("t/auth", WorkerState("needs-you", "", 9, "failed"))])
    _, told = to_announce([first], NOBODY, "away", looks=False)
    assert to_announce([second], told, "away", looks=False)[0] == [second]


def test_what_was_seen_is_not_announced_afterwards() -> None:
    auth, api = an_occasion("auth"), an_occasion("api")
    new, told = to_announce([auth], NOBODY, "away", looks=True)
    assert new == []
    assert to_announce([auth, api], told, "away", looks=False)[0] == [api]


@pytest.mark.parametrize(
    ("when", "looking", "away"),
    [("away", 0, 1), ("always", 1, 1), ("never", 0, 0)],
)
def test_the_person_chooses_when(when: NoticeWhen, looking: int, away: int) -> None:
    auth = an_occasion("auth")
    assert len(to_announce([auth], NOBODY, when, looks=True)[0]) == looking
    assert len(to_announce([auth], NOBODY, when, looks=False)[0]) == away


def test_a_terminal_that_reports_its_focus_is_believed_and_others_are_judged_by_the_last_key() -> (
    None
):
    assert looks_at_room(focused=True, tells_focus=True, since_input=9_999)
    assert not looks_at_room(focused=False, tells_focus=True, since_input=0)
    assert looks_at_room(focused=True, tells_focus=False, since_input=5)
    assert not looks_at_room(focused=True, tells_focus=False, since_input=120)


def test_the_words_name_one_worker_with_its_reason_or_count_several() -> None:
    assert notice_of([an_occasion("auth", "API 529")]) == ("auth needs you", "API 529")
    assert notice_of([an_occasion("auth", "")]) == ("auth needs you", "see the room")
    several = [an_occasion(name) for name in ("a", "b", "c", "d")]
    assert notice_of(several) == ("4 workers need you", "a: asks; b: asks; c: asks; 1 more")
