"""What happened to the chambers that ended today, in one line below the board."""

import time
from collections.abc import Iterable

from orchestra_core.models import Chamber
from orchestra_core.wording.ages import SECOND
from orchestra_tui.presentation.text_fit import plain

_NAMED = 3


def ended_note(chambers: Iterable[Chamber], now: int, key: str) -> str:
    """Return `3 landed today: a, b, c · 1 dropped, saved: d · a shows them`; "" for nothing.

    `key` shows the chambers themselves.
    """
    today = _midnight(now)
    ended = sorted(
        (chamber for chamber in chambers if chamber.is_over and chamber.ended_at >= today),
        key=lambda chamber: (-chamber.ended_at, chamber.name),
    )
    parts = [
        _part("{} failed", [each for each in ended if each.state == "failed"]),
        _part("{} landed today", [each for each in ended if each.has_landed]),
        _part("{} dropped and saved", [each for each in ended if _is_dropped(each, saved=True)]),
        _part("{} dropped", [each for each in ended if _is_dropped(each, saved=False)]),
    ]
    told = [part for part in parts if part]
    return " · ".join([*told, f"{key} shows them"]) if told else ""


def _is_dropped(chamber: Chamber, *, saved: bool) -> bool:
    dropped = chamber.state == "closed" and not chamber.has_landed
    return dropped and bool(chamber.saved_ref) == saved


def _part(words: str, chambers: list[Chamber]) -> str:
    if not chambers:
        return ""
    names = ", ".join(plain(chamber.name) for chamber in chambers[:_NAMED])
    more = f" and {len(chambers) - _NAMED} more" if len(chambers) > _NAMED else ""
    return f"{words.format(len(chambers))}: {names}{more}"


def _midnight(now: int) -> int:
    day = time.localtime(now / SECOND)
    midnight = time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))
    return int(midnight * SECOND)
