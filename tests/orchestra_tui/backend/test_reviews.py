"""What a room remembers of reviews."""

from pathlib import Path

from orchestra_tui.backend.reviews import Reviews
from tests.support.gallery.scene_states import chamber


def test_seen_files_outlive_the_room_and_drafts_do_not(tmp_path: Path) -> None:
    auth, api = chamber("auth"), chamber("api")
    reviews = Reviews(tmp_path, "shop-1")
    assert reviews.review_of(auth) is reviews.review_of(auth)
    reviews.keep_seen(auth.id, {"a.py": "M:1"})
    reviews.keep_seen(api.id, {"b.py": "A:2"})
    later = Reviews(tmp_path, "shop-1")
    assert later.review_of(auth).seen == {"a.py": "M:1"}
    assert later.review_of(auth).drafts == []
    assert Reviews(tmp_path, "another").review_of(auth).seen == {}


def test_two_rooms_keep_each_others_marks(tmp_path: Path) -> None:
    auth, api = chamber("auth"), chamber("api")
    first_room, second_room = Reviews(tmp_path, "shop-1"), Reviews(tmp_path, "shop-1")
    first_room.keep_seen(auth.id, {"a.py": "M:1"})
    second_room.keep_seen(api.id, {"b.py": "A:2"})
    assert Reviews(tmp_path, "shop-1").review_of(auth).seen == {"a.py": "M:1"}


def test_a_damaged_file_or_a_directory_that_cannot_be_written_loses_only_marks(
    tmp_path: Path,
) -> None:
    auth = chamber("auth")
    reviews = Reviews(tmp_path, "shop-1")
    reviews.keep_seen(auth.id, {"a.py": "M:1"})
    next((tmp_path / "reviews").iterdir()).write_text("[1,", encoding="utf-8")
    assert reviews.review_of(chamber("api")).seen == {}
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    Reviews(blocked, "shop-1").keep_seen(auth.id, {"a.py": "M:1"})
