from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable
from orchestra_server.tools.transport.bearer_token import read_or_make_token, token_file


def test_the_token_is_created_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    token = read_or_make_token(state)
    assert len(token) >= 32
    assert read_or_make_token(state) == token
    assert token_file(state).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in state.iterdir()] == [token_file(state).name]


def test_servers_that_start_at_once_share_one_token(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(read_or_make_token, [tmp_path] * 16))
    assert len(tokens) == 1


def test_a_token_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    read_or_make_token(tmp_path)
    token_file(tmp_path).chmod(0o644)
    with pytest.raises(Unavailable, match=r"can be read by others; remove it"):
        read_or_make_token(tmp_path)


def test_a_symlink_at_the_token_files_path_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("x" * 64)
    elsewhere.chmod(0o600)
    token_file(tmp_path).symlink_to(elsewhere)
    with pytest.raises(Unavailable, match=r"remove it"):
        read_or_make_token(tmp_path)


def test_an_empty_token_file_is_refused(tmp_path: Path) -> None:
    token_file(tmp_path).touch(0o600)
    with pytest.raises(Unavailable, match=r"holds no token; remove it"):
        read_or_make_token(tmp_path)


def test_a_state_directory_that_is_a_file_is_a_one_line_error(tmp_path: Path) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("")
    with pytest.raises(Unavailable, match=r"^the token file \S+ cannot be used"):
        read_or_make_token(blocked)
