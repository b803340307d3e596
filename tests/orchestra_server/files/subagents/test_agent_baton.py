"""The baton: one `Agent` call of a session at a time is about to get its worktree."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestra_server.files.subagents.agent_baton import (
    AgentBaton,
    note_placed,
    remove_agent_calls,
    take_placed,
)


@pytest.fixture
def common_dir(tmp_path: Path) -> Path:
    (tmp_path / "orchestra").mkdir()
    return tmp_path


def transcript(common_dir: Path) -> Path:
    path = common_dir / "transcript.jsonl"
    path.touch()
    return path


def add_result(path: Path, call: str) -> None:
    result = {"type": "tool_result", "is_error": True, "tool_use_id": call}
    line = json.dumps({"message": {"content": [result]}}, separators=(",", ":"))
    with path.open("a") as file:
        file.write(line + "\n")


def test_the_call_that_holds_the_baton_gets_the_worktree_and_the_next_one_waits(
    common_dir: Path,
) -> None:
    baton, log = AgentBaton(str(common_dir), "s"), str(transcript(common_dir))
    assert baton.take("t1", log, {"chamber": "/one"}, 0)
    assert not baton.take("t2", log, {"chamber": "/two"}, 0.05)
    assert baton.pass_on()["chamber"] == "/one"
    assert baton.pass_on() == {}
    assert baton.take("t2", log, {"chamber": "/two"}, 0)
    assert baton.pass_on()["chamber"] == "/two"


def test_sessions_do_not_wait_for_each_other(common_dir: Path) -> None:
    log = str(transcript(common_dir))
    assert AgentBaton(str(common_dir), "a").take("t1", log, {"chamber": "/a"}, 0)
    assert AgentBaton(str(common_dir), "b").take("t1", log, {"chamber": "/b"}, 0)
    assert AgentBaton(str(common_dir), "a").pass_on()["chamber"] == "/a"


def test_a_call_whose_result_is_in_the_transcript_no_longer_holds_the_baton(
    common_dir: Path,
) -> None:
    baton, log = AgentBaton(str(common_dir), "s"), transcript(common_dir)
    add_result(log, "t2")  # of an earlier turn
    assert baton.take("t1", str(log), {}, 0)
    add_result(log, "t0")
    assert not baton.take("t2", str(log), {}, 0)
    add_result(log, "t1")
    assert baton.take("t2", str(log), {"chamber": "/two"}, 0)
    assert baton.pass_on()["chamber"] == "/two"


def test_a_worktree_is_not_given_to_a_call_that_has_ended(common_dir: Path) -> None:
    baton, log = AgentBaton(str(common_dir), "s"), transcript(common_dir)
    assert baton.take("t1", str(log), {"chamber": "/one"}, 0)
    add_result(log, "t1")
    assert baton.pass_on() == {}


def test_of_many_calls_at_once_each_gets_its_own_worktree(common_dir: Path) -> None:
    log, order = str(transcript(common_dir)), list[str]()
    lock = threading.Lock()

    def start(call: str) -> str:
        baton = AgentBaton(str(common_dir), "s")
        assert baton.take(call, log, {"chamber": call}, 20)
        with lock:
            order.append(call)
        return str(baton.pass_on()["chamber"])

    calls = [f"t{number}" for number in range(20)]
    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(start, calls)) == calls
    assert sorted(order) == sorted(calls)


def test_the_place_of_a_subagent_is_returned_once(common_dir: Path) -> None:
    note_placed(str(common_dir), "a-1", {"chamber": "/one"})
    assert take_placed(str(common_dir), "a-2") == {}
    assert take_placed(str(common_dir), "a-1") == {"chamber": "/one"}
    assert take_placed(str(common_dir), "a-1") == {}


def test_removing_leaves_nothing(common_dir: Path) -> None:
    remove_agent_calls(str(common_dir))
    AgentBaton(str(common_dir), "s").take("t1", "/nowhere", {}, 0)
    note_placed(str(common_dir), "a-1", {"chamber": "/one"})
    remove_agent_calls(str(common_dir))
    assert list((common_dir / "orchestra").iterdir()) == []
