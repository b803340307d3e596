import pytest

from orchestra_core.errors import BadInput, Unknown
from orchestra_core.replies.chambers import SavedListEntry
from orchestra_tui.command_line.commands.restore import named


def a_save(task_id: str, chamber: str, at: int, *, restorable: bool = True) -> SavedListEntry:
    return SavedListEntry(
        task_id=task_id,
        chamber=chamber,
        ref=f"refs/orchestra/saved/{task_id}/{chamber}/{at}",
        closed_at="",
        restorable=restorable,
        note="",
    )


SAVED = [
    a_save("t-1", "auth", 9),
    a_save("t-1", "auth", 5),
    a_save("t-2", "auth", 4),
    a_save("t-1", "api", 3),
    a_save("t-1", "gone", 2, restorable=False),
]


def test_a_ref_names_task_chamber_and_save() -> None:
    assert named("refs/orchestra/saved/t-1/auth/5", SAVED) == (
        "t-1", "auth", "refs/orchestra/saved/t-1/auth/5",
    )  # fmt: skip


def test_task_and_chamber_name_the_newest_save() -> None:
    assert named("t-1/auth", SAVED) == ("t-1", "auth", "refs/orchestra/saved/t-1/auth/9")


def test_a_chamber_without_its_task_is_enough_if_it_is_the_only_one() -> None:
    assert named("api", SAVED) == ("t-1", "api", "refs/orchestra/saved/t-1/api/3")


def test_a_chamber_of_several_tasks_is_refused_with_all_of_them() -> None:
    with pytest.raises(BadInput, match="name one: t-1/auth, t-2/auth"):
        named("auth", SAVED)


def test_the_error_for_an_unknown_chamber_lists_the_restorable_ones() -> None:
    with pytest.raises(Unknown, match=r"saved: t-1/api, t-1/auth, t-2/auth$"):
        named("gone", SAVED)
    with pytest.raises(Unknown, match=r"saved: nothing is$"):
        named("auth", [])


def test_an_unknown_chamber_with_its_task_has_no_ref() -> None:
    assert named("t-1/gone", SAVED) == ("t-1", "gone", "")
    assert named("t-9/auth", SAVED) == ("t-9", "auth", "")
