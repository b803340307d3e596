"""Claiming the file in which a worker writes its discoveries."""

import os
from pathlib import Path

import pytest

from orchestra_server.files.chamber.discovery_file import (
    CLAIMED,
    SIZE_LIMIT,
    claim_discovery_file,
    has_discovery_file,
)
from orchestra_server.files.hook.find_reader import DISCOVERY


def test_a_whole_file_is_claimed_and_its_place_is_free_again(tmp_path: Path) -> None:
    (tmp_path / DISCOVERY).write_text("info a\n")
    claimed = claim_discovery_file(tmp_path)
    assert claimed is not None
    assert (claimed.path, claimed.content) == (tmp_path / CLAIMED, b"info a\n")
    assert not (tmp_path / DISCOVERY).exists()


def test_where_nothing_was_written_nothing_is_claimed(tmp_path: Path) -> None:
    assert claim_discovery_file(tmp_path) is None


def test_what_a_dead_reader_claimed_is_read_again_before_anything_new(tmp_path: Path) -> None:
    (tmp_path / CLAIMED).write_text("info old\n")
    (tmp_path / DISCOVERY).write_text("info new\n")
    claimed = claim_discovery_file(tmp_path)
    assert claimed is not None
    assert claimed.content == b"info old\n"
    claimed.path.unlink()
    following = claim_discovery_file(tmp_path)
    assert following is not None
    assert following.content == b"info new\n"


def test_a_file_whose_last_line_has_no_end_waits_until_it_is_old(tmp_path: Path) -> None:
    file = tmp_path / DISCOVERY
    file.write_text("critical the ses")
    assert has_discovery_file(tmp_path)
    assert claim_discovery_file(tmp_path) is None
    assert claim_discovery_file(tmp_path, written_until_ms=1) is None
    os.utime(file, (1, 1))
    claimed = claim_discovery_file(tmp_path)
    assert claimed is not None
    assert claimed.content == b"critical the ses"


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_links_and_pipes_are_claimed_without_being_opened(tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("critical password\n")
    if kind == "link":
        (tmp_path / DISCOVERY).symlink_to(secret)
    else:
        os.mkfifo(tmp_path / DISCOVERY)
    claimed = claim_discovery_file(tmp_path)
    assert claimed is not None
    assert claimed.content is None


def test_a_half_written_file_is_claimed_where_nothing_more_can_come(tmp_path: Path) -> None:
    (tmp_path / DISCOVERY).write_text("critical the ses")
    claimed = claim_discovery_file(tmp_path, is_last=True)
    assert claimed is not None
    assert claimed.content == b"critical the ses"


@pytest.mark.parametrize("name", [DISCOVERY, CLAIMED])
def test_a_directory_in_the_files_place_is_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert not has_discovery_file(tmp_path)
    assert claim_discovery_file(tmp_path) is None


def test_a_file_in_the_target_of_a_link_is_not_a_discovery_file(tmp_path: Path) -> None:
    chamber = tmp_path / "chamber"
    chamber.mkdir()
    (chamber / DISCOVERY).write_text("info a\n")
    (tmp_path / "link").symlink_to(chamber)
    assert has_discovery_file(chamber)
    assert not has_discovery_file(tmp_path / "link")


def test_a_directory_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / DISCOVERY).mkdir()
    assert claim_discovery_file(tmp_path) is None
    assert (tmp_path / DISCOVERY).is_dir()


def test_a_huge_file_is_read_only_as_far_as_needed_to_see_that_it_is_huge(tmp_path: Path) -> None:
    with (tmp_path / DISCOVERY).open("wb") as file:
        file.truncate(50 * SIZE_LIMIT)
        file.seek(0, os.SEEK_END)
        file.write(b"\n")
    os.utime(tmp_path / DISCOVERY, (1, 1))
    claimed = claim_discovery_file(tmp_path)
    assert claimed is not None
    assert claimed.content is not None
    assert len(claimed.content) == SIZE_LIMIT + 1
