"""Settings that follow their files while a process runs."""

from pathlib import Path

import pytest

from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.settings import LINGER, STUCK_LIMIT, Settings, read_settings
from tests.support.git.repositories import small_repository


@pytest.fixture
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in (LINGER, STUCK_LIMIT):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "config" / "orchestra" / "config.toml"


def test_a_changed_file_counts_at_the_next_look_and_only_then_is_anything_read(
    own_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = small_repository(tmp_path / "shop").path
    told = list[Settings]()
    live = LiveSettings(read_settings(directory=shop), shop, told.append)
    first = live.now()

    own_file.parent.mkdir(parents=True)
    own_file.write_text("[limits]\nlinger = 7\ngate_share = 30\n[history]\nkeep = 9\n")
    (shop / "orchestra.toml").write_text("[limits]\nunread = 44\n")
    now = live.now()
    assert (now.linger, now.gate_share, now.history_keep, now.unread_limit) == (7, 30, 9, 44)
    assert told == [now]

    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    own_file.write_text("[limits]\nlinger = many\n")
    broken = live.now()
    assert (broken.linger, broken.unread_limit) == (first.linger, 44)
    assert "config.toml:2" in str(broken.problems[0])
    assert broken.state_dir == first.state_dir

    own_file.unlink()
    (shop / "orchestra.toml").unlink()
    monkeypatch.setenv(STUCK_LIMIT, "5")  # no file has changed since the last look but these two
    assert live.now().stuck_limit == 5
    monkeypatch.setenv(STUCK_LIMIT, "6")
    assert live.now().stuck_limit == 5
