import sys
from pathlib import Path

import pytest

from orchestra_core.settings import PROJECT, REDIS_URL, STATE_DIR
from orchestra_server.demo.demo_setup import demo_setup


def test_the_demo_uses_its_own_repository_and_state_and_removes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(REDIS_URL, "redis://somebody.example/0")
    monkeypatch.setenv(PROJECT, "somebodys-project")
    with demo_setup(Path(sys.executable)) as demo:
        top = demo.project.root
        assert (top / ".git").is_dir()
        assert (top / ".mcp.json").is_file(), "Orchestra is installed in it"
        assert demo.settings.redis_url == ""
        assert demo.settings.state_dir.parent == top.parent
        assert demo.environ[STATE_DIR] == str(demo.settings.state_dir)
        assert not {REDIS_URL, PROJECT} & set(demo.environ)
    assert not top.parent.exists()


def test_a_demo_that_fails_removes_them_too() -> None:
    tops: list[Path] = []

    def fail() -> None:
        with demo_setup(Path(sys.executable)) as demo:
            tops.append(demo.project.root)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    (top,) = tops
    assert not top.parent.exists()
