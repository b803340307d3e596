"""One question and its answer, against sockets that behave well and badly."""

import json
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestra_core.daemon.ask_daemon import ask_daemon, introduction
from orchestra_core.daemon.daemon_files import daemon_socket, make_daemon_directories
from orchestra_core.project import Project
from orchestra_core.settings import read_settings


@contextmanager
def listener_that_answers(common_dir: Path, *parts: bytes) -> Generator[list[bytes]]:
    """Accept one connection, read a line, and send these parts one by one."""
    make_daemon_directories(common_dir)
    received = list[bytes]()
    with bound_socket(common_dir) as listener:
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as lines:
                received.append(lines.readline())
                for part in parts:
                    connection.sendall(part)

        thread = threading.Thread(target=answer)
        thread.start()
        yield received
        thread.join()


@contextmanager
def bound_socket(common_dir: Path) -> Generator[socket.socket]:
    """Bind the daemon's socket; one below /tmp outlives the test's directory."""
    place = Path(daemon_socket(common_dir))
    place.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(place))
        yield bound
    place.unlink()


def test_a_question_gets_its_answer_however_it_is_cut(project: Project) -> None:
    with listener_that_answers(project.git_dir, b'{"pid"', b": 7}\n") as received:
        assert ask_daemon(project.git_dir, {"call": "about"}, 5) == {"pid": 7}
    assert json.loads(received[0]) == {"call": "about"}


@pytest.mark.parametrize("answer", [b"", b'{"pid": 7', b"no JSON\n", b"[1]\n"])
def test_anything_but_an_answer_counts_as_no_daemon(project: Project, answer: bytes) -> None:
    with listener_that_answers(project.git_dir, answer):
        assert ask_daemon(project.git_dir, {"call": "about"}, 5) is None


def test_where_nobody_listens_there_is_no_daemon(project: Project) -> None:
    assert ask_daemon(project.git_dir, {"call": "about"}, 5) is None
    make_daemon_directories(project.git_dir)
    with bound_socket(project.git_dir):  # as a daemon that was killed leaves it
        assert ask_daemon(project.git_dir, {"call": "about"}, 5) is None


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"XDG_STATE_HOME": "/state"},
        {"XDG_STATE_HOME": "relative"},
        {"ORCHESTRA_STATE_DIR": "~/rooms"},
        {"ORCHESTRA_STATE_DIR": "rooms", "ORCHESTRA_PROJECT": " shop "},
    ],
)
def test_an_introduction_names_the_private_store_as_the_settings_do(
    environ: dict[str, str],
) -> None:
    settings = read_settings(environ)
    introduced = introduction(Path("/srv/shop/.git"), environ)
    assert introduced["store"] == [str(settings.state_dir), settings.project]
    assert introduced["common_dir"] == "/srv/shop/.git"


def test_an_introduction_names_a_store_by_its_url_whatever_the_state_directory_is() -> None:
    environ = {"ORCHESTRA_REDIS_URL": " redis://db ", "ORCHESTRA_STATE_DIR": "/state"}
    assert introduction(Path("/srv"), environ)["store"] == ["redis://db", ""]
