"""The status line."""

import pytest
from msgspec.structs import replace

from orchestra_core.wording.ages import MINUTE
from orchestra_tui.presentation.status_text import (
    Latency,
    Status,
    StoreLink,
    latency,
    status_line,
    title_text,
)
from orchestra_tui.presentation.text_fit import line_width
from tests.support.samples.documents import NOON, an_interrupt

LIVE = Status(
    link="live",
    server="ready",
    seq=1234,
    tasks=3,
    chambers=4,
    unread=1,
    latency=Latency(median=1_200, p95=2_300, count=9),
    project="shop",
)


def text(status: Status, width: int, now: int = NOON) -> str:
    return "".join(cell.text for cell in status_line(status, now, width)[0])


def test_the_line_of_a_live_link_shows_the_counts() -> None:
    assert text(LIVE, 110).split() == [
        "●",
        "live",
        "server",
        "ready",
        "shop",
        "mail",
        "1.2s,",
        "p95",
        "2.3s",
        "event",
        "1,234",
        "4",
        "chambers",
        "3",
        "tasks",
        "✉",
        "1",
        "unread",
        "by",
        "its",
        "worker",
    ]


def test_the_status_line_says_next_to_the_server_that_no_daemon_runs() -> None:
    assert "daemon" not in text(LIVE, 100)
    lacking = Status(link="live", server="ready", lacks_daemon=True)
    assert text(lacking, 80).startswith(" ● live  server ready  no daemon")


def test_conflicts_are_shown_only_if_there_are_any() -> None:
    assert text(conflicting(2), 80).endswith("⚠ 2 conflicts")
    assert text(conflicting(1), 80).endswith("⚠ 1 conflict")
    assert "conflict" not in text(conflicting(0), 80)


def conflicting(count: int) -> Status:
    return Status(link="live", conflicts=count)


def test_a_count_of_one_is_in_the_singular() -> None:
    assert text(Status(link="live", tasks=1, chambers=1), 80).endswith("1 chamber  1 task")


def test_in_a_narrow_line_the_least_important_part_is_dropped_first() -> None:
    assert text(LIVE, 72).endswith("4 chambers  3 tasks  ✉ 1 unread by its worker")
    assert "shop" not in text(LIVE, 80)
    assert text(LIVE, 50).endswith("✉ 1 unread by its worker")


@pytest.mark.parametrize("link", ["connecting", "live", "reconnecting", "lost"])
@pytest.mark.parametrize("width", [10, 40, 80, 200])
def test_the_line_is_never_wider_than_its_width(link: StoreLink, width: int) -> None:
    status = Status(link=link, link_since=NOON, reason="the server went away " * 9, seq=7)
    assert line_width(status_line(status, NOON, width)[0]) <= width


def test_a_lost_link_shows_since_when_and_why_and_is_due_at_the_next_age() -> None:
    status = Status(link="lost", link_since=NOON, reason="connection refused")
    line, moment = status_line(status, NOON + 5_000, 100)
    assert "".join(cell.text for cell in line).startswith(" ✗ lost for 5s: connection refused")
    assert moment == NOON + 6_000
    assert status_line(status, NOON + MINUTE, 100)[1] == NOON + 2 * MINUTE


def test_a_live_link_is_never_due() -> None:
    assert status_line(LIVE, NOON, 100)[1] == 0


def test_the_latency_is_a_nearest_rank_percentile_of_deliveries() -> None:
    letters = [
        replace(an_interrupt(f"i{ms}"), sent_at=NOON, delivered_at=NOON + ms)
        for ms in range(1, 101)
    ]
    assert latency([*letters, an_interrupt()]) == Latency(median=50, p95=95, count=100)


def test_there_is_no_latency_before_the_first_delivery() -> None:
    assert latency([an_interrupt()]) is None
    assert latency([]) is None


def test_the_latency_covers_only_the_last_messages() -> None:
    old = [replace(an_interrupt(f"o{n}"), delivered_at=NOON + 9_000) for n in range(300)]
    new = [replace(an_interrupt(f"n{n}"), delivered_at=NOON + 10) for n in range(200)]
    assert latency([*old, *new]) == Latency(median=10, p95=10, count=200)


def test_overdue_mail_and_suspended_chambers_are_counted() -> None:
    status = Status(link="live", unread=3, overdue=2, suspended=1)
    assert text(status, 160).endswith("‖ 1 suspended  ✉ 3 unread by workers, 2 for too long")
    assert text(Status(link="live", unread=3), 160).endswith("  ✉ 3 unread by workers")


def test_workers_are_counted_by_what_they_need_the_most_urgent_last() -> None:
    status = Status(link="live", workers={"needs-you": 2, "stuck": 1, "working": 3, "ready": 1})
    assert text(status, 160).endswith("● 3 working  ✓ 1 can land  ◔ 1 stuck  ◆ 2 need you")
    assert text(status, 44).endswith("◆ 2 need you")


def test_what_is_ready_is_counted_by_whether_it_can_land_after_the_conflicts() -> None:
    status = Status(link="live", workers={"ready": 2, "held": 1}, held=2, conflicts=1)
    assert text(status, 160).endswith("⚠ 1 conflict  ⊘ 2 held  ✓ 1 can land")


def test_the_terminals_title_says_who_needs_somebody_before_the_project() -> None:
    busy = Status(project="shop", workers={"needs-you": 2, "stuck": 1, "working": 3})
    assert title_text(busy) == "2 need you · 1 stuck · shop"
    assert title_text(Status(project="shop", workers={"working": 3})) == "shop"
    assert title_text(Status()) == "orchestra"
