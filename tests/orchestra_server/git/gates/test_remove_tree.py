"""What a command has left is deleted whatever it has forbidden."""

from pathlib import Path

from orchestra_server.git.gates.remove_tree import remove_tree


def test_folders_that_may_not_be_written_or_read_are_deleted(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o500)
    place = tmp_path / "place"
    for mode, name in ((0o500, "cache/mod"), (0o000, "closed/inner")):
        folder = place / name
        folder.mkdir(parents=True)
        (folder / "file").touch()
        (folder / "link").symlink_to(outside)
        folder.chmod(mode)
        folder.parent.chmod(mode)
    remove_tree(place)
    assert not place.exists()
    assert outside.stat().st_mode & 0o777 == 0o500  # a link is deleted, not followed
    remove_tree(place)
